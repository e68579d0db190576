//! What a worker says of the services behind it while it has nothing to do: an idle one tries nothing that could fail, and the
//! alert for a service that nobody reaches is silent as long as one process says that it does.

use std::time::Duration;

use gildhall_proto::JobStatus;
use rustix::process::Signal;

use crate::support::exposition::Exposition;
use crate::support::prometheus::Prometheus;
use crate::support::watched::watched;
use crate::support::{Client, Fleet, WorkerOptions, until};

const PATIENCE: Duration = Duration::from_secs(60);
/// The services that all fleets share.
const SERVICES: [&str; 3] = ["postgresql", "rabbitmq", "s3"];
/// What wakes somebody when the store is away.
const ALERT: &str =
    r#"ALERTS{alertname="GildhallServiceDown", alertstate="firing", dependency="s3"}"#;

/// Waits until `/readyz` names just these as missing, while the process is alive.
#[track_caller]
fn wait_until_missing(worker: &Client, expected: &[&str]) {
    until(&format!("missing is {expected:?}"), PATIENCE, || {
        let answer = worker.try_get("/readyz", &[]).ok()?;
        let body = answer.json();
        let all = body["dependencies"].as_array().expect("a list");
        let away = all.iter().filter(|one| one["ok"] == false);
        let names: Vec<&str> = away.filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(answer.status == 200, names.is_empty(), "{body}");
        (names == expected).then_some(())
    });
    assert_eq!(worker.get("/healthz").status, 200);
}

/// That one service is missing, and that the numbers say so. Nothing was tried that a breaker could have counted.
#[track_caller]
fn misses(worker: &Client, expected: &str) {
    wait_until_missing(worker, &[expected]);
    let shown = Exposition::of(worker);
    for service in SERVICES {
        let up = shown.sum("gildhall_dependency_up", &[("dependency", service)]);
        let is_up = f64::from(service != expected);
        assert_eq!(up, Some(is_up), "{service}:\n{}", shown.text);
    }
    assert_eq!(shown.sum("gildhall_ready", &[]), Some(0.0));
    assert_eq!(shown.sum("gildhall_breaker_state", &[]), Some(0.0));
}

#[track_caller]
fn misses_nothing(worker: &Client) {
    wait_until_missing(worker, &[]);
    let shown = Exposition::of(worker);
    for service in SERVICES {
        let up = shown.sum("gildhall_dependency_up", &[("dependency", service)]);
        assert_eq!(up, Some(1.0), "{service}:\n{}", shown.text);
    }
    assert_eq!(shown.sum("gildhall_ready", &[]), Some(1.0));
}

#[test]
fn a_worker_without_work_misses_what_is_away() {
    let mut fleet = Fleet::own("idle worker");
    fleet.start_api();
    let (process, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::pretending(30_000))
    });
    misses_nothing(&worker);

    // Its connections stay open, and nobody answers.
    fleet.s3().pause().expect("it is ours");
    misses(&worker, "s3");
    fleet.s3().resume().expect("it is ours");
    misses_nothing(&worker);

    store_is_missed_by_all(&fleet, &worker);
    misses_nothing(&worker);

    fleet.postgres().kill9().expect("it is ours");
    misses(&worker, "postgresql");
    fleet.postgres().start().expect("it recovers");
    misses_nothing(&worker);

    // It takes jobs as before, and one that wants no more of them still says how the broker is.
    let job = fleet.http.insist("order-1");
    fleet.wait_for(job, JobStatus::Processing);
    process.signal(Signal::TERM);
    wait_until_missing(&worker, &["worker"]);
    fleet.rabbitmq().kill9().expect("it is ours");
    wait_until_missing(&worker, &["worker", "rabbitmq"]);
}

/// With the API and an idle worker alone, the alert comes and goes.
#[track_caller]
fn store_is_missed_by_all(fleet: &Fleet, worker: &Client) {
    let prometheus = Prometheus::start(&[
        ("gildhall-api", fleet.address()),
        ("gildhall-worker", worker.address()),
    ]);
    until("the worker is scraped", PATIENCE, || {
        let up = r#"gildhall_dependency_up{job="gildhall-worker", dependency="s3"} == 1"#;
        (!prometheus.query(up).is_empty()).then_some(())
    });
    fleet.s3().kill9().expect("it is ours");
    until("somebody is told", PATIENCE, || {
        (!prometheus.query(ALERT).is_empty()).then_some(())
    });
    misses(worker, "s3");
    fleet.s3().start().expect("it comes up");
    until("all is well again", PATIENCE, || {
        prometheus.query(ALERT).is_empty().then_some(())
    });
}
