//! What workers and relays tell those who look after them.

use std::time::Duration;

use gildhall_proto::{JobId, JobStatus};
use rustix::process::Signal;
use serde_json::Value;

use crate::support::watched::watched;
use crate::support::{Client, Fleet, WorkerOptions, jobs, until};

const PATIENCE: Duration = Duration::from_secs(60);

/// What `/readyz` names as missing; nothing where nobody answers.
fn missing(client: &Client) -> Option<Vec<String>> {
    let answer = client.try_get("/readyz", &[]).ok()?;
    let body = answer.json();
    let dependencies = body["dependencies"].as_array().expect("a list");
    let away = dependencies.iter().filter(|one| one["ok"] == false);
    let names: Vec<String> = away
        .inspect(|one| assert!(one["why"].is_string(), "{one}"))
        .filter_map(|one| one["name"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(body["ready"], Value::Bool(names.is_empty()), "{body}");
    assert_eq!(answer.status == 200, names.is_empty(), "{body}");
    Some(names)
}

#[track_caller]
fn wait_until_missing(client: &Client, expected: &[&str]) {
    let what = format!("missing is {expected:?}");
    until(&what, PATIENCE, || {
        (missing(client)? == expected).then_some(())
    });
}

fn metrics(client: &Client) -> String {
    let answer = client.get("/metrics");
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body).expect("text")
}

#[test]
fn a_worker_is_ready_while_it_can_take_jobs_and_says_why_it_cannot() {
    let mut fleet = Fleet::own("health");
    fleet.start_api();
    fleet.upload_ring();
    fleet.limit(8);
    let (_worker, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::rendering())
    });
    let (_relay, relay) = watched(&mut fleet, |fleet| fleet.start("relay", Vec::new()));
    wait_until_missing(&worker, &[]);
    wait_until_missing(&relay, &[]);

    fleet.s3().kill9().expect("it is ours");
    let jobs: Vec<JobId> = (0..8).map(|_| fleet.submit(&jobs::tiny())).collect();
    wait_until_missing(&worker, &["s3"]);
    let open = r#"gildhall_breaker_state{dependency="objects"} 1"#;
    until("the breaker is open", PATIENCE, || {
        metrics(&worker).contains(open).then_some(())
    });
    assert_eq!(missing(&relay), Some(vec![]));
    fleet.s3().start().expect("it comes up");
    wait_until_missing(&worker, &[]);
    fleet.wait_for_all(&jobs);

    fleet.rabbitmq().kill9().expect("it is ours");
    wait_until_missing(&worker, &["rabbitmq"]);
    wait_until_missing(&relay, &["rabbitmq"]);
    // They live all the same: nobody should restart them for it.
    for client in [&worker, &relay] {
        assert_eq!(client.get("/healthz").status, 200);
        assert!(metrics(client).contains("\ngildhall_ready 0\n"));
    }
    fleet.rabbitmq().start().expect("it comes up on its data");
    wait_until_missing(&worker, &[]);
    wait_until_missing(&relay, &[]);

    let numbers = metrics(&worker);
    for line in [
        r#"gildhall_breaker_state{dependency="objects"} 0"#,
        r#"gildhall_jobs_finished_total{status="completed",class="none",tenant="acme"} 8"#,
        r#"gildhall_attempt_seconds_count{outcome="completed"} 8"#,
    ] {
        assert!(numbers.lines().any(|shown| shown == line), "{numbers}");
    }
    assert!(numbers.contains(r#"gildhall_claim_seconds_count{claim="run"}"#));
}

#[test]
fn a_worker_that_drains_is_alive_and_not_ready() {
    let mut fleet = Fleet::shared("health of a drain");
    fleet.start_api();
    let (mut process, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::pretending(4000))
    });
    let job = fleet.submit(&jobs::any());
    fleet.wait_for(job, JobStatus::Processing);
    assert_eq!(missing(&worker), Some(vec![]));
    process.signal(Signal::TERM);
    wait_until_missing(&worker, &["worker"]);
    assert_eq!(worker.get("/healthz").status, 200);
    let status = process.ends_within(Duration::from_secs(15));
    assert!(status.success(), "{status}");
    assert_eq!(fleet.job(job).status, JobStatus::Completed);
}

#[test]
fn without_an_address_nobody_listens() {
    let fleet = Fleet::shared("no health");
    let mut relay = fleet.start("relay", Vec::new());
    until("the relay works", PATIENCE, || {
        assert!(relay.ended().is_none(), "{}", relay.log_tail());
        let log = relay.log_tail();
        log.contains("the relay hands out jobs").then_some(log)
    });
    assert!(!relay.log_tail().contains("health is told"));
}
