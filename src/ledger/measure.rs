//! How much there is to do, and who has what: for `/metrics`. Every number is read from an index and bounded, so that
//! looking costs the same however many jobs there were, or wait.

use sqlx::FromRow;

use super::numbers::{PoolState, timed};
use super::{Ledger, LedgerError};

/// Most waiting jobs, and most entries of the outbox, that are counted.
const COUNTED: i64 = 100_000;
/// Most waiting jobs of one tenant that are counted.
const COUNTED_OF_ONE: i64 = 1000;

/// The jobs that have not ended, and what is still to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, FromRow)]
pub struct Backlog {
    /// Jobs that wait in the ledger, up to 100,000.
    pub pending: i64,
    /// Jobs whose message waits for a worker.
    pub queued: i64,
    /// Jobs that are being rendered.
    pub processing: i64,
    /// Jobs that wait for their next attempt.
    pub retrying: i64,
    /// Jobs that workers have in hand or could take at once: those above that wait for a time are not among them.
    pub runnable: i64,
    /// How long the oldest message has waited for a worker, in seconds; 0 where none waits.
    pub oldest_queued_s: f64,
    /// Entries of the outbox, up to 100,000.
    pub outbox: i64,
    /// Age of the oldest of them in seconds; 0 where there are none.
    pub outbox_oldest_s: f64,
    /// All leases.
    pub leases: i64,
    /// Leases that have run out.
    pub leases_expired: i64,
}

/// One tenant's part of it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TenantLoad {
    /// Whose it is.
    pub tenant_id: String,
    /// Jobs that may be rendered at once.
    pub max_concurrent: i32,
    /// Jobs that are being rendered.
    pub in_use: i64,
    /// Jobs that wait in the ledger, up to 1,000.
    pub pending: i64,
}

/// What lies in the object store, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Stored {
    /// Uploads.
    pub uploads: i64,
    /// Videos with all that belongs to them.
    pub renders: i64,
}

/// The order of the index keeps the planner from reading the table for the few that it expects. A job that is parked until
/// its next attempt (`not_before`) lies in a wait queue, where no worker could take it: it waits for one from then on.
const BACKLOG: &str = "
WITH under_way AS (
    SELECT count(*) FILTER (WHERE status = 'queued') AS queued,
        count(*) FILTER (WHERE status = 'processing') AS processing,
        count(*) FILTER (WHERE status = 'retrying') AS retrying,
        count(*) FILTER (WHERE not_before IS NULL OR not_before <= clock_timestamp()) AS runnable,
        min(greatest(dispatched_at, not_before)) FILTER (WHERE status <> 'processing') AS waits_since
    FROM video_processing_jobs WHERE status IN ('queued', 'processing', 'retrying')
), held AS (
    SELECT count(*) AS leases, count(*) FILTER (WHERE expires_at < clock_timestamp()) AS leases_expired FROM leases
)
SELECT (SELECT count(*) FROM (SELECT FROM video_processing_jobs WHERE status = 'pending'
        ORDER BY tenant_id, priority DESC LIMIT $1) p) AS pending,
    queued, processing, retrying, runnable,
    greatest(extract(epoch FROM clock_timestamp() - waits_since), 0)::float8 AS oldest_queued_s,
    (SELECT count(*) FROM (SELECT FROM outbox ORDER BY id LIMIT $1) o) AS outbox,
    coalesce((SELECT greatest(extract(epoch FROM clock_timestamp() - created_at), 0)
        FROM outbox ORDER BY id LIMIT 1), 0)::float8 AS outbox_oldest_s,
    leases, leases_expired
FROM under_way, held";

const LOADS: &str = "
SELECT t.id AS tenant_id, t.max_concurrent,
    (SELECT count(*) FROM leases l WHERE l.tenant_id = t.id) AS in_use,
    (SELECT count(*) FROM (SELECT FROM video_processing_jobs j WHERE j.tenant_id = t.id AND j.status = 'pending'
        ORDER BY j.tenant_id, j.priority DESC LIMIT $2) p) AS pending
FROM tenants t WHERE t.id = ANY ($1)";

const STORED: &str = "
SELECT coalesce(sum(bytes) FILTER (WHERE origin = 'upload'), 0)::bigint AS uploads,
    (coalesce(sum(bytes) FILTER (WHERE origin = 'render'), 0)
        + (SELECT coalesce(sum(bytes), 0) FROM media_renditions))::bigint AS renders
FROM media_assets WHERE deleted_at IS NULL";

/// The log is asked by an index of nothing else (`0021_janitor_runs.sql`); the other table has a row for each migration.
const JANITOR_AGE: &str = "
SELECT greatest(extract(epoch FROM clock_timestamp() - coalesce(
    (SELECT at FROM audit_log WHERE action = 'janitor.run' AND outcome = 'done' ORDER BY at DESC LIMIT 1),
    (SELECT min(installed_on) FROM _sqlx_migrations))), 0)::float8";

impl Ledger {
    /// What there is to do.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn backlog(&self) -> Result<Backlog, LedgerError> {
        let backlog = sqlx::query_as(BACKLOG).bind(COUNTED);
        timed("backlog", backlog.fetch_one(&self.pool)).await
    }

    /// What these tenants have of it. Who is no tenant is left out.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn loads(&self, tenants: &[String]) -> Result<Vec<TenantLoad>, LedgerError> {
        let loads = sqlx::query_as(LOADS).bind(tenants).bind(COUNTED_OF_ONE);
        timed("loads", loads.fetch_all(&self.pool)).await
    }

    /// The tenants that hold a lease.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn tenants_at_work(&self) -> Result<Vec<String>, LedgerError> {
        let tenants = sqlx::query_scalar("SELECT DISTINCT tenant_id FROM leases");
        timed("tenants_at_work", tenants.fetch_all(&self.pool)).await
    }

    /// Up to `limit` tenants that submitted the most jobs this month and last, the busiest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn busiest_tenants(&self, limit: i64) -> Result<Vec<String>, LedgerError> {
        let tenants = sqlx::query_scalar(
            "SELECT tenant_id FROM usage
             WHERE month >= (date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month')::date
             GROUP BY tenant_id ORDER BY sum(jobs) DESC, tenant_id LIMIT $1",
        );
        timed("busiest_tenants", tenants.bind(limit).fetch_all(&self.pool)).await
    }

    /// What lies in the object store. It reads every asset that there is: not for every minute.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn stored(&self) -> Result<Stored, LedgerError> {
        timed("stored", sqlx::query_as(STORED).fetch_one(&self.pool)).await
    }

    /// How many seconds ago a run of the janitor was done, to its end and for real; where none ever was, how old the tables are.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn janitor_age_s(&self) -> Result<f64, LedgerError> {
        let age = sqlx::query_scalar(JANITOR_AGE);
        timed("janitor_age", age.fetch_one(&self.pool)).await
    }

    /// The connections.
    pub fn connections(&self) -> PoolState {
        PoolState::of(&self.pool)
    }
}
