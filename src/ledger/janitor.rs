//! What is past its time, as the janitor takes it (`0018_retention.sql`).
//!
//! Each step is one short transaction over a bounded batch, and may be taken by any number of processes at once: nobody waits
//! for another's rows, and what one has taken the next does not find.

use gildhall_proto::{JobId, TenantId};
use uuid::Uuid;

use super::numbers::timed;
use super::retention::days;
use super::{Ledger, LedgerError, read};

/// Steps that take a batch of one tenant's rows that are older than so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastStep {
    /// Idempotency keys go.
    Keys,
    /// Lines of the audit log go. Whatever is asked, those of the last 30 days stay.
    Audit,
    /// Videos are marked as deleted.
    Outputs,
    /// Completed jobs whose video is gone go, with their history.
    Completed,
    /// Failed and cancelled jobs go, with their history.
    Unfinished,
    /// Rows of deleted uploads that no job tells of go.
    Uploads,
}

impl PastStep {
    const fn name(self) -> &'static str {
        match self {
            PastStep::Keys => "forget_keys",
            PastStep::Audit => "forget_audit",
            PastStep::Outputs => "expire_outputs",
            PastStep::Completed => "forget_completed",
            PastStep::Unfinished => "forget_unfinished",
            PastStep::Uploads => "forget_uploads",
        }
    }

    const fn sql(self) -> &'static str {
        match self {
            PastStep::Keys => "SELECT fleet.forget_keys($1, now() - make_interval(days => $2), $3)",
            PastStep::Audit => {
                "SELECT fleet.forget_audit($1, now() - make_interval(days => $2), $3)"
            }
            PastStep::Outputs => {
                "SELECT fleet.expire_outputs($1, now() - make_interval(days => $2), $3)"
            }
            PastStep::Completed => {
                "SELECT fleet.forget_completed($1, now() - make_interval(days => $2), $3)"
            }
            PastStep::Unfinished => {
                "SELECT fleet.forget_unfinished($1, now() - make_interval(days => $2), $3)"
            }
            PastStep::Uploads => {
                "SELECT fleet.forget_uploads($1, now() - make_interval(days => $2), $3)"
            }
        }
    }
}

/// What came of a look for unused uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unused {
    /// Uploads that were looked at. Fewer than asked for: they were the last ones.
    pub seen: u64,
    /// Those of them that were marked as deleted.
    pub expired: u64,
}

/// A deleted asset with objects that may be there still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncleared {
    /// Its id.
    pub id: Uuid,
    /// Whose it was.
    pub tenant: TenantId,
    /// Keys of its objects.
    pub objects: Vec<String>,
}

/// Days after which the things of one tenant are past; nothing: never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PastAfter {
    /// Uploads, since their last use.
    pub uploads: Option<u32>,
    /// Videos.
    pub outputs: Option<u32>,
    /// Jobs that have ended, and events.
    pub history: Option<u32>,
    /// Idempotency keys.
    pub keys: Option<u32>,
    /// Lines of the audit log.
    pub audit: Option<u32>,
}

/// How much is past at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// Idempotency keys.
    pub keys: u64,
    /// Events that nobody took.
    pub events: u64,
    /// Lines of the audit log.
    pub audit: u64,
    /// Videos.
    pub outputs: u64,
    /// Uploads.
    pub uploads: u64,
    /// Jobs, those included whose video would go first.
    pub jobs: u64,
}

#[derive(Debug, sqlx::FromRow)]
struct UnclearedRow {
    id: Uuid,
    tenant_id: String,
    objects: Vec<String>,
}

#[derive(Debug, sqlx::FromRow)]
struct PastRow {
    keys: i64,
    events: i64,
    audit: i64,
    outputs: i64,
    uploads: i64,
    jobs: i64,
}

/// A count of rows, which is never negative.
fn count(number: i64) -> u64 {
    number.try_into().unwrap_or(0)
}

impl Ledger {
    /// Takes one batch of a step, of at most `limit` rows, and gives how many it took; fewer are the last ones. No tenant: what
    /// is no tenant's, of the audit log.
    ///
    /// # Errors
    /// [`LedgerError`]; then nothing was taken, or all but the answer.
    pub async fn take_past(
        &self,
        step: PastStep,
        tenant: Option<&TenantId>,
        older_days: u32,
        limit: u32,
    ) -> Result<u64, LedgerError> {
        let asked = sqlx::query_scalar(step.sql())
            .bind(tenant.map(TenantId::as_str))
            .bind(days(older_days))
            .bind(i64::from(limit));
        let taken: i64 = timed(step.name(), asked.fetch_one(&self.pool)).await?;
        Ok(count(taken))
    }

