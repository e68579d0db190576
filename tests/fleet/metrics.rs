//! What every role tells in numbers: all that the operator's guide lists, nothing else, and what really happened.

use std::collections::BTreeSet;
use std::time::Duration;

use gildhall::telemetry::names;
use gildhall_proto::JobStatus;
use serde_json::json;

use crate::support::exposition::Exposition;
use crate::support::fleet::at_once;
use crate::support::process::Process;
use crate::support::watched::watched;
use crate::support::{Client, Fleet, WorkerOptions, jobs, until};

/// Gauges of the relay are looked up every five seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A fleet after four jobs: one was completed at its second attempt, one failed, one was cancelled before there was a worker,
/// and one was completed at once.
struct Lived {
    api: Client,
    relay: Client,
    worker: Client,
    _processes: (Process, Process),
    _fleet: Fleet,
}

fn live() -> Lived {
    let mut fleet = Fleet::shared("metrics");
    fleet.start_api();
    fleet.upload_ring();
    let cancelled = fleet.submit(&jobs::tiny());
    fleet.wait_for(cancelled, JobStatus::Queued);
    let cancel = format!("/api/v1/video/jobs/{cancelled}/cancel");
    assert_eq!(fleet.http.post(&cancel, b"", &[]).status, 200);

    let (worker_process, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::rendering().drill("fail:fetched"))
    });
    let retried = fleet.submit(&jobs::tiny());
    fleet.wait_for(retried, JobStatus::Completed);
    let mut hopeless = jobs::tiny();
    hopeless["images"] = json!(["products/no such ring.jpg"]);
    let failed = fleet.submit(&hopeless);
    fleet.wait_for(failed, JobStatus::Failed);
    let good = fleet.submit(&jobs::tiny());
    fleet.wait_for(good, JobStatus::Completed);
    fleet.wait_until_told();

    // Now that there is something to find.
    let (relay_process, relay) = watched(&mut fleet, |fleet| fleet.start("relay", Vec::new()));
    Lived {
        api: fleet.http.anonymous(),
        relay,
        worker,
        _processes: (worker_process, relay_process),
        _fleet: fleet,
    }
}

