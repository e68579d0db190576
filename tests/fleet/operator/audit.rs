//! `gildhall audit`: every act of callers, operators, workers and relays.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use gildhall_proto::JobStatus;
use serde_json::{Value, json};

use super::{Operator, retire};
use crate::support::tenant::Key;
use crate::support::{Fleet, WorkerOptions, jobs, until};

/// What is told on the side is told soon.
const SOON: Duration = Duration::from_secs(30);
const LIST: &str = "/api/v1/video/jobs";

/// The acts that fit a filter, newest first.
#[track_caller]
fn list(ada: &Operator, filter: &[&str]) -> Vec<Value> {
    let args = [&["audit", "list", "--limit", "1000"][..], filter].concat();
    let answer = ada.asks(&args).done();
    assert_eq!(answer["next"], Value::Null, "all fit on one page");
    answer["acts"].as_array().expect("a list").clone()
}

/// What an act is, in three words.
fn words(act: &Value) -> [&str; 3] {
    ["actor_kind", "action", "outcome"].map(|name| act[name].as_str().expect("it is text"))
}

/// The first act of this name.
#[track_caller]
fn find<'a>(acts: &'a [Value], action: &str) -> &'a Value {
    let found = acts.iter().find(|act| act["action"] == action);
    found.unwrap_or_else(|| panic!("no {action} in {acts:#?}"))
}

/// The name of the machine that all of it runs on.
fn machine() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").expect("this is Linux");
    name.trim().to_owned()
}

#[test]
fn who_submitted_rendered_and_cancelled_a_job_is_known_and_from_where() {
    let mut fleet = Fleet::shared("acts on jobs");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let key = Key::of(&fleet.tenant);
    let holder = fleet.http.with_token(&key.add(&fleet.ledger));
    let rendered = holder.submit(&jobs::any(), &[]).job();
    let worker = fleet.start_worker(WorkerOptions::pretending(10));
    fleet.wait_for(rendered, JobStatus::Completed);
    retire(worker);
    let cancelled = holder.submit(&jobs::any(), &[]).job();
    let cancel = format!("{LIST}/{cancelled}/cancel");
    assert_eq!(holder.post(&cancel, b"", &[]).status, 200);

    let acts = list(&ada, &["--subject", &rendered.to_string()]);
    let told: Vec<[&str; 3]> = acts.iter().map(words).collect();
    let expected = [
        ["worker", "job.completed", "completed"],
        ["worker", "job.processing", "processing"],
        ["relay", "job.queued", "queued"],
        ["api_key", "job.submit", "pending"],
    ];
    assert_eq!(told, expected);
    let submitted = &acts[3];
    assert_eq!(
        (
            &submitted["actor"],
            &submitted["address"],
            &submitted["tenant"]
        ),
        (&json!(key.prefix), &json!("127.0.0.1"), &json!("acme"))
    );
    let worker = acts[0]["actor"].as_str().expect("it has a name");
    assert!(worker.starts_with("worker-"), "{worker}");
    // A worker's name says on which machine it is.
    for act in &acts[..2] {
        assert_eq!(act["host"], json!(machine()), "{act}");
    }

    let acts = list(&ada, &["--subject", &cancelled.to_string()]);
    let act = find(&acts, "job.cancel");
    assert_eq!(words(act), ["api_key", "job.cancel", "cancelled"]);
    assert_eq!(
        (&act["actor"], &act["address"]),
        (&json!(key.prefix), &json!("127.0.0.1"))
    );
    // A person's act is told once, not as a step as well.
    assert!(acts.iter().all(|act| act["action"] != "job.cancelled"));
    let of_key = list(&ada, &["--actor", &key.prefix]);
    let submitted = of_key.iter().filter(|act| act["action"] == "job.submit");
    assert_eq!(submitted.count(), 2);
}

