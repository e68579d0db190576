//! One upload: fetched, scanned, and released or refused.

use super::Porter;
use super::error::PorterError;
use crate::ledger::{Asset, AssetState, Withdrawn};
use crate::objects::{ObjectsError, TenantKeys};
use crate::scan::Verdict;
use crate::telemetry::names;
use gildhall_proto::limits::MAX_FILE_BYTES;
use std::path::Path;

impl Porter {
    /// Brings a quarantined asset to its end, and gives where it stands then; none where it is gone.
    pub(super) async fn examine(&self, asset: &Asset) -> Result<Option<AssetState>, PorterError> {
        let place = tempfile::tempdir_in(self.folder.path())?;
        let path = place.path().join("file");
        if let Some(why) = self.fetch(asset, &path).await? {
            return self.withdraw(asset, why).await;
        }
        match self.scanner.scan(&path).await? {
            Verdict::Infected { signature } => self.refuse(asset, &signature).await,
            verdict => self.release(asset, &path, verdict == Verdict::Clean).await,
        }
    }

    /// Fetches the bytes that were uploaded, or says why there is no hope for them.
    async fn fetch(&self, asset: &Asset, path: &Path) -> Result<Option<Withdrawn>, PorterError> {
        let object = TenantKeys::quarantine(&asset.tenant, asset.id);
        match self.objects.download(&object, path, MAX_FILE_BYTES).await {
            Ok(fetched) if fetched.sha256 == asset.file.sha256 => Ok(None),
            Ok(_) | Err(ObjectsError::TooLarge { .. }) => Ok(Some(Withdrawn::Altered)),
            // Where the whole bucket is missing, nothing is known of this object.
            Err(ObjectsError::Missing { .. }) => {
                self.objects.ping().await?;
                Ok(Some(Withdrawn::Lost))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn withdraw(
        &self,
        asset: &Asset,
        why: Withdrawn,
    ) -> Result<Option<AssetState>, PorterError> {
        if !self
            .ledger
            .withdraw_asset(asset.id, why, &self.name)
            .await?
        {
            // Somebody else brought it to its end meanwhile, and knows how; what is left of it is looked at again.
            return Ok(Some(AssetState::Quarantined));
        }
        ended("withdrawn");
        tracing::warn!(
            asset = %asset.id, tenant = %asset.tenant, why = why.as_str(),
            "a quarantined upload has not the bytes that it should have: it is gone"
        );
        Ok(None)
    }

    async fn refuse(
        &self,
        asset: &Asset,
        signature: &str,
    ) -> Result<Option<AssetState>, PorterError> {
        let refused = self
            .ledger
            .refuse_asset(asset.id, signature, &self.name)
            .await?;
        if refused.changed {
            ended("refused");
            tracing::warn!(asset = %asset.id, tenant = %asset.tenant, signature, "an upload is infected: it is refused");
        }
        Ok(refused.standing)
    }

    /// Stores what was scanned where it belongs, and then says that it may be used.
    async fn release(
        &self,
        asset: &Asset,
        path: &Path,
        was_scanned: bool,
    ) -> Result<Option<AssetState>, PorterError> {
        let file = &asset.file;
        let stored = self
            .objects
            .upload(path, &file.object_key, &file.content_type)
            .await?;
        if stored.sha256 != file.sha256 {
            return Err(PorterError::Changed);
        }
        let released = self
            .ledger
            .release_asset(asset.id, was_scanned, &self.name)
            .await?;
        if released.changed {
            ended("released");
            tracing::info!(asset = %asset.id, tenant = %asset.tenant, was_scanned, "an upload leaves quarantine");
        }
        Ok(released.standing)
    }
}

fn ended(end: &'static str) {
    ends(end).increment(1);
}

fn ends(end: &'static str) -> metrics::Counter {
    metrics::counter!(names::QUARANTINE_ENDED, "end" => end)
}

/// Shows a zero for each end before the first.
pub(super) fn begin() {
    for end in ["released", "refused", "withdrawn"] {
        ends(end).increment(0);
    }
}
