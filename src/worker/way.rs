//! The way of a job through a worker: decode, claim, attempt, settle, and what becomes of the message.

use super::Deps;
use super::attempt::attempt;
use super::keeper::Keeper;
use super::outcome::{Outcome, Situation, chain, outcome};
use super::stop::{Stop, Stopper};
use crate::broker::Delivery;
use crate::ledger::{Claim, ClaimRequest, Completion, LedgerError, Run, Settled, StaleReason};
use gildhall_proto::{EventProgress, Failure, FailureClass, JobMessage};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// What becomes of the message once the ledger knows how the job stands.
#[derive(Debug)]
pub enum Verdict {
    /// It has done its work.
    Ack,
    /// It comes back after a while, by way of a wait queue.
    Later(Duration),
    /// It never was a job of ours: it goes to the dead letters as it is.
    Dead(Failure),
}

/// Takes one message as far as it goes.
pub async fn way(
    deps: &Arc<Deps>,
    slot: &str,
    delivery: &Delivery,
    stopper: Stopper,
    stop: Stop,
) -> Verdict {
    let message = match JobMessage::decode(delivery.content_type.as_deref(), &delivery.body) {
        Ok(message) => message,
        Err(fault) => return Verdict::Dead(rejected("undecodable", fault.to_string())),
    };
    let claim = steadily(deps, "claim", || {
        claim(deps, slot, &message, delivery.redelivered)
    })
    .await;
    match claim {
        Claim::Run(run) => {
            deps.courier.send(vec![run.event.clone()]);
            run_claimed(deps, *run, stopper, stop).await
        }
        Claim::Deferred => Verdict::Ack,
        Claim::Stale(reason) => stale(reason, &message),
        Claim::Park(remaining) => Verdict::Later(remaining),
        Claim::Ended(events) => {
            deps.courier.send(events);
            Verdict::Ack
        }
    }
}

async fn claim(
    deps: &Deps,
    slot: &str,
    message: &JobMessage,
    redelivered: bool,
) -> Result<Claim, LedgerError> {
    deps.ledger
        .claim(ClaimRequest {
            job: message.job_id,
            tenant: &message.tenant_id,
            worker: slot,
            lease: deps.lease,
            redelivered,
        })
        .await
}

/// A message that does not name a job to run: either its work is done already, or it never was ours.
fn stale(reason: StaleReason, message: &JobMessage) -> Verdict {
    match reason {
        StaleReason::Unknown => Verdict::Dead(rejected(
            "unknown_job",
            format!("there is no job {}", message.job_id),
        )),
        StaleReason::WrongTenant => Verdict::Dead(rejected(
            "wrong_tenant",
            format!(
                "job {} does not belong to {}",
                message.job_id, message.tenant_id
            ),
        )),
        StaleReason::Terminal | StaleReason::NotDispatched | StaleReason::Duplicate => {
            tracing::debug!(job = %message.job_id, ?reason, "the message is stale");
            Verdict::Ack
        }
    }
}

async fn run_claimed(deps: &Arc<Deps>, run: Run, stopper: Stopper, stop: Stop) -> Verdict {
    let (progress, seen) = watch::channel(EventProgress {
        stage: "fetch".to_owned(),
        frames: 0,
        total_frames: 0,
    });
    let keeper = Keeper::start(Arc::clone(deps), &run, seen, stopper);
    let result = attempt(deps, &run, &progress, stop).await;
    let verdict = match result {
        Ok(completion) => finish(deps, &run, &completion).await,
        Err(error) => {
            let outcome = outcome(&error, situation(deps, &run));
            tracing::warn!(job = %run.lease.job, error = chain(&error), ?outcome, "the attempt gave no video");
            settle(deps, &run, outcome).await
        }
    };
    drop(keeper);
    verdict
}

fn situation(deps: &Deps, run: &Run) -> Situation {
    Situation {
        failed_attempts: run.attempt.saturating_sub(1),
        max_attempts: deps.max_attempts,
        quality: run.quality,
        random: fastrand::f64(),
    }
}

async fn finish(deps: &Deps, run: &Run, completion: &Completion) -> Verdict {
    let settled = steadily(deps, "finish", || {
        deps.ledger.finish(&run.lease, completion)
    })
    .await;
    told(deps, run, settled);
    Verdict::Ack
}

/// Writes an outcome into the ledger.
async fn settle(deps: &Deps, run: &Run, outcome: Outcome) -> Verdict {
    let (ledger, lease) = (&deps.ledger, &run.lease);
    let (settled, later) = match &outcome {
        Outcome::Retry {
            failure,
            after,
            quality,
        } => {
            let write = || ledger.retry(lease, failure, *after, *quality);
            (steadily(deps, "retry", write).await, Some(*after))
        }
        Outcome::Postpone { after } => {
            let write = || ledger.postpone(lease, *after);
            (steadily(deps, "postpone", write).await, Some(*after))
        }
        Outcome::Reject(failure) => {
            let write = || ledger.fail(lease, failure);
            (steadily(deps, "fail", write).await, None)
        }
        Outcome::GiveBack => {
            let write = || ledger.give_back(lease);
            (steadily(deps, "give back", write).await, None)
        }
        Outcome::Cancelled => {
            let write = || ledger.cancelled(lease);
            (steadily(deps, "cancel", write).await, None)
        }
        Outcome::LeaseLost => (Settled::LeaseLost, None),
    };
    let held = told(deps, run, settled);
    match later {
        Some(after) if held => Verdict::Later(after),
        _ => Verdict::Ack,
    }
}

/// Sends the events of a step on their way; whether the step was ours to take.
fn told(deps: &Deps, run: &Run, settled: Settled) -> bool {
    match settled {
        Settled::Done(events) => {
            deps.courier.send(events);
            true
        }
        Settled::LeaseLost => {
            tracing::warn!(job = %run.lease.job, fence = run.lease.fence, "the lease was lost: the work is dropped");
            false
        }
    }
}

/// Repeats a step of the ledger until the ledger answers: while it is away the message stays with this worker, and no
/// attempt is spent. Each step is safe to repeat, since the fencing number or the status tells that it was taken.
async fn steadily<T, F: Future<Output = Result<T, LedgerError>>>(
    deps: &Deps,
    step: &str,
    work: impl Fn() -> F,
) -> T {
    let mut tries = 0;
    loop {
        match deps
            .ledger_breaker
            .watch(LedgerError::is_outage, work())
            .await
        {
            Ok(value) => return value,
            Err(error) => {
                tries += 1;
                tracing::warn!(
                    step,
                    tries,
                    error = chain(&error),
                    "the ledger did not answer"
                );
                let wait = Duration::from_millis(100) * 2u32.pow(tries.min(5));
                tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            }
        }
    }
}

fn rejected(code: &str, message: String) -> Failure {
    Failure::new(FailureClass::Rejected, code, message)
}
