//! Jobs go out to the broker, for the first time and again.

use std::time::Duration;

use gildhall_proto::{JobId, JobMessage};
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::numbers::timed;
use super::outbox::{self, Told};
use super::read::{self, ms};
use super::{Ledger, LedgerError, MAX_CRASHES, OutboxEntry};

/// A job whose message is to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct Dispatch {
    /// The message.
    pub message: JobMessage,
    /// The W3C trace context for its headers.
    pub traceparent: Option<String>,
    /// What is to be published beside it: `video.queued` on its first dispatch.
    pub events: Vec<OutboxEntry>,
}

/// What became of the jobs of workers that fell silent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reaped {
    /// Those that run again.
    pub again: Vec<Dispatch>,
    /// The events of those that ended instead: once too often, or cancelled.
    pub events: Vec<OutboxEntry>,
}

#[derive(Debug, sqlx::FromRow)]
struct DispatchRow {
    job_id: Uuid,
    tenant_id: String,
    priority: i16,
    created_at: OffsetDateTime,
    traceparent: Option<String>,
    events: Json<Vec<Told>>,
    #[sqlx(default)]
    again: bool,
}

impl DispatchRow {
    fn dispatch(self) -> Result<Dispatch, LedgerError> {
        let job = JobId::from_uuid(self.job_id);
        let tenant = read::tenant(&self.tenant_id)?;
        let priority = read::priority(self.priority)?;
        Ok(Dispatch {
            message: JobMessage::new(job, tenant, priority, self.created_at),
            traceparent: self.traceparent,
            events: outbox::entries(self.events.0)?,
        })
    }
}

fn dispatches(rows: Vec<DispatchRow>) -> Result<Vec<Dispatch>, LedgerError> {
    rows.into_iter().map(DispatchRow::dispatch).collect()
}

impl Ledger {
    /// Queues up to `limit` waiting jobs of tenants that may run more, in the order in which they are to be published.
    /// One relay at a time does this; while another does, nothing comes back.
    ///
    /// # Errors
    /// [`LedgerError`]. Jobs whose answer got lost are queued without a message, and [`Ledger::overdue`] finds them.
    pub async fn dispatch(&self, limit: i64) -> Result<Vec<Dispatch>, LedgerError> {
        let handed_out = sqlx::query_as("SELECT * FROM fleet.dispatch($1)").bind(limit);
        dispatches(timed("dispatch", handed_out.fetch_all(&self.pool)).await?)
    }

    /// Up to `limit` jobs whose message should have been served for longer than `older_than`, to be sent again. For each
    /// job the time doubles with each of its messages, up to 32 times. A message too many does no harm.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn overdue(
        &self,
        older_than: Duration,
        limit: i64,
    ) -> Result<Vec<Dispatch>, LedgerError> {
        let overdue = sqlx::query_as("SELECT * FROM fleet.overdue($1, $2)")
            .bind(ms(older_than))
            .bind(limit);
        dispatches(timed("overdue", overdue.fetch_all(&self.pool)).await?)
    }

    /// How many messages the jobs queue should hold at this moment; 0 while no job has waited for longer than
    /// `older_than`, since nothing can be wrong then.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn waiting_on_broker(&self, older_than: Duration) -> Result<i64, LedgerError> {
        let waiting = sqlx::query_scalar("SELECT fleet.waiting_on_broker($1)").bind(ms(older_than));
        timed("waiting_on_broker", waiting.fetch_one(&self.pool)).await
    }

    /// Takes up to `limit` jobs from workers whose lease ended longer than `grace` ago.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn reap(&self, grace: Duration, limit: i64) -> Result<Reaped, LedgerError> {
        let taken = sqlx::query_as("SELECT * FROM fleet.reap($1, $2, $3)")
            .bind(ms(grace))
            .bind(MAX_CRASHES)
            .bind(limit);
        let rows: Vec<DispatchRow> = timed("reap", taken.fetch_all(&self.pool)).await?;
        let mut reaped = Reaped::default();
        for row in rows {
            if row.again {
                reaped.again.push(row.dispatch()?);
            } else {
                reaped.events.extend(outbox::entries(row.events.0)?);
            }
        }
        Ok(reaped)
    }
}
