//! Events and dead letters that are still to be published.
//!
//! A step writes what is to be told of it in its own transaction. Whoever took the step publishes that at once and then
//! deletes the row; what a crash leaves, the relay's sweep takes up. So everything is told at least once, and told
//! again it has the same id.

use std::time::Duration;

use gildhall_proto::{Event, EventData, EventKind, Failure, JobId, JobMessage, JobStatus};
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::numbers::timed;
use super::read::{self, ms};
use super::{Ledger, LedgerError};
use crate::telemetry::chain;

/// One row of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    /// Its number; deleted by it once the broker has confirmed.
    pub id: i64,
    /// What is to be published.
    pub item: OutboxItem,
}

/// What is to be published.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxItem {
    /// An event for the topic exchange.
    Event(Box<Event>),
    /// A failed job for the dead letters.
    DeadLetter {
        /// The message that the job would run by again.
        message: JobMessage,
        /// Why it failed.
        failure: Failure,
        /// The W3C trace context of the job.
        traceparent: Option<String>,
    },
}

/// A row as `to_jsonb` gives it.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    id: i64,
    kind: String,
    event_id: Uuid,
    tenant_id: String,
    job_id: Uuid,
    payload: Value,
    traceparent: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// The payload of a dead letter.
#[derive(Debug, Deserialize)]
struct DeadPayload {
    failure: Failure,
    priority: i16,
    #[serde(with = "time::serde::rfc3339")]
    submitted_at: OffsetDateTime,
}

impl Told {
    pub(super) fn entry(self) -> Result<OutboxEntry, LedgerError> {
        let item = match self.kind.as_str() {
            "event" => {
                let data: EventData = payload(self.payload)?;
                OutboxItem::Event(Box::new(Event {
                    id: self.event_id,
                    kind: kind_of(data.status)?,
                    time: self.created_at,
                    traceparent: self.traceparent,
                    data,
                }))
            }
            "dead" => {
                let dead: DeadPayload = payload(self.payload)?;
                let job = JobId::from_uuid(self.job_id);
                let tenant = read::tenant(&self.tenant_id)?;
                let priority = read::priority(dead.priority)?;
                OutboxItem::DeadLetter {
                    message: JobMessage::new(job, tenant, priority, dead.submitted_at),
                    failure: dead.failure,
                    traceparent: self.traceparent,
                }
            }
            other => return Err(LedgerError::corrupt("outbox.kind", other)),
        };
        Ok(OutboxEntry { id: self.id, item })
    }
}

/// The event that tells of a status.
fn kind_of(status: JobStatus) -> Result<EventKind, LedgerError> {
    match status {
        JobStatus::Queued => Ok(EventKind::Queued),
        JobStatus::Processing => Ok(EventKind::Processing),
        JobStatus::Completed => Ok(EventKind::Completed),
        JobStatus::Failed => Ok(EventKind::Failed),
        JobStatus::Cancelled => Ok(EventKind::Cancelled),
        JobStatus::Pending | JobStatus::Retrying => {
            Err(LedgerError::corrupt("outbox.payload.status", status))
        }
    }
}

fn payload<T: for<'de> Deserialize<'de>>(value: Value) -> Result<T, LedgerError> {
    serde_json::from_value(value).map_err(|error| LedgerError::corrupt("outbox.payload", error))
}

/// All entries of a step.
pub(super) fn entries(told: Vec<Told>) -> Result<Vec<OutboxEntry>, LedgerError> {
    told.into_iter().map(Told::entry).collect()
}

impl Ledger {
    /// Up to `limit` entries that have lain for longer than `older_than` since they were written or last taken up, oldest
    /// first. Two relays never get the same one at once.
    ///
    /// # Errors
    /// [`LedgerError`]. An entry that this release cannot read is left where it is, with a line in the log.
    pub async fn outbox(
        &self,
        older_than: Duration,
        limit: i64,
    ) -> Result<Vec<OutboxEntry>, LedgerError> {
        let swept = sqlx::query_scalar("SELECT to_jsonb(o) FROM fleet.sweep($1, $2) o")
            .bind(ms(older_than))
            .bind(limit);
        let rows: Vec<Json<Value>> = timed("sweep", swept.fetch_all(&self.pool)).await?;
        let read = |Json(row)| payload::<Told>(row).and_then(Told::entry);
        let entries = rows.into_iter().filter_map(|row| match read(row) {
            Ok(entry) => Some(entry),
            Err(error) => {
                tracing::error!(
                    error = chain(&error),
                    "an entry of the outbox cannot be read and stays there"
                );
                None
            }
        });
        Ok(entries.collect())
    }

    /// Deletes entries that the broker has confirmed. Those that are gone already are no fault.
    ///
    /// # Errors
    /// [`LedgerError`]; the entries are then published again.
    pub async fn published(&self, ids: &[i64]) -> Result<(), LedgerError> {
        let deleted = sqlx::query("DELETE FROM outbox WHERE id = ANY ($1)").bind(ids);
        timed("published", deleted.execute(&self.pool)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(kind: &str, payload: Value) -> Result<OutboxEntry, LedgerError> {
        let row = json!({
            "id": 7, "kind": kind, "event_id": Uuid::nil(), "tenant_id": "acme", "job_id": Uuid::nil(),
            "payload": payload, "traceparent": null, "created_at": "2026-11-22T21:12:22.522774+00:00",
            "swept_at": null
        });
        serde_json::from_value::<Told>(row).expect("a row").entry()
    }

    fn event(status: &str) -> Result<OutboxEntry, LedgerError> {
        let data = json!({
            "job_id": Uuid::nil(), "tenant_id": "acme", "status": status, "attempt": 1, "metadata": {}
        });
        told("event", data)
    }

    #[test]
    fn an_event_tells_of_its_status() {
        let OutboxItem::Event(event) = event("cancelled").expect("an event").item else {
            panic!("an event is an event");
        };
        assert_eq!(event.kind, EventKind::Cancelled);
        assert_eq!(event.time.nanosecond(), 522_774_000);
    }

    #[test]
    fn nothing_is_told_of_waiting() {
        assert!(event("pending").is_err());
        assert!(event("retrying").is_err());
    }

    #[test]
    fn a_dead_letter_carries_the_message_that_replays_it() {
        let payload = json!({
            "priority": 9, "submitted_at": "2026-11-22T21:12:22+00:00",
            "failure": {"class": "poison", "code": "worker_killed", "message": "gone"}
        });
        let entry = told("dead", payload).expect("a dead letter");
        let OutboxItem::DeadLetter {
            message, failure, ..
        } = entry.item
        else {
            panic!("a dead letter is one");
        };
        assert_eq!(message.priority.get(), 9);
        assert_eq!(failure.code, "worker_killed");
    }
}
