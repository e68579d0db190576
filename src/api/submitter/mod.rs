//! Brings submitted jobs into the ledger, many at a time.
//!
//! Each submission on its own would wait for a commit of its own. So while one transaction of a tenant runs, what that
//! tenant submits meanwhile gathers in its *lane* and goes with the next one. A lane is served by a task that lives as
//! long as there is something to do: a lone submission goes at once, a flood in batches.
//!
//! A client that goes away cancels nothing: the batch belongs to the lane. If the process dies before the commit,
//! nothing was accepted and nobody was told so; if it dies after, the job is there, and a repeat with the same
//! idempotency key finds it.

mod lanes;
mod room;

use std::slice;
use std::sync::Arc;

use gildhall_proto::TenantId;
use tokio::sync::{Notify, OwnedSemaphorePermit, oneshot};

use self::lanes::{Lane, Lanes};
use self::room::Room;
use crate::ledger::{ApiLedger, LedgerError, Submission, SubmitOutcome};

/// Why a submission got no outcome.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Too much is waiting already.
    #[error("too many submissions are waiting")]
    Full,
    /// The ledger failed; its error is shared with the other submissions of the batch.
    #[error("the ledger did not take the submission")]
    Ledger(#[source] Arc<LedgerError>),
    /// The lane's task ended without an answer: it panicked.
    #[error("the submission was lost")]
    Lost,
}

/// Takes submissions of all tenants.
pub struct Submitter {
    ledger: ApiLedger,
    lanes: Lanes<Waiting>,
    room: Room,
    wake: Arc<Notify>,
}

type Answer = Result<SubmitOutcome, SubmitError>;

struct Waiting {
    submission: Submission,
    answer: oneshot::Sender<Answer>,
    room: OwnedSemaphorePermit,
}

impl Submitter {
    /// Submits to this ledger; `wake` is told of every batch with new jobs.
    pub fn new(ledger: ApiLedger, wake: Arc<Notify>) -> Submitter {
        Submitter {
            ledger,
            lanes: Lanes::default(),
            room: Room::default(),
            wake,
        }
    }

    /// Submits a job whose spec came as `bytes`, and waits for its outcome.
    ///
    /// # Errors
    /// [`SubmitError`]. After [`SubmitError::Ledger`] the job may be there all the same, where the connection broke
    /// between the commit and its answer.
    pub async fn submit(&self, tenant: &TenantId, submission: Submission, bytes: usize) -> Answer {
        let room = self.room.take(bytes).ok_or(SubmitError::Full)?;
        let (answer, outcome) = oneshot::channel();
        let waiting = Waiting {
            submission,
            answer,
            room,
        };
        if let Some(lane) = self.lanes.push(tenant, waiting) {
            let (ledger, wake) = (self.ledger.clone(), Arc::clone(&self.wake));
            tokio::spawn(serve(lane, ledger, wake));
        }
        outcome.await.unwrap_or(Err(SubmitError::Lost))
    }
}

async fn serve(mut lane: Lane<Waiting>, ledger: ApiLedger, wake: Arc<Notify>) {
    while let Some(batch) = lane.next_batch() {
        send(&ledger, lane.tenant(), batch, &wake).await;
    }
}

/// Sends one batch and answers each of its submissions.
async fn send(ledger: &ApiLedger, tenant: &TenantId, batch: Vec<Waiting>, wake: &Notify) {
    let mut submissions = Vec::with_capacity(batch.len());
    let mut answers = Vec::with_capacity(batch.len());
    for waiting in batch {
        submissions.push(waiting.submission);
        answers.push((waiting.answer, waiting.room));
    }
    let outcomes = take(ledger, tenant, &submissions).await;
    let created = |outcome: &Answer| matches!(outcome, Ok(SubmitOutcome::Created(_)));
    if outcomes.iter().any(created) {
        wake.notify_one();
    }
    for ((answer, _room), outcome) in answers.into_iter().zip(outcomes) {
        // A client that went away wants no answer.
        let _ = answer.send(outcome);
    }
}

/// One outcome for each submission. Where the ledger refuses a batch for what is in it, each one is sent alone, so that
/// none fails for its neighbour's fault.
async fn take(ledger: &ApiLedger, tenant: &TenantId, submissions: &[Submission]) -> Vec<Answer> {
    match ledger.submit_batch(tenant, submissions).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) if submissions.len() > 1 && !error.is_outage() => {
            let mut outcomes = Vec::with_capacity(submissions.len());
            for submission in submissions {
                outcomes.push(take_one(ledger, tenant, submission).await);
            }
            outcomes
        }
        Err(error) => {
            let error = Arc::new(error);
            let failed = || Err(SubmitError::Ledger(Arc::clone(&error)));
            submissions.iter().map(|_| failed()).collect()
        }
    }
}

async fn take_one(ledger: &ApiLedger, tenant: &TenantId, submission: &Submission) -> Answer {
    let outcomes = ledger
        .submit_batch(tenant, slice::from_ref(submission))
        .await;
    let outcomes = outcomes.map_err(|error| SubmitError::Ledger(Arc::new(error)))?;
    // The ledger gives one outcome for each submission.
    outcomes.into_iter().next().ok_or(SubmitError::Lost)
}
