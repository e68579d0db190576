//! API keys as operators see them. The secret itself is never here: only its hash comes in.

use gildhall_proto::TenantId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Actor, Ledger, LedgerError, read};

/// A key that is to be known from now on.
#[derive(Clone)]
pub struct NewKey {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it is for, 1 to 200 characters.
    pub label: String,
    /// The public part of it, 8 to 64 characters, unlike any other key's.
    pub prefix: String,
    /// The SHA-256 of the secret part.
    pub secret_sha256: [u8; 32],
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it is for.
    pub label: String,
    /// The public part of it.
    pub prefix: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

#[derive(Debug, sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    tenant_id: String,
    label: String,
    prefix: String,
    scopes: Vec<String>,
    created_at: OffsetDateTime,
    expires_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
    last_used_at: Option<OffsetDateTime>,
}

impl TryFrom<KeyRow> for KeyInfo {
    type Error = LedgerError;

    fn try_from(row: KeyRow) -> Result<KeyInfo, LedgerError> {
        Ok(KeyInfo {
            id: row.id,
            tenant: read::tenant(&row.tenant_id)?,
            label: row.label,
            prefix: row.prefix,
            scopes: row.scopes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        })
    }
}

impl Ledger {
    /// Adds a key; `false` where its tenant is not there or its prefix is taken. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn create_key(&self, key: &NewKey, actor: &Actor) -> Result<bool, LedgerError> {
        let made: Result<i64, LedgerError> = sqlx::query_scalar(
            "WITH made AS (INSERT INTO api_keys (id, tenant_id, label, prefix, secret_sha256, scopes, expires_at) \
             SELECT $1, t.id, $3, $4, $5, $6, $7 FROM tenants t WHERE t.id = $2 RETURNING tenant_id, prefix), \
             told AS (SELECT ledger.audit($8, $9, $10, tenant_id, 'key.create', prefix, 'created') FROM made) \
             SELECT count(*) FROM told",
        )
        .bind(key.id)
        .bind(key.tenant.as_str())
        .bind(&key.label)
        .bind(&key.prefix)
        .bind(&key.secret_sha256[..])
        .bind(&key.scopes)
        .bind(key.expires_at)
        .bind(&actor.name)
        .bind(actor.kind.as_str())
        .bind(actor.address())
        .fetch_one(&self.pool)
        .await
        .map_err(LedgerError::from);
        match made {
            Ok(made) => Ok(made > 0),
            Err(error) if error.breaks_unique() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The keys of a tenant, oldest first, revoked ones included.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn list_keys(&self, tenant: &TenantId) -> Result<Vec<KeyInfo>, LedgerError> {
        let rows: Vec<KeyRow> = sqlx::query_as(
            "SELECT id, tenant_id, label, prefix, scopes, created_at, expires_at, revoked_at, last_used_at \
             FROM api_keys WHERE tenant_id = $1 ORDER BY created_at, id",
        )
        .bind(tenant.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(KeyInfo::try_from).collect()
    }

    /// Revokes the key with this prefix; `false` where there is none or it was revoked before. It is of no use within
    /// seconds. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn revoke_key(&self, prefix: &str, actor: &Actor) -> Result<bool, LedgerError> {
        let revoked: i64 = sqlx::query_scalar(
            "WITH gone AS (UPDATE api_keys SET revoked_at = now() WHERE prefix = $1 AND revoked_at IS NULL \
             RETURNING tenant_id, prefix), \
             told AS (SELECT ledger.audit($2, $3, $4, tenant_id, 'key.revoke', prefix, 'revoked') FROM gone) \
             SELECT count(*) FROM told",
        )
        .bind(prefix)
        .bind(&actor.name)
        .bind(actor.kind.as_str())
        .bind(actor.address())
        .fetch_one(&self.pool)
        .await?;
        Ok(revoked > 0)
    }
}
