//! Who holds a key.

use gildhall_proto::TenantId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::ApiLedger;
use crate::ledger::numbers::timed;
use crate::ledger::{LedgerError, read};

/// What is known of a key. Whether its secret is right is for the caller to judge.
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

/// What the ledger knows of a prefix.
#[derive(Clone)]
pub enum FoundKey {
    /// The key may be used.
    Good(KeyRecord),
    /// There is such a key, and it opens nothing.
    Closed {
        /// Whose it is.
        tenant: TenantId,
        /// Why.
        why: Closed,
    },
    /// No key has it.
    Unknown,
}

/// Why a key opens nothing, whatever its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired,
    /// Its tenant is suspended.
    Suspended,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    standing: String,
    id: Uuid,
    tenant_id: String,
    secret_sha256: Vec<u8>,
    scopes: Vec<String>,
    expires_at: Option<OffsetDateTime>,
    requests_per_minute: i32,
}

impl ApiLedger {
    /// The key with this prefix.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn find_key(&self, prefix: &str) -> Result<FoundKey, LedgerError> {
        let standing = sqlx::query_as("SELECT * FROM api.key_standing($1)").bind(prefix);
        let row: Option<KeyRow> = timed("find_key", standing.fetch_optional(&self.pool)).await?;
        row.map_or(Ok(FoundKey::Unknown), found)
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

fn found(row: KeyRow) -> Result<FoundKey, LedgerError> {
    let tenant = read::tenant(&row.tenant_id)?;
    let why = match row.standing.as_str() {
        "good" => {
            return Ok(FoundKey::Good(KeyRecord {
                id: row.id,
                tenant,
                secret_sha256: row.secret_sha256,
                scopes: row.scopes,
                expires_at: row.expires_at,
                requests_per_minute: read::count(row.requests_per_minute),
            }));
        }
        "revoked" => Closed::Revoked,
        "expired" => Closed::Expired,
        "suspended" => Closed::Suspended,
        other => return Err(LedgerError::corrupt("api.key_standing", other)),
    };
    Ok(FoundKey::Closed { tenant, why })
}
