//! API keys as operators see them. The secret itself is never here: only its hash comes in.

use std::time::Duration;

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
    /// The public part of the key that takes its place.
    pub replaced_by: Option<String>,
}

/// A new secret for a key that is in use.
#[derive(Clone)]
pub struct Rotation {
    /// The public part of the key that goes.
    pub old_prefix: String,
    /// The id of the one that comes.
    pub id: Uuid,
    /// The public part of it, 8 to 64 characters, unlike any other key's.
    pub prefix: String,
    /// The SHA-256 of its secret part.
    pub secret_sha256: [u8; 32],
    /// How long it is good for; where nothing is said, for as long as the old one was when it was made.
    pub expires_in: Option<Duration>,
    /// How long the old one still is.
    pub overlap: Duration,
}

/// What became of a wish to rotate a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotateOutcome {
    /// The new key may be used, and the old one until its time.
    Rotated(Rotated),
    /// The key with this prefix takes its place already.
    Replaced(String),
    /// There is no key with this prefix, or it is revoked or over.
    NoSuchKey,
}

/// A key and the one that it takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Whose they are.
    pub tenant: TenantId,
    /// What they are for.
    pub label: String,
    /// What they may do.
    pub scopes: Vec<String>,
    /// When the new one ends by itself.
    pub expires_at: Option<OffsetDateTime>,
    /// When the old one ends: earlier than asked for where it was to end anyway.
    pub old_expires_at: OffsetDateTime,
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
    replaced_by: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
struct RotatedRow {
    tenant_id: String,
    label: String,
    scopes: Vec<String>,
    expires_at: Option<OffsetDateTime>,
    old_expires_at: OffsetDateTime,
}

impl TryFrom<RotatedRow> for Rotated {
    type Error = LedgerError;

    fn try_from(row: RotatedRow) -> Result<Rotated, LedgerError> {
        Ok(Rotated {
            tenant: read::tenant(&row.tenant_id)?,
            label: row.label,
            scopes: row.scopes,
            expires_at: row.expires_at,
            old_expires_at: row.old_expires_at,
        })
    }
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
            replaced_by: row.replaced_by,
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
             SELECT $1, t.id, $3, $4, $5, $6, $7 FROM tenants t WHERE t.id = $2 \
             RETURNING tenant_id, prefix, scopes, expires_at), \
             told AS (SELECT ledger.audit($8, $9, $10, tenant_id, 'key.create', prefix, 'created', \
             jsonb_build_object('scopes', scopes, 'expires_at', expires_at)) FROM made) \
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
            "SELECT id, tenant_id, label, prefix, scopes, created_at, expires_at, revoked_at, last_used_at, replaced_by \
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

    /// Puts a new key of the same tenant, label and scopes beside one that is in use, which ends after the overlap. Both open
    /// until then, so whoever holds the old one can change over at any moment of it. Of two who rotate a key at once one
    /// does, and the other is told so. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError::Query`] where the new prefix is taken, by chance; any other [`LedgerError`].
    pub async fn rotate_key(
        &self,
        rotation: &Rotation,
        actor: &Actor,
    ) -> Result<RotateOutcome, LedgerError> {
        let row: Option<RotatedRow> = sqlx::query_as(ROTATE)
            .bind(&rotation.old_prefix)
            .bind(rotation.id)
            .bind(&rotation.prefix)
            .bind(&rotation.secret_sha256[..])
            .bind(rotation.expires_in.map(read::ms))
            .bind(read::ms(rotation.overlap))
            .bind(&actor.name)
            .bind(actor.kind.as_str())
            .bind(actor.address())
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => Ok(RotateOutcome::Rotated(row.try_into()?)),
            None => self.why_not_rotated(&rotation.old_prefix).await,
        }
    }

    async fn why_not_rotated(&self, prefix: &str) -> Result<RotateOutcome, LedgerError> {
        let by: Option<String> = sqlx::query_scalar(
            "SELECT replaced_by FROM api_keys WHERE prefix = $1 AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > now()) AND replaced_by IS NOT NULL",
        )
        .bind(prefix)
        .fetch_optional(&self.pool)
        .await?;
        Ok(by.map_or(RotateOutcome::NoSuchKey, RotateOutcome::Replaced))
    }
}

/// One statement, and so one transaction: there is no moment at which neither key opens.
const ROTATE: &str = "WITH old AS (SELECT id, tenant_id, label, scopes, created_at, expires_at FROM api_keys \
    WHERE prefix = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) \
    AND replaced_by IS NULL FOR UPDATE), \
    made AS (INSERT INTO api_keys (id, tenant_id, label, prefix, secret_sha256, scopes, expires_at) \
    SELECT $2, tenant_id, label, $3, $4, scopes, \
    now() + coalesce(ledger.ms($5), expires_at - created_at) FROM old \
    RETURNING tenant_id, label, prefix, scopes, expires_at), \
    ending AS (UPDATE api_keys k SET replaced_by = $3, expires_at = least(k.expires_at, now() + ledger.ms($6)) \
    FROM old WHERE k.id = old.id RETURNING k.prefix, k.expires_at AS old_expires_at), \
    told AS (SELECT ledger.audit($7, $8, $9, m.tenant_id, 'key.create', m.prefix, 'created', \
    jsonb_build_object('scopes', m.scopes, 'expires_at', m.expires_at, 'replaces', e.prefix)), \
    ledger.audit($7, $8, $9, m.tenant_id, 'key.rotate', e.prefix, 'rotated', \
    jsonb_build_object('replaced_by', m.prefix, 'expires_at', e.old_expires_at)) FROM made m, ending e) \
    SELECT m.tenant_id, m.label, m.scopes, m.expires_at, e.old_expires_at FROM made m, ending e, told";
