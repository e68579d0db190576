//! `gildhall dlq`: which letters there are, and how they are removed.

use std::collections::BTreeSet;
use std::time::Duration;

use gildhall_proto::{JobId, JobMessage, JobStatus, Priority, TenantId};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::{Operator, Said, TRACE, act, acts, came_of, failed, retire};
use crate::support::amqp::Message;
use crate::support::fleet::at_once;
use crate::support::{Fleet, WorkerOptions, jobs};

/// What is no message for a job.
const STRANGE: Message<'static> = Message {
    body: b"{",
    content_type: Some("application/json"),
};

/// The jobs that letters are about.
struct Subjects {
    acme: JobId,
    zenith: JobId,
    /// There is none of this id.
    unknown: JobId,
}

/// Leaves four letters: of a failed job of each of two tenants, of a job that is not there, and of what is no message.
/// No worker runs afterwards.
fn four_letters(fleet: &Fleet) -> Subjects {
    let zenith = fleet.add_tenant("zenith", at_once(2));
    let worker = fleet.start_worker(WorkerOptions::rendering());
    let trace = [("traceparent", TRACE)];
    let subjects = Subjects {
        acme: fleet.http.submit(&jobs::tiny(), &trace).job(),
        zenith: zenith.submit(&jobs::tiny(), &[]).job(),
        unknown: JobId::from_uuid(Uuid::now_v7()),
    };
    let now = OffsetDateTime::now_utc();
    let tenant = TenantId::parse("acme").expect("a name");
    let unknown = JobMessage::new(subjects.unknown, tenant, Priority::default(), now).to_msgpack();
    let unknown = Message {
        body: &unknown,
        content_type: None,
    };
    fleet.publish(&[STRANGE, unknown]);
    fleet.wait_for_dead_letters(4);
    retire(worker);
    subjects
}

fn names(letters: &[Value]) -> BTreeSet<&str> {
    let names = letters.iter().map(|letter| letter["letter"].as_str());
    names.map(|name| name.expect("each has one")).collect()
}

/// The letter about a job.
#[track_caller]
fn about(letters: &[Value], job: JobId) -> &Value {
    let found = letters.iter().find(|one| one["job"] == job.to_string());
    found.unwrap_or_else(|| panic!("{letters:?}"))
}

#[test]
fn a_letter_tells_which_job_failed_why_and_when() {
    let mut fleet = Fleet::shared("letters told");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let subjects = four_letters(&fleet);
    let letters = ada.letters(&[]);
    assert_eq!(names(&letters).len(), 4, "{letters:?}");
    let letter = about(&letters, subjects.acme);
    assert_eq!(letter["tenant"], "acme");
    assert_eq!(letter["reason"], "no_usable_image");
    assert_eq!(letter["class"], "rejected");
    assert_eq!(letter["traceparent"], TRACE);
    assert_eq!(letter["undecodable"], Value::Null);
    let message = letter["message"].as_str().expect("for people");
    assert!(message.contains("products/ring.jpg"), "{message}");
    let at = letter["dead_at"].as_str().expect("a worker put it away");
    let at = OffsetDateTime::parse(at, &Rfc3339).expect("times are of RFC 3339");
    let age = OffsetDateTime::now_utc() - at;
    assert!(age.abs() < Duration::from_secs(300), "{age}");

    let id = subjects.acme.to_string();
    let shown = ada.asks(&["dlq", "show", &id]).done();
    let shown = &shown["letters"][0];
    assert_eq!(shown["letter"], letter["letter"]);
    assert_eq!(shown["standing"], "the job failed in run 1");
    let strange = ada.letters(&["--reason", "undecodable"]);
    let strange = strange[0]["letter"].as_str().expect("a name");
    let shown = ada.asks(&["dlq", "show", strange]).done();
    let shown = &shown["letters"][0];
    assert_eq!(shown["content_hex"], "7b", "its bytes are untouched");
    assert!(shown["undecodable"].is_string(), "{shown}");
    assert_eq!(shown["job"], Value::Null);
    let unknown = Uuid::now_v7().to_string();
    ada.asks(&["dlq", "show", &unknown]).refused(7, &unknown);
    ada.asks(&["dlq", "show"]).refused(2, "say which");
    let table = ada.run(&["dlq", "list"]).stdout;
    assert!(
        table.contains(&id) && table.contains("undecodable"),
        "{table}"
    );
    assert!(
        acts(&fleet, &ada).is_empty(),
        "who only looks is not written down"
    );
}

