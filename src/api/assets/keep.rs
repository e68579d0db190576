//! What becomes of a file that was received: it is scanned, entered, stored where it belongs and released, in this order; or it
//! waits in quarantine where the scanner is away.
//!
//! The row comes before the bytes: it keeps the key to this upload, and a porter clears away what a crash in between leaves.
//! It is entered as quarantined, and released when the bytes are there, so that what is released has its bytes. Whoever
//! uploads the same bytes meanwhile does the same to the same row: the first one releases it.

use std::time::Duration;

use axum::http::StatusCode;
use gildhall_proto::AssetKey;
use uuid::Uuid;

use super::receive::Received;
use crate::api::ApiState;
use crate::api::caller::{AssetsWrite, Caller};
use crate::api::problem::{Kind, Problem};
use crate::inspect::AssetKind;
use crate::ledger::{Asset, AssetInsert, AssetState, Ended, InfectedUpload, NewAsset, StoredFile};
use crate::objects::TenantKeys;
use crate::scan::{ScanError, Verdict};
use crate::telemetry::chain;

/// How long storing the bytes of a row that was entered may take: longer than the largest file can, with every repeat.
const WITHIN: Duration = Duration::from_secs(30 * 60);

/// A file that is to be kept.
pub struct Keep<'a> {
    /// The API.
    pub api: &'a ApiState,
    /// Whose it is.
    pub caller: &'a Caller<AssetsWrite>,
    /// The file.
    pub received: &'a Received,
    /// What it is for.
    pub kind: AssetKind,
    /// What jobs will call it.
    pub key: AssetKey,
}

/// What was found in it; an error where nobody could look.
type Scanned = Result<Verdict, ScanError>;

