//! What callers did, for the audit log.
//!
//! An act is in the log before its answer goes out, so that nothing is done that nobody can see afterwards. While one write
//! runs, further lines gather and go with the next one: many requests share a commit. (Cancels, replays and deletes write
//! their lines in the transaction of their step, and the ledger keeps with a job who submitted it.)
//!
//! Who is turned away is told on the side and waits for nothing, and however often it happens, the log grows slowly: see
//! [`refusals`].

mod refusals;

pub use refusals::Refusal;

use std::slice;
use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use self::refusals::{Refusals, WINDOW};
use super::problem::Problem;
use crate::ledger::{ApiLedger, AuditEntry, LedgerError};
use crate::telemetry::chain;

/// Lines that wait to be written; then acts wait, and refusals are dropped.
const MAX_WAITING: usize = 1024;
/// Most lines in one write.
const MAX_BATCH: usize = 128;

/// Why a line may not be in the log.
#[derive(Debug, Clone, thiserror::Error)]
enum AuditError {
    /// The ledger failed; its error is shared with the other lines of the write.
    #[error("the ledger did not take the line")]
    Ledger(#[source] Arc<LedgerError>),
    /// The task that writes has ended: it panicked.
    #[error("the line was lost")]
    Lost,
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Problem {
        match matches!(&error, AuditError::Ledger(cause) if cause.is_outage()) {
            true => Problem::unavailable("The ledger", error),
            false => Problem::internal(error),
        }
    }
}

/// Writes into the audit log.
pub struct Auditor {
    lines: mpsc::Sender<Waiting>,
    refusals: Arc<Refusals>,
}

struct Waiting {
    line: AuditEntry,
    /// Who waits for it to be written; nobody where it is told on the side.
    written: Option<oneshot::Sender<Result<(), AuditError>>>,
}

impl Auditor {
    /// Writes into this ledger. To be called inside the runtime.
    pub fn new(ledger: ApiLedger) -> Auditor {
        let (lines, waiting) = mpsc::channel(MAX_WAITING);
        let refusals = Arc::new(Refusals::default());
        tokio::spawn(write(ledger, waiting));
        tokio::spawn(sum_up(Arc::clone(&refusals), lines.downgrade()));
        Auditor { lines, refusals }
    }

    /// Writes what somebody did, and returns once it is in the log.
    ///
    /// # Errors
    /// A problem where it is not known to be there: then what was done should not be told either.
    pub async fn tell(&self, line: AuditEntry) -> Result<(), Problem> {
        let (written, outcome) = oneshot::channel();
        let waiting = Waiting {
            line,
            written: Some(written),
        };
        let sent = self.lines.send(waiting).await;
        sent.map_err(|_| AuditError::Lost)?;
        let outcome = outcome.await.unwrap_or(Err(AuditError::Lost));
        outcome.map_err(Problem::from)
    }

    /// Notes that somebody was turned away. Nobody waits for it, and repeats are summed up.
    pub fn refuse(&self, refusal: Refusal) {
        if let Some(line) = self.refusals.note(refusal) {
            send_aside(&self.lines, line);
        }
    }
}

/// Writes what waits, until nobody can send any more.
async fn write(ledger: ApiLedger, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while waiting.recv_many(&mut batch, MAX_BATCH).await > 0 {
        let (lines, written): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|one| (one.line, one.written)).unzip();
        for (written, outcome) in written.into_iter().zip(add(&ledger, &lines).await) {
            match (written, outcome) {
                // Whoever went away wants no answer.
                (Some(written), outcome) => drop(written.send(outcome)),
                (None, Err(error)) => {
                    tracing::warn!(
                        error = chain(&error),
                        "a line of the audit log was not written"
                    );
                }
                (None, Ok(())) => {}
            }
        }
    }
}

/// One outcome for each line. Where the ledger refuses a write for what is in it, each line is sent alone, so that none
/// fails for its neighbour's fault.
async fn add(ledger: &ApiLedger, lines: &[AuditEntry]) -> Vec<Result<(), AuditError>> {
    let failed = |error| AuditError::Ledger(Arc::new(error));
    match ledger.audit(lines).await {
        Ok(()) => lines.iter().map(|_| Ok(())).collect(),
        Err(error) if lines.len() > 1 && !error.is_outage() => {
            let mut outcomes = Vec::with_capacity(lines.len());
            for line in lines {
                let added = ledger.audit(slice::from_ref(line)).await;
                outcomes.push(added.map_err(failed));
            }
            outcomes
        }
        Err(error) => {
            let error = failed(error);
            lines.iter().map(|_| Err(error.clone())).collect()
        }
    }
}

/// Tells at the end of each window what was not told line by line, until nobody can refuse any more.
async fn sum_up(refusals: Arc<Refusals>, lines: mpsc::WeakSender<Waiting>) {
    loop {
        tokio::time::sleep(WINDOW).await;
        let Some(lines) = lines.upgrade() else {
            return;
        };
        for line in refusals.end_window() {
            send_aside(&lines, line);
        }
    }
}

fn send_aside(lines: &mpsc::Sender<Waiting>, line: AuditEntry) {
    let waiting = Waiting {
        line,
        written: None,
    };
    if let Err(TrySendError::Full(lost)) = lines.try_send(waiting) {
        tracing::warn!(
            action = lost.line.action,
            "a line of the audit log was dropped"
        );
    }
}