#[test]
fn letters_are_found_by_what_they_tell() {
    let mut fleet = Fleet::shared("letters found");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let subjects = four_letters(&fleet);
    let all = ada.letters(&[]);
    for (flag, field) in [
        ("--tenant", "tenant"),
        ("--reason", "reason"),
        ("--class", "class"),
    ] {
        let values: BTreeSet<&str> = all.iter().filter_map(|one| one[field].as_str()).collect();
        assert!(!values.is_empty(), "{field}: {all:?}");
        for value in values {
            let expected = all.iter().filter(|one| one[field] == value).cloned();
            let expected: Vec<Value> = expected.collect();
            let found = ada.letters(&[flag, value]);
            assert_eq!(names(&found), names(&expected), "{flag} {value}");
        }
    }
    let id = subjects.zenith.to_string();
    let name = about(&all, subjects.zenith)["letter"].as_str();
    for which in [id.as_str(), name.expect("a name")] {
        let found = ada.letters(&[which]);
        assert_eq!(found.len(), 1, "{which}");
        assert_eq!(found[0]["job"], id);
    }
    assert_eq!(ada.letters(&["--since", "1h"]).len(), 4);
    let nothing: [&[&str]; 5] = [
        &["--tenant", "nobody"],
        &["--class", "poison"],
        &["--until", "1h"],
        &["--older-than", "1h"],
        &["--tenant", "acme", "--reason", "undecodable"],
    ];
    for filter in nothing {
        assert_eq!(ada.letters(filter).len(), 0, "{filter:?}");
    }
    for wrong in [
        ["--since", "yesterday"],
        ["--class", "bad"],
        ["--limit", "0"],
    ] {
        ada.asks(&["dlq", "list", wrong[0], wrong[1]])
            .refused(2, wrong[1]);
    }
    let one = ada.asks(&["dlq", "list", "--limit", "1"]).done();
    assert_eq!(one["letters"].as_array().map(Vec::len), Some(1));
    assert_eq!(one["more"], true);
}

#[test]
fn a_dry_run_changes_nothing_and_only_what_is_meant_is_replayed_or_dropped() {
    let mut fleet = Fleet::shared("letters meant");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let subjects = four_letters(&fleet);
    let before = ada.letters(&[]);
    let strange = ada.letters(&["--reason", "undecodable"]);
    let strange = strange[0]["letter"].as_str().expect("a name");

    let said = ada.does(&["dlq", "replay", "--dry-run"]);
    assert_eq!(said.done()["dry_run"], true);
    let would: BTreeSet<_> = said.outcomes().into_iter().collect();
    let expected = [
        came_of(subjects.acme, "replayed"),
        came_of(subjects.zenith, "replayed"),
        came_of(subjects.unknown, "left"),
        (String::new(), "left".to_owned()),
    ];
    assert_eq!(would, BTreeSet::from(expected));
    ada.does(&["dlq", "drop", "--dry-run"]).done();
    assert_eq!(names(&ada.letters(&[])), names(&before));
    for job in [subjects.acme, subjects.zenith] {
        let job = fleet.job(job);
        assert_eq!((job.status, job.run), (JobStatus::Failed, 1));
    }
    assert!(acts(&fleet, &ada).is_empty());

    let said = ada.does(&["dlq", "replay", "--tenant", "zenith"]);
    said.done();
    assert_eq!(said.outcomes(), [came_of(subjects.zenith, "replayed")]);
    assert_eq!(fleet.job(subjects.zenith).run, 2);
    ada.does(&["dlq", "drop"]).refused(2, "--yes");
    assert_eq!(ada.letters(&[]).len(), 3);
    let acme = subjects.acme.to_string();
    ada.does(&["dlq", "drop", &acme]).done();
    let kept = fleet.job(subjects.acme);
    assert_eq!((kept.status, kept.run), (JobStatus::Failed, 1));
    ada.does(&["dlq", "drop", &acme]).refused(7, &acme);
    ada.does(&["dlq", "drop", "--yes", "--reason", "undecodable"])
        .done();
    ada.does(&["dlq", "drop", "--yes"]).done();
    assert!(fleet.dead_letters().is_empty());
    let expected = [
        act("job.replay", subjects.zenith, "replayed"),
        act("dlq.replay", subjects.zenith, "replayed"),
        act("dlq.drop", subjects.acme, "dropped"),
        act("dlq.drop", strange, "dropped"),
        act("dlq.drop", subjects.unknown, "dropped"),
    ];
    assert_eq!(acts(&fleet, &ada), expected);
}