#[test]
fn whatever_operators_do_is_known_with_their_machine_and_what_they_claim() {
    let mut fleet = Fleet::shared("operators' machines");
    fleet.start_api();
    let mut ada = Operator::of(&fleet, "ada");
    let connection = "192.0.2.7 50022 198.51.100.1 22".to_owned();
    ada.env.push(("SSH_CONNECTION", connection));
    let waiting = fleet.submit(&jobs::any()).to_string();
    ada.does(&["tenant", "create", "zenith"]).done();
    ada.does(&["tenant", "set", "zenith", "--max-concurrent", "3"])
        .done();
    ada.does(&["tenant", "retention", "zenith", "--keys", "2"])
        .done();
    ada.does(&["tenant", "suspend", "zenith"]).done();
    ada.does(&["tenant", "resume", "zenith"]).done();
    let key = ada.does(&["key", "create", "zenith", "--label", "shop"]);
    let prefix = key.done()["prefix"]
        .as_str()
        .expect("it has one")
        .to_owned();
    ada.does(&["key", "rotate", &prefix]).done();
    ada.does(&["key", "revoke", &prefix]).done();
    ada.does(&["job", "cancel", &waiting]).done();
    ada.does(&["job", "retry", &waiting]).done();

    let acts = list(&ada, &["--actor", "ada"]);
    let told: BTreeSet<&str> = acts.iter().map(|act| words(act)[1]).collect();
    let expected = [
        "job.cancel",
        "job.replay",
        "key.create",
        "key.revoke",
        "key.rotate",
        "tenant.create",
        "tenant.limits",
        "tenant.resume",
        "tenant.retention",
        "tenant.suspend",
    ];
    assert_eq!(told, BTreeSet::from(expected));
    for act in &acts {
        assert_eq!(act["host"], json!(machine()), "{act}");
        assert_eq!(
            (&act["address"], &act["address_claimed"]),
            (&json!("192.0.2.7"), &json!(true)),
            "{act}"
        );
    }
    let table = ada.run(&["audit", "list", "--actor", "ada"]).stdout;
    let place = format!("{} (claims 192.0.2.7)", machine());
    assert!(table.contains(&place), "{table}");

    let mut bob = Operator::of(&fleet, "bob");
    // Whoever runs the tests may have come by SSH.
    bob.env.push(("SSH_CONNECTION", String::new()));
    bob.does(&["key", "create", "zenith", "--label", "shop"])
        .done();
    let acts = list(&bob, &["--actor", "bob"]);
    assert_eq!(acts.len(), 1);
    assert_eq!(
        (&acts[0]["address"], &acts[0]["host"]),
        (&Value::Null, &json!(machine()))
    );
    let table = bob.run(&["audit", "list", "--actor", "bob"]).stdout;
    assert!(
        table.contains(&machine()) && !table.contains("claims"),
        "{table}"
    );
}

#[test]
fn no_act_is_told_without_a_place() {
    let mut fleet = Fleet::shared("places of acts");
    fleet.start_api();
    let worker = fleet.start_worker(WorkerOptions::pretending(10));
    let ada = Operator::of(&fleet, "ada");
    ada.does(&["key", "create", "acme", "--label", "shop"])
        .done();
    fleet.upload_ring();
    fleet.http.anonymous().get(LIST);
    let job = fleet.submit(&jobs::any());
    fleet.wait_for(job, JobStatus::Completed);
    retire(worker);
    until("all of it is told", SOON, || {
        let kinds = "SELECT count(DISTINCT actor_kind) FROM audit_log \
            WHERE actor_kind IN ('anonymous', 'api', 'api_key', 'operator', 'worker')";
        (fleet.count(kinds) == 5).then_some(())
    });
    // Whoever wrote a line says on which machine it ran, whatever the line is about.
    let lines = fleet.count("SELECT count(*) FROM audit_log WHERE host IS NULL");
    assert_eq!(lines, 0);
    // Steps that a relay took bear no name, and so no place; when it began and ended does.
    let acts = "SELECT count(*) FROM audit_trail WHERE host IS NULL AND address IS NULL AND action <> 'job.queued'";
    assert_eq!(fleet.count(acts), 0);
}

#[test]
fn uploads_downloads_and_deletes_are_in_the_log_before_their_answer() {
    let mut fleet = Fleet::shared("acts on assets");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    fleet.upload_ring();
    let assets = fleet.http.get("/api/v1/video/assets").json();
    let id = assets["assets"][0]["id"].as_str().expect("it was uploaded");
    let path = format!("/api/v1/video/assets/{id}");
    assert_eq!(fleet.http.get(&path).status, 302);
    let nothing = fleet.http.get(&format!("{path}?rendition=poster"));
    assert_eq!(nothing.status, 404);
    let client = &fleet.http;
    assert_eq!(client.send("DELETE", &path, &[], None).status, 204);
    let acts = list(&ada, &["--subject", id]);
    let told: Vec<[&str; 3]> = acts.iter().map(words).collect();
    let expected = [
        ["api_key", "asset.delete", "deleted"],
        ["api_key", "asset.download", "signed"],
        ["api_key", "asset.upload", "released"],
    ];
    assert_eq!(told, expected);
    assert_eq!(acts[1]["detail"]["file"], "ring.jpg");
    assert!(acts.iter().all(|act| act["address"] == "127.0.0.1"));
}

