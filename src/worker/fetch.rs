//! Brings a job's assets into the attempt's folder.

use super::assets::named;
use super::cache::Cache;
use super::error::AttemptError;
use super::workspace::Workspace;
use crate::ledger::StoredFile;
use crate::objects::{Objects, ObjectsError};
use gildhall_proto::limits::MAX_FILE_BYTES;
use gildhall_proto::{AssetKey, JobSpec, UsedAsset};
use std::collections::HashMap;
use std::fs;

/// Fetches every asset that the job names, each once, and makes sure that its bytes are those that were released. What is
/// missing is left out: the renderer decides whether the video can do without it, in the fleet as on a laptop.
///
/// # Errors
/// When the store cannot be reached, an asset is larger than allowed or not what it was, or the folder cannot be written.
pub async fn fetch(
    objects: &Objects,
    cache: &Cache,
    released: &HashMap<String, StoredFile>,
    spec: &JobSpec,
    workspace: &Workspace,
) -> Result<Vec<UsedAsset>, AttemptError> {
    let mut hashes: HashMap<&str, Option<String>> = HashMap::new();
    let mut used = Vec::new();
    for one in named(spec) {
        let key = one.key.as_str();
        if !hashes.contains_key(key) {
            let hash = match released.get(key) {
                Some(file) => fetch_one(objects, cache, one.key, file, workspace).await?,
                None => None,
            };
            hashes.insert(key, hash);
        }
        if let Some(Some(sha256)) = hashes.get(key) {
            used.push(UsedAsset {
                role: one.role.to_owned(),
                position: one.position,
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
    asset: &AssetKey,
    file: &StoredFile,
    workspace: &Workspace,
) -> Result<Option<String>, AttemptError> {
    let path = workspace.inputs().join(asset.as_str());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let failed = |source| AttemptError::Objects {
        what: format!("fetching {asset}"),
        source,
    };
    let fetched = cache.fetch(objects, &file.object_key, &path, MAX_FILE_BYTES);
    match fetched.await {
        Ok(sha256) if sha256 == file.sha256 => Ok(Some(sha256)),
        Ok(_) => Err(AttemptError::Altered {
            key: asset.to_string(),
        }),
        // Where the whole bucket is missing, nothing is known of this object.
        Err(ObjectsError::Missing { .. }) => {
            objects.ping().await.map_err(failed)?;
            Ok(None)
        }
        Err(source) => Err(failed(source)),
    }
}
