//! The way of a job through a worker: decode, claim, attempt, settle, and what becomes of the message.

use super::Deps;
use super::attempt::attempt;
use super::code::Code;
use super::error::AttemptError;
use super::keeper::Keeper;
use super::numbers;
use super::outcome::{Outcome, Situation, outcome};
use super::slot::Phase;
use super::stop::{Stop, Stopper};
use super::trace;
use super::upload::{Destination, discard};
use crate::broker::Delivery;
use crate::child::ChildError;
use crate::config::Step;
use crate::courier::tell_failures;
use crate::ledger::{
    Claim, ClaimRequest, Completion, LeaseRef, Ledger, LedgerError, Run, Settled, StaleReason,
};
use crate::objects::{Objects, ObjectsError};
use crate::telemetry::{self, chain};
use gildhall_proto::{EventProgress, Failure, FailureClass, JobMessage, JobOutput};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tracing::Instrument;

/// How often a step is tried that the ledger refuses, though it is there.
const REFUSALS: u32 = 3;
/// How long a message waits whose job the ledger refused to hand out: somebody has to look at the ledger.
const REFUSED_WAIT: Duration = Duration::from_secs(8);
/// How long a step waits for its answer: beyond the time-out that the ledger sets for each statement, nobody is there.
const LONGEST_STEP: Duration = Duration::from_secs(35);