#[test]
fn who_was_turned_away_is_known_and_why() {
    let mut fleet = Fleet::shared("refusals");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let reader = Key::of(&fleet.tenant).scoped("jobs:read");
    let token = reader.add(&fleet.ledger);
    let nobodys = Key::of(&fleet.tenant);
    let guessed = format!("gk_{}_{}", reader.prefix, "0".repeat(32));
    for _ in 0..3 {
        fleet.http.anonymous().get(LIST);
        fleet.http.with_token(&nobodys.token).get(LIST);
        fleet.http.with_token(&guessed).get(LIST);
        let refused = fleet.http.with_token(&token).submit(&jobs::any(), &[]);
        refused.is_problem(403, "missing-scope");
    }
    let acts = until("all of it is told", SOON, || {
        let acts = list(&ada, &["--action", "request.refuse"]);
        (acts.len() >= 4).then_some(acts)
    });
    assert_eq!(acts.len(), 4, "repeats are summed up later: {acts:#?}");
    let find = |outcome: &str| {
        let found = acts.iter().find(|act| act["outcome"] == outcome);
        found.unwrap_or_else(|| panic!("no {outcome} in {acts:#?}"))
    };
    let list_jobs = format!("GET {LIST}");
    for (outcome, actor, tenant) in [
        ("no_key", "", Value::Null),
        ("unknown_key", nobodys.prefix.as_str(), Value::Null),
        ("wrong_secret", reader.prefix.as_str(), json!("acme")),
    ] {
        let act = find(outcome);
        assert_eq!(act["actor_kind"], "anonymous");
        assert_eq!((&act["actor"], &act["tenant"]), (&json!(actor), &tenant));
        assert_eq!(act["subject"], list_jobs);
        assert_eq!(act["address"], "127.0.0.1");
    }
    let act = find("missing_scope");
    assert_eq!(act["actor_kind"], "api_key");
    assert_eq!(act["detail"]["scope"], "jobs:write");
    assert_eq!(act["subject"], "POST /api/v1/video/process");
    let all = format!("{acts:?}");
    assert!(!all.contains(&"0".repeat(32)), "a secret is in the log");
}

#[test]
fn knocking_does_not_fill_the_log() {
    let mut fleet = Fleet::shared("knocking");
    fleet.start_api();
    for _ in 0..300 {
        let token = Key::of(&fleet.tenant).token;
        assert_eq!(fleet.http.with_token(&token).get(LIST).status, 401);
    }
    // What comes after them in the same queue is written after them.
    fleet.upload_ring();
    let id = &fleet.http.get("/api/v1/video/assets").json()["assets"][0]["id"];
    let path = format!("/api/v1/video/assets/{}", id.as_str().expect("an id"));
    assert_eq!(fleet.http.get(&path).status, 302);
    let lines = fleet.count("SELECT count(*) FROM audit_log WHERE action = 'request.refuse'");
    assert!((1..=20).contains(&lines), "{lines}");
}

#[test]
fn processes_tell_when_they_begin_and_end() {
    let mut fleet = Fleet::shared("starts and stops");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let worker = fleet.start_worker(WorkerOptions::pretending(10));
    until("the worker has begun", SOON, || {
        (list(&ada, &["--action", "worker.start"]).len() == 1).then_some(())
    });
    retire(worker);
    let acts = list(&ada, &["--action", "worker"]);
    let told: Vec<[&str; 3]> = acts.iter().map(words).collect();
    let expected = [
        ["worker", "worker.stop", "stopped"],
        ["worker", "worker.start", "started"],
    ];
    assert_eq!(told, expected);
    assert_eq!(acts[0]["subject"], acts[1]["subject"]);
    assert_eq!(list(&ada, &["--action", "api"]).len(), 1);
}

#[test]
fn acts_are_listed_by_page_and_by_time() {
    let fleet = Fleet::shared("pages of acts");
    let ada = Operator::of(&fleet, "ada");
    for number in 0..7 {
        let label = format!("key {number}");
        ada.does(&["key", "create", "acme", "--label", &label])
            .done();
    }
    let all = list(&ada, &["--actor", "ada"]);
    assert_eq!(all.len(), 7);
    let mut turned: Vec<Value> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut args = vec!["audit", "list", "--actor", "ada", "--limit", "3"];
        args.extend(after.iter().flat_map(|cursor| ["--after", cursor]));
        let page = ada.asks(&args).done();
        turned.extend(page["acts"].as_array().expect("a list").iter().cloned());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = Some(next.to_owned());
    }
    assert_eq!(turned, all);
    let ids: BTreeSet<&str> = all.iter().filter_map(|act| act["id"].as_str()).collect();
    assert_eq!(ids.len(), 7);
    assert_eq!(list(&ada, &["--actor", "ada", "--since", "1h"]).len(), 7);
    assert!(list(&ada, &["--actor", "ada", "--until", "1h"]).is_empty());
    assert!(list(&ada, &["--actor", "ada", "--tenant", "zenith"]).is_empty());
    assert!(list(&ada, &["--actor", "ada", "--action", "key.revoke"]).is_empty());
    let table = ada.run(&["audit", "list", "--actor", "ada"]).stdout;
    assert!(table.contains("operator ada"), "{table}");
    assert!(table.contains("key.create"), "{table}");
}