#[test]
fn what_is_no_message_is_only_published_again_by_force() {
    let fleet = Fleet::shared("letters forced");
    let ada = Operator::of(&fleet, "ada");
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    fleet.publish(&[STRANGE]);
    fleet.wait_for_dead_letters(1);
    let name = |letters: Vec<Value>| {
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters[0]["letter"].as_str().expect("a name").to_owned()
    };
    let first = name(ada.letters(&[]));
    let outcome = |said: &Said| said.outcomes().pop().map(|(_, outcome)| outcome);

    let said = ada.does(&["dlq", "replay"]);
    said.done();
    assert_eq!(outcome(&said).as_deref(), Some("left"));
    ada.does(&["dlq", "replay", &first])
        .refused(8, "cannot be replayed");
    let said = ada.does(&["dlq", "replay", "--force", "--dry-run"]);
    said.done();
    assert_eq!(outcome(&said).as_deref(), Some("republished"));
    assert_eq!(name(ada.letters(&[])), first);
    assert!(acts(&fleet, &ada).is_empty());

    ada.does(&["dlq", "replay", "--force", &first]).done();
    // The worker still cannot read it, and puts it away again: as it came.
    let letters = fleet.wait_for_dead_letters(1);
    assert_eq!(letters[0].body, STRANGE.body);
    assert_eq!(letters[0].content_type.as_deref(), STRANGE.content_type);
    let second = name(ada.letters(&[]));
    assert_ne!(second, first, "it was put away at another time");
    ada.does(&["dlq", "drop", "--yes"]).done();
    assert!(fleet.dead_letters().is_empty());
    let expected = [
        act("dlq.replay", first, "republished"),
        act("dlq.drop", second, "dropped"),
    ];
    assert_eq!(acts(&fleet, &ada), expected);
}

#[test]
fn the_letter_of_a_job_that_runs_again_already_is_only_removed() {
    let mut fleet = Fleet::shared("letters stale");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let job = failed(&fleet, 1)[0];
    let id = job.to_string();
    ada.does(&["job", "retry", &id]).done();
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    fleet.wait_for(job, JobStatus::Completed);
    let shown = ada.asks(&["dlq", "show", &id]).done();
    assert_eq!(shown["letters"][0]["standing"], "the job is completed");

    let said = ada.does(&["dlq", "replay", &id]);
    said.done();
    assert_eq!(said.outcomes(), [came_of(job, "stale")]);
    assert!(fleet.dead_letters().is_empty());
    let done = fleet.job(job);
    assert_eq!((done.status, done.run), (JobStatus::Completed, 2));
    assert_eq!(fleet.times(job, JobStatus::Completed), 1);
    let expected = [
        act("job.replay", job, "replayed"),
        act("dlq.replay", job, "stale"),
    ];
    assert_eq!(acts(&fleet, &ada), expected);
}