impl Keep<'_> {
    /// Keeps it. Gives the asset that it is, and whether that is new, was there, or cannot be used yet.
    ///
    /// # Errors
    /// A problem for the client.
    pub async fn keep(&self) -> Result<(StatusCode, Asset), Problem> {
        let (ledger, tenant) = (&self.api.ledger, &self.caller.tenant);
        let known = ledger
            .find_by_hash(tenant, self.kind.as_str(), &self.received.sha256)
            .await?;
        // What these bytes are is known already, unless nobody has looked at them.
        if let Some(known) = known.as_ref().filter(|known| !is_quarantined(known)) {
            return self.stands(known.clone()).await;
        }
        let scanned = self.scan().await;
        if let (None, Ok(Verdict::Infected { signature })) = (&known, &scanned) {
            return Err(self.refused_unseen(signature).await);
        }
        let (asset, is_new) = match known {
            Some(known) => (known, false),
            None => self.enter(&scanned).await?,
        };
        match asset.state {
            AssetState::Quarantined => self.settle(asset, is_new, scanned).await,
            AssetState::Released | AssetState::Refused => self.stands(asset).await,
        }
    }

    async fn scan(&self) -> Scanned {
        let scanned = self.api.scanner.scan(&self.received.path).await;
        scanned.inspect_err(|error| {
            tracing::warn!(
                error = chain(error),
                "an upload was not scanned: it waits in quarantine"
            );
        })
    }

    /// An asset that was released or refused before.
    async fn stands(&self, asset: Asset) -> Result<(StatusCode, Asset), Problem> {
        if let Some(signature) = &asset.refusal {
            return Err(infected(signature));
        }
        self.mend(&asset).await?;
        Ok((StatusCode::OK, asset))
    }

    /// Stores the bytes of a released asset again, should they have been lost.
    async fn mend(&self, asset: &Asset) -> Result<(), Problem> {
        let head = self.api.objects.head(&asset.file.object_key).await?;
        match head {
            Some(head) if head.bytes == self.received.bytes => Ok(()),
            _ => self.store(asset, &asset.file.object_key).await,
        }
    }

    /// Nothing is kept of it but a line in the audit log.
    async fn refused_unseen(&self, signature: &str) -> Problem {
        let key = self.key.to_string();
        let upload = InfectedUpload {
            key: &key,
            sha256: &self.received.sha256,
            bytes: self.received.bytes,
            signature,
        };
        let (ledger, actor) = (&self.api.ledger, self.caller.actor());
        let told = ledger
            .upload_was_infected(&self.caller.tenant, upload, &actor)
            .await;
        told.map_or_else(Problem::from, |()| infected(signature))
    }

    /// The asset of these bytes, and whether it was entered just now.
    async fn enter(&self, scanned: &Scanned) -> Result<(Asset, bool), Problem> {
        let new = self.entry(scanned.is_err());
        let entered = self
            .api
            .ledger
            .enter_upload(&self.caller.tenant, &new, WITHIN);
        match entered.await? {
            AssetInsert::Created(asset) => Ok((asset, true)),
            AssetInsert::Existing(asset) => Ok((asset, false)),
            AssetInsert::KeyTaken(asset) => Err(taken(&asset)),
        }
    }

    fn entry(&self, to_quarantine: bool) -> NewAsset {
        let (id, tenant) = (Uuid::now_v7(), &self.caller.tenant);
        let Received {
            bytes,
            sha256,
            content,
            measured,
            ..
        } = self.received;
        NewAsset {
            id,
            kind: self.kind.as_str().to_owned(),
            key: self.key.to_string(),
            file: StoredFile {
                object_key: TenantKeys::input(tenant, id, &self.key),
                content_type: content.media_type.to_owned(),
                bytes: *bytes,
                sha256: sha256.clone(),
                width: measured.width,
                height: measured.height,
            },
            duration_ms: measured.duration_ms,
            quarantine_key: to_quarantine.then(|| TenantKeys::quarantine(tenant, id)),
        }
    }

    /// Does to a quarantined asset what the verdict demands.
    async fn settle(
        &self,
        asset: Asset,
        is_new: bool,
        scanned: Scanned,
    ) -> Result<(StatusCode, Asset), Problem> {
        match scanned {
            Ok(Verdict::Infected { signature }) => Err(self.refuse(&asset, &signature).await),
            Ok(verdict) => self.release(asset, is_new, verdict == Verdict::Clean).await,
            Err(_) => self.quarantine(asset, is_new).await,
        }
    }

    async fn release(
        &self,
        mut asset: Asset,
        is_new: bool,
        was_scanned: bool,
    ) -> Result<(StatusCode, Asset), Problem> {
        let object = asset.file.object_key.clone();
        if let Err(problem) = self.store(&asset, &object).await {
            self.give_up(&asset, is_new).await;
            return Err(problem);
        }
        let (ledger, actor) = (&self.api.ledger, self.caller.actor());
        let Ended { standing, .. } = ledger
            .release_asset(&self.caller.tenant, asset.id, was_scanned, &actor)
            .await?;
        if standing != Some(AssetState::Released) {
            return Err(self.too_late(standing, object).await);
        }
        asset.state = AssetState::Released;
        let status = match is_new {
            true => StatusCode::CREATED,
            false => StatusCode::OK,
        };
        Ok((status, asset))
    }

    /// Puts the bytes into quarantine, where a porter finds them once the scanner is back.
    async fn quarantine(&self, asset: Asset, is_new: bool) -> Result<(StatusCode, Asset), Problem> {
        let (ledger, tenant) = (&self.api.ledger, &self.caller.tenant);
        let object = TenantKeys::quarantine(tenant, asset.id);
        if !is_new {
            let begun = ledger
                .quarantine_begins(tenant, asset.id, &object, WITHIN)
                .await?;
            if begun != Some(AssetState::Quarantined) {
                return self.settled_meanwhile(asset, begun).await;
            }
        }
        if let Err(problem) = self.store(&asset, &object).await {
            self.give_up(&asset, is_new).await;
            return Err(problem);
        }
        let stored = ledger
            .quarantine_asset(tenant, asset.id, &object, &self.caller.actor())
            .await?;
        if stored != Some(AssetState::Quarantined) {
            self.remove(object).await;
            return self.settled_meanwhile(asset, stored).await;
        }
        Ok((StatusCode::ACCEPTED, asset))
    }

    /// Somebody else's scan came first.
    async fn settled_meanwhile(
        &self,
        mut asset: Asset,
        standing: Option<AssetState>,
    ) -> Result<(StatusCode, Asset), Problem> {
        match standing {
            Some(AssetState::Released) => {
                asset.state = AssetState::Released;
                Ok((StatusCode::OK, asset))
            }
            other => Err(ended_otherwise(other)),
        }
    }

    async fn refuse(&self, asset: &Asset, signature: &str) -> Problem {
        let (ledger, actor) = (&self.api.ledger, self.caller.actor());
        let refused = ledger
            .refuse_asset(&self.caller.tenant, asset.id, signature, &actor)
            .await;
        match refused {
            Ok(ended) if ended.standing == Some(AssetState::Released) => {
                // Two scans of the same bytes: the scanner learnt something in between.
                tracing::error!(asset = %asset.id, signature, "a released asset is infected");
                infected(signature)
            }
            Ok(_) => infected(signature),
            Err(error) => error.into(),
        }
    }

    /// Stores the bytes that were scanned, and no others.
    async fn store(&self, asset: &Asset, object: &str) -> Result<(), Problem> {
        let (path, kind) = (&self.received.path, &asset.file.content_type);
        let stored = self.api.objects.upload(path, object, kind).await?;
        match stored.sha256 == self.received.sha256 {
            true => Ok(()),
            false => Err(Problem::internal("an upload changed on this disk")),
        }
    }

    /// The row came to another end while its bytes were stored, which are of no use then.
    async fn too_late(&self, standing: Option<AssetState>, object: String) -> Problem {
        self.remove(object).await;
        ended_otherwise(standing)
    }

    /// What cannot be removed now takes room, and is in nobody's way: no row leads to it.
    async fn remove(&self, object: String) {
        let keys = [object];
        if let Err(error) = self.api.objects.delete(&keys).await {
            tracing::warn!(object = %keys[0], error = chain(&error), "an object of no use stays in the store");
        }
    }

    /// Takes back the entry of an upload that could not be stored. Where that fails as well, a porter does it one day.
    async fn give_up(&self, asset: &Asset, is_new: bool) {
        if !is_new {
            return;
        }
        let (ledger, actor) = (&self.api.ledger, self.caller.actor());
        let gone = ledger
            .delete_asset(&self.caller.tenant, asset.id, &actor)
            .await;
        if let Err(error) = gone {
            tracing::warn!(asset = %asset.id, error = chain(&error), "an asset without bytes stays in quarantine");
        }
    }
}

fn is_quarantined(asset: &Asset) -> bool {
    asset.state == AssetState::Quarantined
}

fn infected(signature: &str) -> Problem {
    Problem::new(Kind::Infected, format!("The scanner found {signature}."))
}

fn taken(asset: &Asset) -> Problem {
    let (key, id, state) = (&asset.key, asset.id, asset.state.as_str());
    let detail = format!("{key} is the asset {id} with other bytes, which is {state}.");
    Problem::new(Kind::AssetNameTaken, detail)
}

/// The asset is not the one that was entered any more.
fn ended_otherwise(standing: Option<AssetState>) -> Problem {
    match standing {
        Some(_) => {
            let detail = "The scanner found something harmful in the same bytes.";
            Problem::new(Kind::Infected, detail)
        }
        None => {
            let detail = "The asset was deleted while it was being uploaded.";
            Problem::new(Kind::NotFound, detail)
        }
    }
}
