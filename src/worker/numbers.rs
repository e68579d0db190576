//! What a worker counts, for `/metrics`.

use super::outcome::Outcome;
use crate::ledger::Claim;
use crate::telemetry::names;
use std::time::Instant;

/// The ledger has answered a claim.
pub fn claimed(began: Instant, claim: &Claim) {
    let claim = match claim {
        Claim::Run(_) => "run",
        Claim::Unreadable { .. } => "unreadable",
        Claim::Deferred => "deferred",
        Claim::Stale(_) => "stale",
        Claim::Park(_) => "parked",
        Claim::Ended(_) => "ended",
    };
    metrics::histogram!(names::CLAIM_SECONDS, "claim" => claim).record(began.elapsed());
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
    metrics::histogram!(names::RENDER_SECONDS, "outcome" => outcome).record(began.elapsed());
}

/// The ledger has the video of a job.
pub fn completed() {
    finished("completed", "none");
}

/// The ledger has taken note of an attempt that gave no video; the job may be over with it.
pub fn settled(outcome: &Outcome) {
    match outcome {
        Outcome::Reject(failure) => finished("failed", failure.class.as_str()),
        Outcome::Cancelled => finished("cancelled", "none"),
        _ => {}
    }
}

fn finished(status: &'static str, class: &'static str) {
    metrics::counter!(names::JOBS_FINISHED, "status" => status, "class" => class).increment(1);
}
