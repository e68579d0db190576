//! A real Prometheus that scrapes a real fleet: its rules are evaluated, the dashboard's queries have something to show, and
//! an alert fires when it should.

use std::fs;
use std::path::Path;
use std::time::Duration;

use gildhall_proto::JobStatus;
use serde_json::{Value, json};

use crate::support::prometheus::Prometheus;
use crate::support::watched::watched;
use crate::support::{Fleet, WorkerOptions, jobs, until};

/// Gauges of the relay are looked up every five seconds, and rates need two scrapes.
const PATIENCE: Duration = Duration::from_secs(90);

/// Series that a fleet without trouble does not have.
const ONLY_IN_TROUBLE: [&str; 3] = [
    "error_type!=\"\"",
    "ALERTS{",
    "fleet:gildhall_job_faults:ratio_rate15m",
];

/// Every query of the dashboard, for all namespaces and tenants.
fn dashboard_queries() -> Vec<String> {
    let path = "helm/gildhall/files/dashboards/gildhall.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(path).expect("it is part of the repository");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels
        .iter()
        .filter_map(|panel| panel["targets"].as_array())
        .flatten();
    let queries = targets.map(|target| {
        let query = target["expr"].as_str().expect("a query");
        query.replace("$namespace", ".*").replace("$tenant", ".*")
    });
    queries.collect()
}

fn is_only_in_trouble(query: &str) -> bool {
    ONLY_IN_TROUBLE.iter().any(|part| query.contains(part)) && !query.contains("or vector(0)")
}

/// Waits until each of these queries gives something, while somebody goes on asking the API: a rate needs a rise between
/// two looks.
#[track_caller]
fn wait_for_all(prometheus: &Prometheus, queries: &[String], ask: impl Fn()) {
    let mut left: Vec<&String> = queries.iter().collect();
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        ask();
        left.retain(|query| prometheus.query(query).is_empty());
        if left.is_empty() {
            return;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "nothing is shown by {left:#?}"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The alerts that would wake somebody.
fn firing(prometheus: &Prometheus) -> Vec<String> {
    let series = prometheus.query(r#"ALERTS{alertstate="firing", severity="critical"}"#);
    let names = series.into_iter().map(|mut one| {
        let name = one.labels.remove("alertname");
        name.expect("an alert has a name")
    });
    names.collect()
}

#[test]
fn rules_and_dashboard_work_on_a_real_fleet() {
    let mut fleet = Fleet::shared("prometheus");
    fleet.start_api();
    fleet.upload_ring();
    let (mut worker_process, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::rendering())
    });
    let (_relay_process, relay) = watched(&mut fleet, |fleet| fleet.start("relay", Vec::new()));
    let prometheus = Prometheus::start(&[
        ("gildhall-api", fleet.address()),
        ("gildhall-worker", worker.address()),
        ("gildhall-relay", relay.address()),
    ]);
    until("every target is up, twice", PATIENCE, || {
        let up = prometheus.query("up == 1 and count_over_time(up[1m]) >= 2");
        (up.len() == 3 && up.iter().all(|target| target.value >= 1.0)).then_some(())
    });

    // Some are completed, one fails, one at a time, so that each shows as a rise.
    for _ in 0..3 {
        let job = fleet.submit(&jobs::tiny());
        fleet.wait_for(job, JobStatus::Completed);
    }
    let mut hopeless = jobs::tiny();
    hopeless["images"] = json!(["products/no such ring.jpg"]);
    let failed = fleet.submit(&hopeless);
    fleet.wait_for(failed, JobStatus::Failed);

    let queries = dashboard_queries();
    assert!(queries.len() > 70, "{}", queries.len());
    let (troubles, shown): (Vec<String>, Vec<String>) = queries
        .into_iter()
        .partition(|query| is_only_in_trouble(query));
    wait_for_all(&prometheus, &shown, || {
        assert_eq!(fleet.http.get("/api/v1/video/jobs").status, 200);
    });
    for query in &troubles {
        // It may be empty, and must be a query.
        prometheus.query(query);
    }
    rules_are_evaluated(&prometheus);
    until("nothing is wrong", PATIENCE, || {
        firing(&prometheus).is_empty().then_some(())
    });

    // With the only worker gone, somebody has to come.
    worker_process.kill9();
    let job = fleet.submit(&jobs::tiny());
    fleet.wait_for(job, JobStatus::Queued);
    until("the lack of workers is told", PATIENCE, || {
        let told = firing(&prometheus);
        told.contains(&"GildhallNoWorkers".to_owned()).then_some(())
    });
}

/// No rule has an error, and each recording rule gives something, save those for trouble.
#[track_caller]
fn rules_are_evaluated(prometheus: &Prometheus) {
    let data = prometheus.ask("/api/v1/rules");
    let groups = data["groups"].as_array().expect("groups");
    let rules = groups
        .iter()
        .filter_map(|group| group["rules"].as_array())
        .flatten();
    let mut recorded = Vec::new();
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule:#}");
        let name = rule["name"].as_str().expect("a rule has a name");
        if rule["type"] == "recording" && !is_only_in_trouble(name) {
            recorded.push(name.to_owned());
        }
    }
    assert!(recorded.len() > 15, "{recorded:?}");
    wait_for_all(prometheus, &recorded, || ());
}
