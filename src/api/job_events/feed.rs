//! Carries what happens to a job from the ledger to its stream.

use std::time::Duration;

use axum::response::sse::Event;
use gildhall_proto::{EventProgress, JobId, JobStatus, TenantId};
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};

use crate::api::caller::Standing;
use crate::api::places::Place;
use crate::ledger::{ApiLedger, HistoryEntry, LedgerError};
use crate::telemetry::chain;

/// How often the ledger is asked.
const POLL: Duration = Duration::from_millis(500);
/// How seldom it is asked while it does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// Lines of history that are read at a time.
const BATCH: u16 = 100;
/// How long browsers wait before they come back.
const COME_BACK_AFTER: Duration = Duration::from_secs(2);

/// One job's way into one stream. It is a task of its own, so that a client that goes away interrupts no query.
pub struct Feed {
    ledger: ApiLedger,
    /// Whether the one who opened the stream may still hear it.
    standing: Standing,
    tenant: TenantId,
    job: JobId,
    /// The last line that was told.
    told: i64,
    /// Where the job stood by that line.
    status: Option<JobStatus>,
    progress: Option<EventProgress>,
    sender: mpsc::Sender<Event>,
}

/// Whether there is more to come.
#[derive(PartialEq, Eq)]
enum Next {
    Wait,
    End,
}

/// The data of a `status` event.
#[derive(Serialize)]
struct StatusData {
    status: JobStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<JobStatus>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    #[serde(skip_serializing_if = "Map::is_empty")]
    detail: Map<String, Value>,
}

impl Feed {
    /// Tells what comes after line `told` of the job's history.
    pub fn new(
        ledger: ApiLedger,
        standing: Standing,
        tenant: TenantId,
        job: JobId,
        told: i64,
        sender: mpsc::Sender<Event>,
    ) -> Feed {
        Feed {
            ledger,
            standing,
            tenant,
            job,
            told,
            status: None,
            progress: None,
            sender,
        }
    }

    /// Whether the history has anything left to tell.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn has_more(&self) -> Result<bool, LedgerError> {
        let line = self
            .ledger
            .history_after(&self.tenant, self.job, self.told, 1);
        Ok(!line.await?.is_empty())
    }

    /// Tells until the job has ended, the client has gone or may not hear more, or `end` becomes true. A ledger that is away is
    /// waited for.
    pub async fn run(mut self, _place: Place<TenantId>, mut end: watch::Receiver<bool>) {
        let hello = Event::default().retry(COME_BACK_AFTER);
        let mut gone = self.sender.send(hello).await.is_err();
        let mut pause = POLL;
        while !gone {
            pause = match self.step().await {
                Ok(Next::End) => return,
                Ok(Next::Wait) => POLL,
                Err(error) => {
                    tracing::debug!(job = %self.job, error = chain(&error), "an event stream waits for the ledger");
                    (pause * 2).min(LONGEST_PAUSE)
                }
            };
            gone = tokio::select! {
                () = tokio::time::sleep(pause) => false,
                () = self.sender.closed() => true,
                () = ended(&mut end) => true,
            };
        }
    }

    /// Tells everything that has happened meanwhile, if the client may hear it: nothing is read before that is known.
    async fn step(&mut self) -> Result<Next, LedgerError> {
        loop {
            if !self.standing.holds().await? {
                tracing::debug!(job = %self.job, "an event stream ends: its key opens it no more");
                return Ok(Next::End);
            }
            let history = self
                .ledger
                .history_after(&self.tenant, self.job, self.told, BATCH);
            let lines = history.await?;
            let all = lines.len() < usize::from(BATCH);
            for line in lines {
                self.told = line.id;
                self.status = Some(line.to);
                if self.sender.send(status_event(line)).await.is_err() {
                    return Ok(Next::End);
                }
            }
            if all {
                break;
            }
        }
        // A replay would have left another line behind the last end.
        if self.status.is_some_and(JobStatus::is_terminal) {
            return Ok(Next::End);
        }
        self.tell_progress().await
    }

    async fn tell_progress(&mut self) -> Result<Next, LedgerError> {
        // Resumed in the middle, the status is not known before its next change.
        if !matches!(self.status, None | Some(JobStatus::Processing)) {
            return Ok(Next::Wait);
        }
        let known = self.ledger.progress(&self.tenant, self.job).await?;
        let progress = known.and_then(|known| known.progress);
        if progress == self.progress {
            return Ok(Next::Wait);
        }
        self.progress.clone_from(&progress);
        let Some(progress) = progress else {
            return Ok(Next::Wait);
        };
        match self.sender.send(event("progress", &progress)).await {
            Ok(()) => Ok(Next::Wait),
            Err(_) => Ok(Next::End),
        }
    }
}

/// Waits for the server to end; it has ended too where nobody is left to say so.
async fn ended(end: &mut watch::Receiver<bool>) {
    drop(end.wait_for(|ended| *ended).await);
}

fn status_event(line: HistoryEntry) -> Event {
    let data = StatusData {
        status: line.to,
        from: line.from,
        at: line.at,
        detail: line.detail,
    };
    event("status", &data).id(line.id.to_string())
}

fn event(name: &str, data: &impl Serialize) -> Event {
    let event = Event::default().event(name).json_data(data);
    event.expect("words, times and JSON values can be written as JSON")
}