    /// Marks uploads as deleted that nobody used for so many days, of at most `limit` that look like it. One that a job names
    /// which has not ended stays, and so does one that a job was made of since.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn expire_uploads(
        &self,
        tenant: &TenantId,
        unused_days: u32,
        limit: u32,
    ) -> Result<Unused, LedgerError> {
        let asked = sqlx::query_as(
            "SELECT seen, expired FROM fleet.expire_uploads($1, now() - make_interval(days => $2), $3)",
        )
        .bind(tenant.as_str())
        .bind(days(unused_days))
        .bind(i64::from(limit));
        let (seen, expired): (i64, i64) =
            timed("expire_uploads", asked.fetch_one(&self.pool)).await?;
        Ok(Unused {
            seen: count(seen),
            expired: count(expired),
        })
    }

    /// Drops at most `limit` events that nobody took, of each of these tenants those that are older than so many days.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn forget_events(
        &self,
        older_days: &[(TenantId, u32)],
        limit: u32,
    ) -> Result<u64, LedgerError> {
        let tenants: Vec<&str> = older_days
            .iter()
            .map(|(tenant, _)| tenant.as_str())
            .collect();
        let spans: Vec<i32> = older_days.iter().map(|(_, span)| days(*span)).collect();
        let asked = sqlx::query_scalar(
            "SELECT fleet.forget_events($1, ARRAY(SELECT now() - make_interval(days => u.span) \
             FROM unnest($2::integer[]) WITH ORDINALITY AS u (span, place) ORDER BY u.place), $3)",
        )
        .bind(tenants)
        .bind(spans)
        .bind(i64::from(limit));
        let taken: i64 = timed("forget_events", asked.fetch_one(&self.pool)).await?;
        Ok(count(taken))
    }

    /// At most `limit` deleted assets whose objects may be there still, by id, behind `after`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn uncleared(&self, after: Uuid, limit: u32) -> Result<Vec<Uncleared>, LedgerError> {
        let asked = sqlx::query_as("SELECT * FROM fleet.uncleared($1, $2)")
            .bind(after)
            .bind(i64::from(limit));
        let rows: Vec<UnclearedRow> = timed("uncleared", asked.fetch_all(&self.pool)).await?;
        let read = |row: UnclearedRow| -> Result<Uncleared, LedgerError> {
            Ok(Uncleared {
                id: row.id,
                tenant: read::tenant(&row.tenant_id)?,
                objects: row.objects,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Says that no object of these deleted assets is left.
    ///
    /// # Errors
    /// [`LedgerError`]; then they are still among [`Ledger::uncleared`].
    pub async fn are_cleared(&self, assets: &[Uuid]) -> Result<u64, LedgerError> {
        let asked = sqlx::query_scalar("SELECT fleet.are_cleared($1)").bind(assets);
        let cleared: i64 = timed("are_cleared", asked.fetch_one(&self.pool)).await?;
        Ok(count(cleared))
    }

    /// Those of these jobs that have not ended.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn living_jobs(&self, jobs: &[JobId]) -> Result<Vec<JobId>, LedgerError> {
        let asked = sqlx::query_scalar("SELECT fleet.living_jobs($1)").bind(uuids(jobs));
        let living: Vec<Uuid> = timed("living_jobs", asked.fetch_all(&self.pool)).await?;
        Ok(living.into_iter().map(JobId::from_uuid).collect())
    }

    /// The objects that the ledger names as made by these jobs.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn named_objects(&self, jobs: &[JobId]) -> Result<Vec<String>, LedgerError> {
        let asked = sqlx::query_scalar("SELECT fleet.named_objects($1)").bind(uuids(jobs));
        let named: Vec<String> = timed("named_objects", asked.fetch_all(&self.pool)).await?;
        Ok(named)
    }

    /// Those of these uploads that have something in quarantine by right.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn in_quarantine(&self, uploads: &[Uuid]) -> Result<Vec<Uuid>, LedgerError> {
        let asked = sqlx::query_scalar("SELECT fleet.in_quarantine($1)").bind(uploads);
        let held: Vec<Uuid> = timed("in_quarantine", asked.fetch_all(&self.pool)).await?;
        Ok(held)
    }

    /// Counts what is past of a tenant, and changes nothing. No tenant: lines of the audit log that are no tenant's.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn count_past(
        &self,
        tenant: Option<&TenantId>,
        after: &PastAfter,
    ) -> Result<Past, LedgerError> {
        let asked = sqlx::query_as(
            "SELECT * FROM fleet.past($1, now() - make_interval(days => $2), now() - make_interval(days => $3), \
             now() - make_interval(days => $4), now() - make_interval(days => $5), now() - make_interval(days => $6))",
        )
        .bind(tenant.map(TenantId::as_str))
        .bind(after.keys.map(days))
        .bind(after.outputs.map(days))
        .bind(after.uploads.map(days))
        .bind(after.history.map(days))
        .bind(after.audit.map(days));
        let row: PastRow = timed("past", asked.fetch_one(&self.pool)).await?;
        Ok(Past {
            keys: count(row.keys),
            events: count(row.events),
            audit: count(row.audit),
            outputs: count(row.outputs),
            uploads: count(row.uploads),
            jobs: count(row.jobs),
        })
    }
}

fn uuids(jobs: &[JobId]) -> Vec<Uuid> {
    jobs.iter().map(|job| job.uuid()).collect()
}