/// What becomes of the message once the ledger knows how the job stands.
#[derive(Debug)]
pub enum Verdict {
    /// It has done its work.
    Ack,
    /// It comes back after a while, by way of a wait queue.
    Later(Duration),
    /// It never was a job of ours: it goes to the dead letters as it is.
    Dead(Failure),
    /// The ledger could not be told in time: it comes again, here or elsewhere.
    Leave,
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
    deps.drills.after(Step::Received);
    trace::about(&message);
    let began = Instant::now();
    let claim = steadily(deps, "claim", || {
        claim(deps, slot, &message, delivery.redelivered)
    })
    .await;
    let Ok(claim) = claim else {
        return Verdict::Later(REFUSED_WAIT);
    };
    numbers::claimed(began, &claim);
    trace::claimed(&claim);
    match claim {
        Claim::Run(run) => {
            deps.drills.after(Step::Claimed);
            deps.courier.send(vec![run.event.clone()]);
            run_claimed(deps, *run, stopper, stop).await
        }
        Claim::Unreadable { lease, reason } => {
            let failure = Code::UnreadableJob.failure("the workers cannot read the job");
            settle(deps, &lease, Outcome::Reject(failure), &reason).await
        }
        Claim::Deferred => Verdict::Ack,
        Claim::Stale(reason) => stale(reason, &message),
        Claim::Park(remaining) => Verdict::Later(remaining),
        Claim::Ended(events) => {
            tell_failures(&events);
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
            tracing::debug!(?reason, "the message is stale");
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
    let began = Instant::now();
    let keeper = Keeper::start(Arc::clone(deps), &run, seen, stopper);
    let work = attempt(deps, &run, &progress, stop);
    let result = deps.folder_breaker.watch(is_local, work).await;
    let verdict = match result {
        Ok(completion) => {
            numbers::attempted(began, None);
            finish(deps, &run, &completion).await
        }
        Err(error) => {
            let outcome = outcome(&error, situation(deps, &run));
            numbers::attempted(began, Some(&outcome));
            trace::gave_no_video(&error, &outcome);
            let why = chain(&error);
            settle(deps, &run.lease, outcome, &why).await
        }
    };
    drop(keeper);
    verdict
}

/// Whether it is the fault of this machine's disk, as far as one can tell from one job.
fn is_local(error: &AttemptError) -> bool {
    match error {
        AttemptError::Workspace(_) | AttemptError::Child(ChildError::DiskFull { .. }) => true,
        AttemptError::Objects { source, .. } => matches!(source, ObjectsError::Local(_)),
        _ => false,
    }
}

fn situation(deps: &Deps, run: &Run) -> Situation {
    Situation {
        failed_attempts: run.attempt.saturating_sub(1),
        max_attempts: deps.max_attempts,
        quality: run.quality,
        draining: *deps.phase.borrow() > Phase::Running,
        random: fastrand::f64(),
    }
}

async fn finish(deps: &Deps, run: &Run, completion: &Completion) -> Verdict {
    let settled = steadily(deps, "finish", || {
        deps.ledger.finish(&run.lease, completion)
    })
    .await;
    deps.drills.after(Step::Finished);
    match settled {
        Ok(settled) => {
            if told(deps, &run.lease, settled) {
                trace::completed();
            } else {
                tokio::spawn(discard_unseen(
                    Arc::clone(&deps.ledger),
                    deps.objects.clone(),
                    run.lease.clone(),
                ));
            }
            Verdict::Ack
        }
        // Another render would give the same, and be refused as well.
        Err(error) => {
            let brief = "the ledger did not take the end of the job";
            let failure = Code::RefusedByLedger.failure(brief);
            let why = chain(&error);
            settle(deps, &run.lease, Outcome::Reject(failure), &why).await
        }
    }
}

/// Removes the files of an attempt that lost its lease. The step may also have been taken already, its answer having got
/// lost: then they are the job's output, and stay. Files of a lost lease can never become that.
async fn discard_unseen(ledger: Arc<Ledger>, objects: Objects, lease: LeaseRef) {
    let to = Destination {
        tenant: &lease.tenant,
        job: lease.job,
        fence: lease.fence,
    };
    let prefix = to.prefix();
    let Ok(Some(job)) = ledger.job(lease.job).await else {
        return;
    };
    let is_output = |output: JobOutput| output.video.key.starts_with(&prefix);
    if !job.output.is_some_and(is_output) {
        discard(objects, prefix).await;
    }
}

/// Writes an outcome into the ledger. Where even that is refused the lease runs out, and the relay counts the job as one
/// that took its worker down. `why` is the reason in full, for the log.
async fn settle(deps: &Deps, lease: &LeaseRef, outcome: Outcome, why: &str) -> Verdict {
    let ledger = &deps.ledger;
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
        Outcome::LeaseLost => (Ok(Settled::LeaseLost), None),
    };
    let held = settled.is_ok_and(|settled| told(deps, lease, settled));
    if held {
        numbers::settled(&outcome, &deps.labels);
        trace::settled(&outcome, why);
    }
    match later {
        Some(after) if held => Verdict::Later(after),
        _ => Verdict::Ack,
    }
}

/// Sends the events of a step on their way; whether the step was ours to take.
fn told(deps: &Deps, lease: &LeaseRef, settled: Settled) -> bool {
    match settled {
        Settled::Done(events) => {
            deps.courier.send(events);
            true
        }
        Settled::LeaseLost => {
            tracing::warn!(
                fence = lease.fence,
                "the lease was lost: the work is dropped"
            );
            false
        }
    }
}

/// Takes a step of the ledger as [`insistently`] does, in a span of its own.
async fn steadily<T, F: Future<Output = Result<T, LedgerError>>>(
    deps: &Deps,
    step: &'static str,
    work: impl Fn() -> F,
) -> Result<T, LedgerError> {
    let taken = async {
        let done = insistently(deps, step, work).await;
        done.inspect_err(|error| telemetry::failed(error))
    };
    taken.instrument(telemetry::step(step)).await
}

/// Repeats a step of the ledger until the ledger answers: while it is away the message stays with this worker, and no
/// attempt is spent. Each step is safe to repeat, since the fencing number or the status tells that it was taken.
///
/// # Errors
/// When the ledger is there and refused the step several times: it would go on to.
async fn insistently<T, F: Future<Output = Result<T, LedgerError>>>(
    deps: &Deps,
    step: &str,
    work: impl Fn() -> F,
) -> Result<T, LedgerError> {
    let (mut tries, mut refusals) = (0, 0);
    loop {
        let done = deps
            .ledger_breaker
            .watch(LedgerError::is_outage, answered(LONGEST_STEP, work()))
            .await;
        let error = match done {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        tries += 1;
        refusals += u32::from(!error.is_outage());
        tracing::warn!(
            step,
            tries,
            error = chain(&error),
            "the ledger did not take a step"
        );
        if refusals >= REFUSALS {
            return Err(error);
        }
        let wait = Duration::from_millis(100) * 2u32.pow(tries.min(5));
        tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
    }
}

/// What a step of the ledger came to; where no answer comes within `limit`, the ledger counts as away.
///
/// # Errors
/// The step's own, and [`LedgerError::no_answer`].
pub async fn answered<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, LedgerError>>,
) -> Result<T, LedgerError> {
    let answer = tokio::time::timeout(limit, step).await;
    answer.unwrap_or_else(|_| Err(LedgerError::no_answer()))
}

fn rejected(code: &str, message: String) -> Failure {
    Failure::new(FailureClass::Rejected, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_ledger_that_does_not_answer_is_away() {
        let silent = answered(LONGEST_STEP, std::future::pending::<Result<(), _>>()).await;
        assert!(silent.expect_err("no answer").is_outage());
        let late = async {
            tokio::time::sleep(LONGEST_STEP - Duration::from_millis(1)).await;
            Ok(7)
        };
        assert_eq!(answered(LONGEST_STEP, late).await.expect("in time"), 7);
    }
}
