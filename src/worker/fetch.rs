//! Brings a job's assets into the attempt's folder.

use super::cache::Cache;
use super::error::AttemptError;
use super::workspace::Workspace;
use crate::objects::{Objects, ObjectsError, TenantKeys};
use gildhall_proto::limits::MAX_FILE_BYTES;
use gildhall_proto::{AssetKey, Frame, JobSpec, Overlay, TenantId, UsedAsset};
use std::collections::HashMap;
use std::fs;

/// Fetches every asset that the job names, each once. What is missing is left out: the renderer decides whether the video
/// can do without it, in the fleet as on a laptop.
///
/// # Errors
/// When the store cannot be reached, an asset is larger than allowed, or the folder cannot be written.
pub async fn fetch(
    objects: &Objects,
    cache: &Cache,
    tenant: &TenantId,
    spec: &JobSpec,
    workspace: &Workspace,
) -> Result<Vec<UsedAsset>, AttemptError> {
    let mut hashes: HashMap<String, Option<String>> = HashMap::new();
    let mut used = Vec::new();
    for named in named_assets(spec) {
        let key = named.key.as_str();
        if !hashes.contains_key(key) {
            let hash = fetch_one(objects, cache, tenant, named.key, workspace).await?;
            hashes.insert(key.to_owned(), hash);
        }
        if let Some(Some(sha256)) = hashes.get(key) {
            used.push(UsedAsset {
                role: named.role.to_owned(),
                position: named.position,
                asset: key.to_owned(),
                sha256: sha256.clone(),
            });
        }
    }
    Ok(used)
}

async fn fetch_one(
    objects: &Objects,
    cache: &Cache,
    tenant: &TenantId,
    asset: &AssetKey,
    workspace: &Workspace,
) -> Result<Option<String>, AttemptError> {
    let path = workspace.inputs().join(asset.as_str());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let key = TenantKeys::input(tenant, asset);
    let failed = |source| AttemptError::Objects {
        what: format!("fetching {asset}"),
        source,
    };
    match cache.fetch(objects, &key, &path, MAX_FILE_BYTES).await {
        Ok(sha256) => Ok(Some(sha256)),
        // Where the whole bucket is missing, nothing is known of this object.
        Err(ObjectsError::Missing { .. }) => {
            objects.ping().await.map_err(failed)?;
            Ok(None)
        }
        Err(source) => Err(failed(source)),
    }
}

struct Named<'s> {
    role: &'static str,
    position: u32,
    key: &'s AssetKey,
}

/// Every asset that a job names, images first.
fn named_assets(spec: &JobSpec) -> Vec<Named<'_>> {
    let images = spec.images.iter().zip(0..).map(|(image, position)| Named {
        role: "image",
        position,
        key: &image.asset,
    });
    let single = |role, key| Named {
        role,
        position: 0,
        key,
    };
    let overlay = match &spec.overlay {
        Overlay::Asset(key) => Some(single("overlay", key)),
        Overlay::Default | Overlay::None => None,
    };
    let frame = match &spec.frame {
        Frame::Asset(key) => Some(single("frame", key)),
        Frame::Procedural | Frame::None => None,
    };
    let audio = spec.audio.as_ref().map(|key| single("audio", key));
    images.chain(audio).chain(overlay).chain(frame).collect()
}