impl Lived {
    /// What each role shows once the relay has looked everything up.
    fn shown(&self) -> [(&'static str, Exposition); 3] {
        let relay = until("the relay has looked", PATIENCE, || {
            self.relay.try_get("/healthz", &[]).ok()?;
            let shown = Exposition::of(&self.relay);
            let looked = shown.sum("gildhall_stored_bytes", &[]).is_some()
                && shown.sum("gildhall_tokens_limit", &[]).is_some()
                && shown.sum("gildhall_queue_messages", &[]).is_some();
            looked.then_some(shown)
        });
        let api = until("the API's relay has looked", PATIENCE, || {
            let shown = Exposition::of(&self.api);
            let dead = shown.sum("gildhall_queue_messages", &[("queue", "gildhall.dead")]);
            let jobs = shown.sum("gildhall_jobs", &[]);
            (dead == Some(1.0) && jobs == Some(0.0)).then_some(shown)
        });
        let worker = Exposition::of(&self.worker);
        [("api", api), ("relay", relay), ("worker", worker)]
    }
}

/// Labels that a series has at least.
type Labels<'a> = &'a [(&'a str, &'a str)];
/// A metric, its labels, and the sum of all series that have them.
type Sum<'a> = (&'a str, Labels<'a>, f64);
/// A metric, its labels, and what their sum is at least and at most.
type Span<'a> = (&'a str, Labels<'a>, f64, f64);

#[track_caller]
fn assert_sums(role: &str, shown: &Exposition, expected: &[Sum]) {
    for (name, labels, value) in expected {
        assert_eq!(
            shown.sum(name, labels),
            Some(*value),
            "{name} {labels:?} of the {role}:\n{}",
            shown.text
        );
    }
}

#[track_caller]
fn assert_within(shown: &Exposition, expected: &[Span]) {
    for (name, labels, least, most) in expected {
        let value = shown.sum(name, labels);
        let is_within = value.is_some_and(|value| (*least..=*most).contains(&value));
        assert!(is_within, "{name} {labels:?} is {value:?}:\n{}", shown.text);
    }
}

#[test]
fn every_role_shows_what_is_documented_and_what_happened() {
    let lived = live();
    let shown = lived.shown();
    for (role, shown) in &shown {
        shows_what_is_documented(role, shown);
    }
    let [(_, api), (_, relay), (_, worker)] = &shown;
    worker_counted(worker);
    api_counted(api);
    relay_found(relay);
}

/// Each metric of the role is there, of its kind and with its help, and no other.
#[track_caller]
fn shows_what_is_documented(role: &str, shown: &Exposition) {
    let documented: BTreeSet<&str> = names::all().map(|metric| metric.name).collect();
    let exposed: BTreeSet<&str> = shown.kinds.keys().map(String::as_str).collect();
    let unknown: Vec<_> = exposed.difference(&documented).collect();
    assert!(unknown.is_empty(), "{role} shows {unknown:?}");
    for metric in names::all().filter(|metric| metric.roles.contains(&role)) {
        let kind = shown.kinds.get(metric.name).map(String::as_str);
        assert_eq!(
            kind,
            Some(metric.kind.as_str()),
            "{} of {role}",
            metric.name
        );
        assert!(shown.helped.contains(metric.name), "{}", metric.name);
    }
    for sample in &shown.samples {
        let family = |name: &str| documented.contains(name).then(|| name.to_owned());
        let parts = ["_bucket", "_sum", "_count"];
        let name = family(&sample.name).or_else(|| {
            let part = parts
                .iter()
                .find_map(|part| sample.name.strip_suffix(part))?;
            family(part)
        });
        let name = name.unwrap_or_else(|| panic!("{sample:?} is of no metric"));
        let metric = names::all().find(|metric| metric.name == name);
        let known = metric.expect("it is documented").labels;
        for label in sample.labels.keys().filter(|label| *label != "le") {
            assert!(known.contains(&label.as_str()), "{sample:?}: {label}");
        }
    }
}

/// What a worker counts of two completed jobs, and one that failed after a retry.
const COUNTED: &[Sum] = &[
    (
        FINISHED,
        &[
            ("status", "completed"),
            ("class", "none"),
            ("tenant", "acme"),
        ],
        2.0,
    ),
    (
        FINISHED,
        &[
            ("status", "failed"),
            ("class", "rejected"),
            ("tenant", "acme"),
        ],
        1.0,
    ),
    (
        "gildhall_attempt_seconds_count",
        &[("outcome", "completed")],
        2.0,
    ),
    (
        "gildhall_attempt_seconds_count",
        &[("outcome", "retry")],
        1.0,
    ),
    (
        "gildhall_attempt_seconds_count",
        &[("outcome", "failed")],
        1.0,
    ),
    ("gildhall_step_seconds_count", &[("step", "render")], 2.0),
    (
        "gildhall_render_stage_seconds_count",
        &[("stage", "encode")],
        2.0,
    ),
    (
        "gildhall_video_seconds_total",
        &[("quality", "reduced")],
        2.0,
    ),
    (
        "gildhall_failures_total",
        &[("class", "rejected"), ("code", "no_usable_image")],
        1.0,
    ),
    ("gildhall_retries_total", &[("class", "recoverable")], 1.0),
    // Its claim after the retry is not its first.
    (
        "gildhall_wait_seconds_count",
        &[("since", "submitted")],
        3.0,
    ),
    ("gildhall_wait_seconds_count", &[("since", "queued")], 3.0),
    ("gildhall_cache_requests_total", &[("result", "miss")], 1.0),
    ("gildhall_cache_requests_total", &[("result", "hit")], 2.0),
    ("gildhall_slots", &[], 1.0),
    ("gildhall_slots_busy", &[], 0.0),
    ("gildhall_breaker_state", &[], 0.0),
    ("gildhall_ready", &[], 1.0),
    ("gildhall_temp_bytes", &[("part", "attempts")], 0.0),
    (
        "gildhall_events_published_total",
        &[("type", "video.completed")],
        2.0,
    ),
    ("gildhall_dead_letters_total", &[("class", "rejected")], 1.0),
    ("target_info", &[("service_name", "gildhall-worker")], 1.0),
];

/// What it measured of them.
const MEASURED: &[Span] = &[
    // Three renders ended, one of them without a video.
    (
        "gildhall_render_cpu_seconds_count",
        &[("quality", "reduced")],
        3.0,
        3.0,
    ),
    ("gildhall_render_cpu_seconds_sum", &[], 0.05, 300.0),
    ("gildhall_render_peak_memory_bytes_sum", &[], 4e6, 1e10),
    ("gildhall_render_speed_ratio_sum", &[], 0.001, 1000.0),
    ("gildhall_attempt_seconds_sum", &[], 0.1, 300.0),
    (
        "gildhall_object_bytes_total",
        &[("direction", "written")],
        1000.0,
        1e9,
    ),
    ("gildhall_temp_bytes", &[("part", "cache")], 1000.0, 1e9),
    ("gildhall_temp_free_bytes", &[], 1.0, 1e18),
    ("process_memory_usage_bytes", &[], 1e6, 1e11),
    ("process_open_file_descriptor_count", &[], 3.0, 1e6),
];

const FINISHED: &str = "gildhall_jobs_finished_total";

#[track_caller]
fn worker_counted(worker: &Exposition) {
    assert_sums("worker", worker, COUNTED);
    assert_within(worker, MEASURED);
}

#[track_caller]
fn api_counted(api: &Exposition) {
    let submitted = [
        ("http_request_method", "POST"),
        ("http_route", "/api/v1/video/process"),
        ("http_response_status_code", "202"),
    ];
    assert_sums(
        "API",
        api,
        &[
            ("gildhall_jobs_submitted_total", &[], 4.0),
            (
                "http_server_request_duration_seconds_count",
                &submitted,
                4.0,
            ),
            // The request for these numbers itself.
            ("http_server_active_requests", &[], 1.0),
            (
                "gildhall_jobs_finished_total",
                &[("status", "cancelled"), ("tenant", "acme")],
                1.0,
            ),
            ("gildhall_dispatched_total", &[("reason", "new")], 4.0),
            ("gildhall_relay_rounds_total", &[("outcome", "failed")], 0.0),
            ("gildhall_ready", &[], 1.0),
            (
                "gildhall_dependency_up",
                &[("dependency", "postgresql")],
                1.0,
            ),
            ("target_info", &[("service_name", "gildhall-api")], 1.0),
        ],
    );
}

#[track_caller]
fn relay_found(relay: &Exposition) {
    assert_sums(
        "relay",
        relay,
        &[
            ("gildhall_jobs", &[], 0.0),
            ("gildhall_runnable_jobs", &[], 0.0),
            ("gildhall_oldest_queued_seconds", &[], 0.0),
            (
                "gildhall_queue_messages",
                &[("queue", "gildhall.jobs")],
                0.0,
            ),
            (
                "gildhall_queue_messages",
                &[("queue", "gildhall.dead")],
                1.0,
            ),
            (
                "gildhall_queue_consumers",
                &[("queue", "gildhall.jobs")],
                1.0,
            ),
            ("gildhall_outbox_entries", &[], 0.0),
            ("gildhall_leases_expired", &[], 0.0),
            ("gildhall_tokens_in_use", &[("tenant", "acme")], 0.0),
            ("gildhall_tokens_limit", &[("tenant", "acme")], 2.0),
            ("gildhall_pending_jobs", &[], 0.0),
        ],
    );
    assert_within(
        relay,
        &[
            (
                "gildhall_stored_bytes",
                &[("origin", "upload")],
                1000.0,
                1e9,
            ),
            (
                "gildhall_stored_bytes",
                &[("origin", "render")],
                1000.0,
                1e9,
            ),
        ],
    );
}

#[test]
fn tenants_beyond_the_bound_share_one_name() {
    let mut fleet = Fleet::shared("metrics of many tenants");
    fleet.env.push(("GILDHALL_METRICS_TENANTS", "2".to_owned()));
    fleet.start_api();
    let (_worker, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::pretending(0))
    });
    let others: Vec<Client> = ["zenith", "nadir", "apex"]
        .iter()
        .map(|name| fleet.add_tenant(name, at_once(2)))
        .collect();
    let callers = others.iter().chain([&fleet.http]);
    let jobs = callers.map(|caller| caller.submit(&jobs::any(), &[]).job());
    let jobs: Vec<_> = jobs.collect();
    fleet.wait_for_all(&jobs);

    let name = "gildhall_jobs_finished_total";
    let shown = until("all ends are counted", PATIENCE, || {
        let shown = Exposition::of(&worker);
        let all = shown.sum(name, &[("status", "completed")]);
        (all == Some(4.0)).then_some(shown)
    });
    let tenants = shown.values(name, "tenant");
    assert_eq!(tenants.len(), 3, "{tenants:?}");
    let of_others = shown.sum(name, &[("status", "completed"), ("tenant", "other")]);
    assert_eq!(of_others, Some(2.0), "{tenants:?}");
}

#[test]
fn work_that_a_limit_holds_back_wants_no_worker() {
    let mut fleet = Fleet::shared("metrics of a flood");
    fleet.start_api();
    fleet.submit_many(20);
    let api = fleet.http.anonymous();
    let shown = until("the relay has looked", PATIENCE, || {
        let shown = Exposition::of(&api);
        let pending = shown.sum("gildhall_jobs", &[("status", "pending")]);
        let ready = shown.sum("gildhall_queue_messages", &[("queue", "gildhall.jobs")]);
        (pending == Some(18.0) && ready == Some(2.0)).then_some(shown)
    });
    assert_eq!(shown.sum("gildhall_runnable_jobs", &[]), Some(2.0));
    assert_eq!(shown.sum("gildhall_pending_jobs", &[]), Some(18.0));
}
