//! What traces and log lines tell of a message's way through a worker.

use super::error::AttemptError;
use super::outcome::Outcome;
use super::way::Verdict;
use crate::broker::{Delivery, JOBS_QUEUE};
use crate::ledger::Claim;
use crate::telemetry::{self, chain, mark};
use gildhall_proto::{Failure, JobMessage};
use std::future::Future;
use tracing::{Instrument, Span, field};

/// The spans of a message in hand.
pub struct Spans {
    traced: Span,
    logged: Span,
}

impl Spans {
    /// Spans that get to know from [`about`] which job it is.
    pub fn of(delivery: &Delivery) -> Spans {
        let traced = telemetry::processing(JOBS_QUEUE, delivery.body.len());
        telemetry::continue_from(&traced, delivery.traceparent.as_deref());
        let logged = tracing::info_span!(
            "job",
            job = field::Empty,
            tenant = field::Empty,
            attempt = field::Empty,
            trace_id = telemetry::trace_id(delivery.traceparent.as_deref()),
        );
        Spans { traced, logged }
    }

    /// Does the work on the message: its steps come below it in the trace, and its log lines say whose they are.
    pub async fn around<T>(self, work: impl Future<Output = T>) -> T {
        work.instrument(self.logged).instrument(self.traced).await
    }
}

/// The message could be read.
pub fn about(message: &JobMessage) {
    let logged = Span::current();
    logged.record("job", field::display(message.job_id));
    logged.record("tenant", field::display(&message.tenant_id));
    mark("messaging.message.id", &message.job_id);
    mark("gildhall.job.id", &message.job_id);
    mark("gildhall.tenant.id", &message.tenant_id);
}

/// The ledger has answered a claim.
pub fn claimed(claim: &Claim) {
    match claim {
        Claim::Run(run) => {
            Span::current().record("attempt", run.attempt);
            telemetry::mark_number("gildhall.attempt", run.attempt.into());
            telemetry::mark_number("gildhall.fence", run.lease.fence);
        }
        Claim::Unreadable { .. } => mark_outcome("unreadable"),
        Claim::Deferred => mark_outcome("deferred"),
        Claim::Stale(_) => mark_outcome("stale"),
        Claim::Park(_) => mark_outcome("parked"),
        Claim::Ended(_) => mark_outcome("ended"),
    }
}

/// An attempt gave a video, and the ledger has it.
pub fn completed() {
    mark_outcome("completed");
    tracing::info!("the job is completed");
}

/// An attempt gave no video.
pub fn gave_no_video(error: &AttemptError, outcome: &Outcome) {
    let word = match outcome {
        Outcome::Retry { .. } => "retry",
        Outcome::Reject(_) => "failed",
        Outcome::Postpone { .. } => "postponed",
        Outcome::GiveBack => "given_back",
        Outcome::Cancelled => "cancelled",
        Outcome::LeaseLost => "lease_lost",
    };
    mark_outcome(word);
    if let Outcome::Retry { failure, .. } | Outcome::Reject(failure) = outcome {
        mark("error.type", &failure.code);
    }
    note(error);
    match outcome {
        // It is told once, when the ledger has it: see `settled`.
        Outcome::Reject(_) => {}
        Outcome::Cancelled => tracing::info!("the job was cancelled"),
        _ => tracing::warn!(
            outcome = word,
            error = chain(error),
            "the attempt gave no video"
        ),
    }
}

/// The ledger has taken note of an attempt that gave no video; the log tells why in full, which the job's owner does not hear.
pub fn settled(outcome: &Outcome, why: &str) {
    if let Outcome::Reject(failure) = outcome {
        tracing::error!(
            class = failure.class.as_str(),
            code = failure.code,
            error = why,
            "the job failed"
        );
    }
}

/// It is known what becomes of the message.
pub fn judged(verdict: &Verdict) {
    if let Verdict::Dead(failure) = verdict {
        dead(failure);
    }
}

fn dead(failure: &Failure) {
    tracing::error!(
        class = failure.class.as_str(),
        code = failure.code,
        error = failure.message,
        "a message is put away that is no job's"
    );
    mark_outcome("dead_lettered");
    mark("error.type", &failure.code);
    telemetry::failed_for(&failure.message);
}

/// Takes a step of an attempt in a span of its own.
pub async fn step<T>(
    name: &'static str,
    work: impl Future<Output = Result<T, AttemptError>>,
) -> Result<T, AttemptError> {
    let work = async { work.await.inspect_err(note) };
    work.instrument(telemetry::step(name)).await
}

/// Tells of an error; to be stopped is none.
fn note(error: &AttemptError) {
    if !matches!(error, AttemptError::Stopped(_)) {
        telemetry::failed(error);
    }
}

fn mark_outcome(outcome: &'static str) {
    mark("gildhall.outcome", &outcome);
}
