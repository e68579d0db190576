//! What lies in the object store, as far as tenants see it.

use std::str::FromStr;

use gildhall_proto::{JobId, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Ledger, LedgerError, read};

/// Where an asset came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetOrigin {
    /// Somebody uploaded it.
    Upload,
    /// A job rendered it.
    Render,
}

impl AssetOrigin {
    /// The word of the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            AssetOrigin::Upload => "upload",
            AssetOrigin::Render => "render",
        }
    }
}

/// Whether an asset may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetState {
    /// It may.
    Released,
    /// Not yet: it has not been looked at.
    Quarantined,
    /// Never.
    Refused,
}

impl AssetState {
    /// The word of the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            AssetState::Released => "released",
            AssetState::Quarantined => "quarantined",
            AssetState::Refused => "refused",
        }
    }
}

/// No such word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such origin or state of an asset")]
pub struct UnknownWord;

impl FromStr for AssetOrigin {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<AssetOrigin, UnknownWord> {
        match word {
            "upload" => Ok(AssetOrigin::Upload),
            "render" => Ok(AssetOrigin::Render),
            _ => Err(UnknownWord),
        }
    }
}

impl FromStr for AssetState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<AssetState, UnknownWord> {
        match word {
            "released" => Ok(AssetState::Released),
            "quarantined" => Ok(AssetState::Quarantined),
            "refused" => Ok(AssetState::Refused),
            _ => Err(UnknownWord),
        }
    }
}

/// An object in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its object key.
    pub object_key: String,
    /// Its media type.
    pub content_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// Its width in pixels, of a picture or video.
    pub width: Option<u32>,
    /// Its height in pixels, of a picture or video.
    pub height: Option<u32>,
}

/// An upload or a rendered video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its id; a rendered video has that of its job.
    pub id: Uuid,
    /// Whose it is.
    pub tenant: TenantId,
    /// Where it came from.
    pub origin: AssetOrigin,
    /// What it is: `video` of a render, else what it was uploaded as.
    pub kind: String,
    /// What jobs call it.
    pub key: String,
    /// Its bytes.
    pub file: StoredFile,
    /// Its length in milliseconds, of sound or video.
    pub duration_ms: Option<u64>,
    /// The job that rendered it.
    pub job: Option<JobId>,
    /// Whether it may be used.
    pub state: AssetState,
    /// Where its bytes lie, or lay, while it is not released.
    pub quarantine_key: Option<String>,
    /// What was found in it, if it is refused.
    pub refusal: Option<String>,
    /// When it was entered.
    pub created_at: OffsetDateTime,
}

/// An upload whose bytes are about to be stored. It is entered as quarantined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAsset {
    /// Its id.
    pub id: Uuid,
    /// What it is uploaded as.
    pub kind: String,
    /// What jobs will call it.
    pub key: String,
    /// Its bytes.
    pub file: StoredFile,
    /// Its length in milliseconds, of sound or video.
    pub duration_ms: Option<u64>,
    /// Where its bytes will lie until they are scanned; nowhere, where that was done already.
    pub quarantine_key: Option<String>,
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssetInsert {
    /// It was entered.
    Created(Asset),
    /// The tenant has these bytes as this kind already, as this asset.
    Existing(Asset),
    /// The tenant calls this other asset by that key.
    KeyTaken(Asset),
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct AssetRow {
    id: Uuid,
    tenant_id: String,
    origin: String,
    kind: String,
    key: String,
    object_key: String,
    content_type: String,
    bytes: i64,
    sha256: String,
    width: Option<i32>,
    height: Option<i32>,
    duration_ms: Option<i64>,
    job_id: Option<Uuid>,
    state: String,
    quarantine_key: Option<String>,
    refusal: Option<String>,
    created_at: OffsetDateTime,
}

impl TryFrom<AssetRow> for Asset {
    type Error = LedgerError;

    fn try_from(row: AssetRow) -> Result<Asset, LedgerError> {
        let word =
            |_: UnknownWord| LedgerError::corrupt("media_assets", "an unknown origin or state");
        Ok(Asset {
            id: row.id,
            tenant: read::tenant(&row.tenant_id)?,
            origin: row.origin.parse().map_err(word)?,
            kind: row.kind,
            key: row.key,
            file: StoredFile {
                object_key: row.object_key,
                content_type: row.content_type,
                bytes: row.bytes.try_into().unwrap_or(0),
                sha256: row.sha256,
                width: row.width.map(read::count),
                height: row.height.map(read::count),
            },
            duration_ms: row.duration_ms.and_then(|ms| ms.try_into().ok()),
            job: row.job_id.map(JobId::from_uuid),
            state: row.state.parse().map_err(word)?,
            quarantine_key: row.quarantine_key,
            refusal: row.refusal,
            created_at: row.created_at,
        })
    }
}

impl Ledger {
    /// Those of a tenant's uploads that jobs call by these keys, in no order, whether they may be used or not.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn assets_by_key(
        &self,
        tenant: &TenantId,
        keys: &[&str],
    ) -> Result<Vec<Asset>, LedgerError> {
        let rows: Vec<AssetRow> = sqlx::query_as(
            "SELECT * FROM media_assets \
             WHERE tenant_id = $1 AND key = ANY ($2) AND origin = 'upload' AND deleted_at IS NULL",
        )
        .bind(tenant.as_str())
        .bind(keys)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Asset::try_from).collect()
    }
}
