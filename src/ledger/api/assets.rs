//! A tenant's assets.

use std::time::Duration;

use gildhall_proto::TenantId;
use uuid::Uuid;

use super::ApiLedger;
use crate::ledger::assets::AssetRow;
use crate::ledger::read::ms;
use crate::ledger::{
    Actor, Asset, AssetInsert, AssetOrigin, Cursor, LedgerError, NewAsset, Page, StoredFile, read,
};

/// A poster, thumbnail or further size of a rendered video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Its name among the job's files, such as `poster.jpg`.
    pub name: String,
    /// Its bytes.
    pub file: StoredFile,
}

#[derive(Debug, sqlx::FromRow)]
struct InsertRow {
    outcome: String,
    #[sqlx(flatten)]
    asset: AssetRow,
}

#[derive(Debug, sqlx::FromRow)]
struct RenditionRow {
    name: String,
    object_key: String,
    content_type: String,
    bytes: i64,
    sha256: String,
    width: Option<i32>,
    height: Option<i32>,
}

impl From<RenditionRow> for Rendition {
    fn from(row: RenditionRow) -> Rendition {
        Rendition {
            name: row.name,
            file: StoredFile {
                object_key: row.object_key,
                content_type: row.content_type,
                bytes: row.bytes.try_into().unwrap_or(0),
                sha256: row.sha256,
                width: row.width.map(read::count),
                height: row.height.map(read::count),
            },
        }
    }
}

impl ApiLedger {
    /// The upload with these bytes, if the tenant has it as this kind.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn find_by_hash(
        &self,
        tenant: &TenantId,
        kind: &str,
        sha256: &str,
    ) -> Result<Option<Asset>, LedgerError> {
        let row: Option<AssetRow> = sqlx::query_as("SELECT * FROM api.asset_by_hash($1, $2, $3)")
            .bind(tenant.as_str())
            .bind(kind)
            .bind(sha256)
            .fetch_optional(&self.pool)
            .await?;
        row.map(Asset::try_from).transpose()
    }

    /// Enters an upload, in quarantine. Within the time given its bytes are to be stored, and
    /// [`ApiLedger::release_asset`] or [`ApiLedger::quarantine_asset`] called; else a porter sees to what was left.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn enter_upload(
        &self,
        tenant: &TenantId,
        new: &NewAsset,
        within: Duration,
    ) -> Result<AssetInsert, LedgerError> {
        let pixels = |length: Option<u32>| length.and_then(|px| i32::try_from(px).ok());
        let long = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let row: InsertRow = sqlx::query_as(
            "SELECT i.outcome, (i.asset).* \
             FROM api.enter_upload($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) i",
        )
        .bind(tenant.as_str())
        .bind(new.id)
        .bind(&new.kind)
        .bind(&new.key)
        .bind(&new.file.object_key)
        .bind(&new.quarantine_key)
        .bind(&new.file.content_type)
        .bind(long(new.file.bytes))
        .bind(&new.file.sha256)
        .bind(pixels(new.file.width))
        .bind(pixels(new.file.height))
        .bind(new.duration_ms.map(long))
        .bind(ms(within))
        .fetch_one(&self.pool)
        .await?;
        let asset = Asset::try_from(row.asset)?;
        match row.outcome.as_str() {
            "created" => Ok(AssetInsert::Created(asset)),
            "existing" => Ok(AssetInsert::Existing(asset)),
            "key_taken" => Ok(AssetInsert::KeyTaken(asset)),
            other => Err(LedgerError::corrupt("api.enter_upload", other)),
        }
    }

    /// A page of at most `length` assets of one origin or kind, or of all, newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn list_assets(
        &self,
        tenant: &TenantId,
        origin: Option<AssetOrigin>,
        kind: Option<&str>,
        after: Option<&Cursor>,
        length: u16,
    ) -> Result<Page<Asset>, LedgerError> {
        let rows: Vec<AssetRow> =
            sqlx::query_as("SELECT * FROM api.assets($1, $2, $3, $4, $5, $6)")
                .bind(tenant.as_str())
                .bind(origin.map(AssetOrigin::as_str))
                .bind(kind)
                .bind(after.map(|cursor| cursor.at))
                .bind(after.map(|cursor| cursor.id))
                .bind(i64::from(length) + 1)
                .fetch_all(&self.pool)
                .await?;
        let more = rows.len() > usize::from(length);
        let items = rows.into_iter().take(length.into()).map(Asset::try_from);
        let items: Vec<Asset> = items.collect::<Result<_, _>>()?;
        let last = items.last().filter(|_| more);
        let next = last.map(|asset| Cursor::new(asset.created_at, asset.id));
        Ok(Page { items, next })
    }

    /// An asset, if it is the tenant's and was not deleted.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn asset(&self, tenant: &TenantId, id: Uuid) -> Result<Option<Asset>, LedgerError> {
        let row: Option<AssetRow> = sqlx::query_as("SELECT * FROM api.asset($1, $2)")
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(Asset::try_from).transpose()
    }

    /// What goes with a rendered video, by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn renditions(
        &self,
        tenant: &TenantId,
        asset: Uuid,
    ) -> Result<Vec<Rendition>, LedgerError> {
        let rows: Vec<RenditionRow> = sqlx::query_as("SELECT * FROM api.renditions($1, $2)")
            .bind(tenant.as_str())
            .bind(asset)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.into_iter().map(Rendition::from).collect())
    }

    /// Deletes an asset, and gives the keys of the objects that are of no more use; nothing where there is no such asset.
    /// Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn delete_asset(
        &self,
        tenant: &TenantId,
        id: Uuid,
        actor: &Actor,
    ) -> Result<Option<Vec<String>>, LedgerError> {
        let objects: Option<Vec<String>> =
            sqlx::query_scalar("SELECT api.delete_asset($1, $2, $3, $4)")
                .bind(tenant.as_str())
                .bind(id)
                .bind(&actor.name)
                .bind(actor.address())
                .fetch_one(&self.pool)
                .await?;
        Ok(objects)
    }
}
