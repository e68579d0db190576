//! For how long a tenant's things are kept, where that differs from what the janitor is told for all.

use gildhall_proto::TenantId;
use serde_json::json;
use sqlx::types::Json;

use super::{Actor, Ledger, LedgerError, read};

/// Days by kind. Nothing: as the janitor is set; 0: for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// Uploads, since their last use; 0 to 36,500, as all but the last.
    pub uploads: Option<u32>,
    /// Videos, since they were rendered.
    pub outputs: Option<u32>,
    /// Jobs with their history, since they ended, and events that nobody took.
    pub history: Option<u32>,
    /// Idempotency keys, since their submission.
    pub keys: Option<u32>,
    /// Lines of the audit log; 0, or 30 to 36,500.
    pub audit: Option<u32>,
}

#[derive(Debug, sqlx::FromRow)]
struct KeepRow {
    id: String,
    keep_uploads_days: Option<i32>,
    keep_outputs_days: Option<i32>,
    keep_history_days: Option<i32>,
    keep_keys_days: Option<i32>,
    keep_audit_days: Option<i32>,
}

impl From<&KeepRow> for Keep {
    fn from(row: &KeepRow) -> Keep {
        Keep {
            uploads: row.keep_uploads_days.map(read::count),
            outputs: row.keep_outputs_days.map(read::count),
            history: row.keep_history_days.map(read::count),
            keys: row.keep_keys_days.map(read::count),
            audit: row.keep_audit_days.map(read::count),
        }
    }
}

/// Days as the database takes them; its CHECKs judge them.
pub(super) fn days(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

impl Ledger {
    /// How a tenant's things are kept, if there is one of this name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn keep(&self, tenant: &TenantId) -> Result<Option<Keep>, LedgerError> {
        let row: Option<KeepRow> = sqlx::query_as("SELECT * FROM tenants WHERE id = $1")
            .bind(tenant.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.as_ref().map(Keep::from))
    }

    /// The same for all tenants, by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn list_keep(&self) -> Result<Vec<(TenantId, Keep)>, LedgerError> {
        let rows: Vec<KeepRow> = sqlx::query_as("SELECT * FROM tenants ORDER BY id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| Ok((read::tenant(&row.id)?, Keep::from(row))))
            .collect()
    }

    /// Changes how a tenant's things are kept, from the janitor's next run on; `false` where there is no such tenant. Written to
    /// the audit log.
    ///
    /// # Errors
    /// [`LedgerError::Query`] where days are out of their range; any other [`LedgerError`].
    pub async fn set_keep(
        &self,
        tenant: &TenantId,
        keep: &Keep,
        actor: &Actor,
    ) -> Result<bool, LedgerError> {
        let changed: i64 = sqlx::query_scalar(
            "WITH changed AS (UPDATE tenants SET keep_uploads_days = $2, keep_outputs_days = $3, \
             keep_history_days = $4, keep_keys_days = $5, keep_audit_days = $6 WHERE id = $1 RETURNING id), \
             told AS (SELECT ledger.audit($7, $8, $9, id, 'tenant.retention', id, 'changed', $10) FROM changed) \
             SELECT count(*) FROM told",
        )
        .bind(tenant.as_str())
        .bind(keep.uploads.map(days))
        .bind(keep.outputs.map(days))
        .bind(keep.history.map(days))
        .bind(keep.keys.map(days))
        .bind(keep.audit.map(days))
        .bind(&actor.name)
        .bind(actor.kind.as_str())
        .bind(actor.address())
        .bind(Json(detail(keep)))
        .fetch_one(&self.pool)
        .await?;
        Ok(changed > 0)
    }
}

fn detail(keep: &Keep) -> serde_json::Value {
    json!({
        "uploads": keep.uploads,
        "outputs": keep.outputs,
        "history": keep.history,
        "keys": keep.keys,
        "audit": keep.audit,
    })
}
