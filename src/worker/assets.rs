//! Which of the assets that a job names may be used: the ledger says so, not the store. A key that stands for nothing in the
//! ledger stands for nothing, whatever lies in the bucket.

use super::error::AttemptError;
use crate::ledger::{Asset, AssetState, Ledger, StoredFile};
use gildhall_proto::{AssetKey, Frame, JobSpec, Overlay, TenantId};
use std::collections::HashMap;

/// What a job names, and as what.
pub struct Named<'s> {
    /// What it is for.
    pub role: &'static str,
    /// Its place among those of the same role.
    pub position: u32,
    /// What the job calls it.
    pub key: &'s AssetKey,
}

/// Every asset that a job names, images first.
pub fn named(spec: &JobSpec) -> Vec<Named<'_>> {
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

/// The files of the assets that a tenant's job names, by key; those that are missing are not among them.
///
/// # Errors
/// When the ledger cannot be asked, or an asset may not be used (yet).
pub async fn released(
    ledger: &Ledger,
    tenant: &TenantId,
    spec: &JobSpec,
) -> Result<HashMap<String, StoredFile>, AttemptError> {
    let mut keys: Vec<&str> = named(spec).iter().map(|one| one.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let found = ledger.assets_by_key(tenant, &keys).await;
    usable(found.map_err(AttemptError::Ledger)?)
}

/// The files, if all of them may be used. One that never can be decides before one that cannot be yet.
fn usable(assets: Vec<Asset>) -> Result<HashMap<String, StoredFile>, AttemptError> {
    let of_state = |state: AssetState| assets.iter().find(move |asset| asset.state == state);
    if let Some(refused) = of_state(AssetState::Refused) {
        return Err(AttemptError::Refused {
            key: refused.key.clone(),
            found: refused.refusal.clone().unwrap_or_default(),
        });
    }
    if let Some(waiting) = of_state(AssetState::Quarantined) {
        return Err(AttemptError::Quarantined {
            key: waiting.key.clone(),
        });
    }
    let files = assets.into_iter().map(|asset| (asset.key, asset.file));
    Ok(files.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AssetOrigin;
    use time::OffsetDateTime;
    use uuid::Uuid;

    fn asset(key: &str, state: AssetState) -> Asset {
        Asset {
            id: Uuid::nil(),
            tenant: TenantId::parse("acme").expect("a name"),
            origin: AssetOrigin::Upload,
            kind: "products".to_owned(),
            key: key.to_owned(),
            file: StoredFile {
                object_key: format!("tenants/acme/video-assets/{key}"),
                content_type: "image/png".to_owned(),
                bytes: 1,
                sha256: "0".repeat(64),
                width: None,
                height: None,
            },
            duration_ms: None,
            job: None,
            state,
            quarantine_key: None,
            refusal: (state == AssetState::Refused).then(|| "Bad.Thing".to_owned()),
            created_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn released_files_are_found_by_their_key() {
        let files = usable(vec![
            asset("a", AssetState::Released),
            asset("b", AssetState::Released),
        ]);
        let files = files.expect("both may be used");
        assert_eq!(files.len(), 2);
        assert!(files["b"].object_key.ends_with("/b"));
        assert!(usable(Vec::new()).is_ok_and(|files| files.is_empty()));
    }

    #[test]
    fn one_that_may_not_be_used_bars_them_all_and_a_refusal_comes_first() {
        let waiting = usable(vec![
            asset("a", AssetState::Released),
            asset("b", AssetState::Quarantined),
        ]);
        assert!(matches!(waiting, Err(AttemptError::Quarantined { key }) if key == "b"));
        let refused = usable(vec![
            asset("b", AssetState::Quarantined),
            asset("c", AssetState::Refused),
        ]);
        assert!(matches!(refused, Err(AttemptError::Refused { key, .. }) if key == "c"));
    }

    #[test]
    fn images_come_first_and_words_are_no_assets() {
        let job = br#"{"images": ["a.png", "b.png"], "audio": "t.mp3", "overlay": "none", "frame": "f.png"}"#;
        let spec = JobSpec::from_json(job).expect("it keeps the contract");
        let found: Vec<_> = named(&spec)
            .iter()
            .map(|one| (one.role, one.position, one.key.as_str()))
            .collect();
        let expected = [
            ("image", 0, "a.png"),
            ("image", 1, "b.png"),
            ("audio", 0, "t.mp3"),
            ("frame", 0, "f.png"),
        ];
        assert_eq!(found, expected);
    }
}
