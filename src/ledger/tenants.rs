//! Tenants and their limits. Limits take effect at once: every step reads them anew.

use gildhall_proto::TenantId;
use serde_json::json;
use sqlx::types::Json;
use time::{Date, OffsetDateTime};

use super::{Actor, Ledger, LedgerError, read};

/// How much a tenant may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantLimits {
    /// Jobs that are rendered at the same time, 1 to 1,000.
    pub max_concurrent: u32,
    /// Requests to the API in a minute, 1 to 1,000,000.
    pub requests_per_minute: u32,
    /// Jobs that may be submitted in a calendar month (UTC); nothing is no limit.
    pub monthly_jobs: Option<u32>,
}

impl Default for TenantLimits {
    fn default() -> TenantLimits {
        TenantLimits {
            max_concurrent: 2,
            requests_per_minute: 600,
            monthly_jobs: None,
        }
    }
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its name.
    pub id: TenantId,
    /// What it may do.
    pub limits: TenantLimits,
    /// Since when it may do nothing; its waiting jobs wait.
    pub suspended_at: Option<OffsetDateTime>,
    /// Since when it is here.
    pub created_at: OffsetDateTime,
}

/// What a tenant used in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Usage {
    /// Jobs that were submitted.
    pub jobs: i64,
    /// Videos that were rendered.
    pub completed: i64,
    /// Milliseconds that workers spent on them.
    pub render_ms: i64,
}

#[derive(Debug, sqlx::FromRow)]
struct TenantRow {
    id: String,
    max_concurrent: i32,
    requests_per_minute: i32,
    monthly_jobs: Option<i32>,
    suspended_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
}

impl TryFrom<TenantRow> for Tenant {
    type Error = LedgerError;

    fn try_from(row: TenantRow) -> Result<Tenant, LedgerError> {
        Ok(Tenant {
            id: read::tenant(&row.id)?,
            limits: TenantLimits {
                max_concurrent: read::count(row.max_concurrent),
                requests_per_minute: read::count(row.requests_per_minute),
                monthly_jobs: row.monthly_jobs.map(read::count),
            },
            suspended_at: row.suspended_at,
            created_at: row.created_at,
        })
    }
}

/// A limit as the database takes it; its CHECKs judge it.
fn number(limit: u32) -> i32 {
    i32::try_from(limit).unwrap_or(i32::MAX)
}

impl Ledger {
    /// Adds a tenant; `false` where there is one of this name already, which is then left as it is. Written to the audit
    /// log.
    ///
    /// # Errors
    /// [`LedgerError::Query`] where a limit is out of its range; any other [`LedgerError`].
    pub async fn create_tenant(
        &self,
        tenant: &TenantId,
        limits: &TenantLimits,
        actor: &Actor,
    ) -> Result<bool, LedgerError> {
        let made: i64 = sqlx::query_scalar(
            "WITH made AS (INSERT INTO tenants (id, max_concurrent, requests_per_minute, monthly_jobs) \
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id), \
             told AS (SELECT ledger.audit($5, $6, $7, id, 'tenant.create', id, 'created', $8) FROM made) \
             SELECT count(*) FROM told",
        )
        .bind(tenant.as_str())
        .bind(number(limits.max_concurrent))
        .bind(number(limits.requests_per_minute))
        .bind(limits.monthly_jobs.map(number))
        .bind(&actor.name)
        .bind(actor.kind.as_str())
        .bind(actor.address())
        .bind(Json(detail(limits)))
        .fetch_one(&self.pool)
        .await?;
        Ok(made > 0)
    }

    /// Changes a tenant's limits; `false` where there is no such tenant. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError::Query`] where a limit is out of its range; any other [`LedgerError`].
    pub async fn set_limits(
        &self,
        tenant: &TenantId,
        limits: &TenantLimits,
        actor: &Actor,
    ) -> Result<bool, LedgerError> {
        let changed: i64 = sqlx::query_scalar(
            "WITH changed AS (UPDATE tenants SET max_concurrent = $2, requests_per_minute = $3, \
             monthly_jobs = $4 WHERE id = $1 RETURNING id), \
             told AS (SELECT ledger.audit($5, $6, $7, id, 'tenant.limits', id, 'changed', $8) FROM changed) \
             SELECT count(*) FROM told",
        )
        .bind(tenant.as_str())
        .bind(number(limits.max_concurrent))
        .bind(number(limits.requests_per_minute))
        .bind(limits.monthly_jobs.map(number))
        .bind(&actor.name)
        .bind(actor.kind.as_str())
        .bind(actor.address())
        .bind(Json(detail(limits)))
        .fetch_one(&self.pool)
        .await?;
        Ok(changed > 0)
    }

    /// Suspends a tenant or takes it in again; `false` where there is no such tenant. Jobs that are being rendered go on,
    /// all others wait. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn set_suspended(
        &self,
        tenant: &TenantId,
        suspended: bool,
        actor: &Actor,
    ) -> Result<bool, LedgerError> {
        let changed: i64 = sqlx::query_scalar(
            "WITH changed AS (UPDATE tenants SET suspended_at = \
             CASE WHEN $2 THEN coalesce(suspended_at, now()) END WHERE id = $1 RETURNING id), \
             told AS (SELECT ledger.audit($3, $4, $5, id, \
             CASE WHEN $2 THEN 'tenant.suspend' ELSE 'tenant.resume' END, id, 'changed') FROM changed) \
             SELECT count(*) FROM told",
        )
        .bind(tenant.as_str())
        .bind(suspended)
        .bind(&actor.name)
        .bind(actor.kind.as_str())
        .bind(actor.address())
        .fetch_one(&self.pool)
        .await?;
        Ok(changed > 0)
    }

    /// A tenant, if there is one of this name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn tenant(&self, tenant: &TenantId) -> Result<Option<Tenant>, LedgerError> {
        let row: Option<TenantRow> = sqlx::query_as("SELECT * FROM tenants WHERE id = $1")
            .bind(tenant.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.map(Tenant::try_from).transpose()
    }

    /// All tenants, by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn list_tenants(&self) -> Result<Vec<Tenant>, LedgerError> {
        let rows: Vec<TenantRow> = sqlx::query_as("SELECT * FROM tenants ORDER BY id")
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(Tenant::try_from).collect()
    }

    /// What a tenant used in the calendar month (UTC) that `day` lies in.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn usage(&self, tenant: &TenantId, day: Date) -> Result<Usage, LedgerError> {
        let usage: Usage = sqlx::query_as(
            "SELECT coalesce(sum(jobs), 0)::bigint AS jobs, coalesce(sum(completed), 0)::bigint AS completed, \
             coalesce(sum(render_ms), 0)::bigint AS render_ms \
             FROM usage WHERE tenant_id = $1 AND month = date_trunc('month', $2::date)::date",
        )
        .bind(tenant.as_str())
        .bind(day)
        .fetch_one(&self.pool)
        .await?;
        Ok(usage)
    }
}

fn detail(limits: &TenantLimits) -> serde_json::Value {
    json!({
        "max_concurrent": limits.max_concurrent,
        "requests_per_minute": limits.requests_per_minute,
        "monthly_jobs": limits.monthly_jobs,
    })
}
