//! What a worker counts of its jobs, for `/metrics`.

use super::outcome::Outcome;
use super::report::Report;
use crate::broker::JOBS_QUEUE;
use crate::ledger::{Claim, Waited};
use crate::telemetry::{Labels, ProcessUse, names};
use gildhall_proto::{Failure, FailureClass, Quality};
use std::time::{Duration, Instant};

/// The stages of a render. A report comes from a process that may have been taken over: what it names beside these is not
/// counted.
const STAGES: [&str; 7] = [
    "measure",
    "photos",
    "atmosphere",
    "layers",
    "compose",
    "sound",
    "encode",
];

/// The ledger has answered a claim.
pub fn claimed(began: Instant, claim: &Claim) {
    let outcome = match claim {
        Claim::Run(_) => "run",
        Claim::Unreadable { .. } => "unreadable",
        Claim::Deferred => "deferred",
        Claim::Stale(_) => "stale",
        Claim::Park(_) => "parked",
        Claim::Ended(_) => "ended",
    };
    metrics::histogram!(names::CLAIM_SECONDS, "claim" => outcome).record(began.elapsed());
    if let Claim::Run(run) = claim {
        waited(run.waited);
    }
}

fn waited(waited: Waited) {
    for (since, wait) in [
        ("submitted", waited.since_submitted),
        ("queued", waited.since_queued),
    ] {
        if let Some(wait) = wait {
            waits(since).record(wait);
        }
    }
}

fn waits(since: &'static str) -> metrics::Histogram {
    metrics::histogram!(names::WAIT_SECONDS, "since" => since)
}

/// An attempt is over; without an outcome it gave a video.
pub fn attempted(began: Instant, outcome: Option<&Outcome>) {
    let outcome = match outcome {
        None => "completed",
        Some(Outcome::Retry { .. }) => "retry",
        Some(Outcome::Reject(_)) => "failed",
        Some(Outcome::Postpone { .. }) => "postponed",
        Some(Outcome::GiveBack) => "given_back",
        Some(Outcome::Cancelled) => "cancelled",
        Some(Outcome::LeaseLost) => "lease_lost",
    };
    attempts(outcome).record(began.elapsed());
}

fn attempts(outcome: &'static str) -> metrics::Histogram {
    metrics::histogram!(names::ATTEMPT_SECONDS, "outcome" => outcome)
}

/// A part of an attempt has succeeded.
pub fn step(step: &'static str, took: Duration) {
    steps(step).record(took);
}

fn steps(step: &'static str) -> metrics::Histogram {
    metrics::histogram!(names::STEP_SECONDS, "step" => step)
}

/// A render has given a video.
pub fn rendered(report: &Report, quality: Quality, took: Duration) {
    for stage in STAGES {
        let busy_ms = report.timings.get(&format!("{stage}_ms"));
        if let Some(busy_ms) = busy_ms.and_then(serde_json::Value::as_u64) {
            metrics::histogram!(names::STAGE_SECONDS, "stage" => stage)
                .record(Duration::from_millis(busy_ms));
        }
    }
    let speed = report.duration_s / took.as_secs_f64();
    if speed.is_finite() && speed >= 0.0 {
        metrics::histogram!(names::RENDER_SPEED, "quality" => quality.as_str()).record(speed);
        metrics::counter!(names::VIDEO_SECONDS, "quality" => quality.as_str())
            .increment(report.duration_s.round() as u64);
    }
}

/// A render process has ended, whatever came of it.
pub fn used(used: ProcessUse, quality: Quality) {
    let quality = quality.as_str();
    metrics::histogram!(names::RENDER_CPU_SECONDS, "quality" => quality)
        .record(used.user + used.system);
    metrics::histogram!(names::RENDER_MEMORY_BYTES, "quality" => quality)
        .record(used.peak_bytes as f64);
}

/// The ledger has taken note of an attempt that gave no video.
pub fn settled(outcome: &Outcome, labels: &Labels) {
    match outcome {
        Outcome::Reject(failure) => failed(failure, labels),
        Outcome::Retry { failure, .. } => {
            failed(failure, labels);
            retries(failure.class).increment(1);
        }
        _ => {}
    }
}

fn failed(failure: &Failure, labels: &Labels) {
    metrics::counter!(
        names::FAILURES,
        "class" => failure.class.as_str(),
        "code" => labels.codes.of(&failure.code),
    )
    .increment(1);
}

fn retries(class: FailureClass) -> metrics::Counter {
    metrics::counter!(names::RETRIES, "class" => class.as_str())
}

/// The cache was asked for an asset.
pub fn asked_cache(is_hit: bool) {
    cache_requests(if is_hit { "hit" } else { "miss" }).increment(1);
}

fn cache_requests(result: &'static str) -> metrics::Counter {
    metrics::counter!(names::CACHE_REQUESTS, "result" => result)
}

/// It is decided what becomes of a message that came at `began`.
pub fn processed(began: Instant) {
    messages().record(began.elapsed());
}

fn messages() -> metrics::Histogram {
    metrics::histogram!(
        names::PROCESS_SECONDS,
        "messaging_system" => "rabbitmq",
        "messaging_operation_name" => "process",
        "messaging_destination_name" => JOBS_QUEUE,
    )
}

/// Begins everything at nothing that has a known name, so that the first time shows as a rise.
pub fn begin() {
    for outcome in ["completed", "retry", "failed"] {
        drop(attempts(outcome));
    }
    for name in ["fetch", "render", "upload"] {
        drop(steps(name));
    }
    for since in ["submitted", "queued"] {
        drop(waits(since));
    }
    for class in [FailureClass::Recoverable, FailureClass::Resource] {
        retries(class).increment(0);
    }
    for result in ["hit", "miss"] {
        cache_requests(result).increment(0);
    }
    drop(messages());
}
