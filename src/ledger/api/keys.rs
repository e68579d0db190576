//! Who holds a key.

use gildhall_proto::TenantId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::ApiLedger;
use crate::ledger::{LedgerError, read};

/// What is known of a key that may be used: it is not revoked, and its tenant is not suspended. Whether its secret is right is
/// for the caller to judge.
#[derive(Clone)]
pub struct KeyRecord {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub tenant: TenantId,
    /// The SHA-256 of its secret part.
    pub secret_sha256: Vec<u8>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
    /// Requests that its tenant may make in a minute, with all its keys together.
    pub requests_per_minute: u32,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    tenant_id: String,
    secret_sha256: Vec<u8>,
    scopes: Vec<String>,
    expires_at: Option<OffsetDateTime>,
    requests_per_minute: i32,
}

impl ApiLedger {
    /// The key with this prefix, if it may be used.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn authenticate(&self, prefix: &str) -> Result<Option<KeyRecord>, LedgerError> {
        let row: Option<KeyRow> = sqlx::query_as("SELECT * FROM api.authenticate($1)")
            .bind(prefix)
            .fetch_optional(&self.pool)
            .await?;
        row.map(record).transpose()
    }

    /// Notes that a key was used, to the minute. For calls after its secret was found right.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn key_was_used(&self, key: Uuid) -> Result<(), LedgerError> {
        sqlx::query("SELECT api.key_was_used($1)")
            .bind(key)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn record(row: KeyRow) -> Result<KeyRecord, LedgerError> {
    Ok(KeyRecord {
        id: row.id,
        tenant: read::tenant(&row.tenant_id)?,
        secret_sha256: row.secret_sha256,
        scopes: row.scopes,
        expires_at: row.expires_at,
        requests_per_minute: read::count(row.requests_per_minute),
    })
}
