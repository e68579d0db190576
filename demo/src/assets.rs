//! The sample job, with its assets in the store.

use std::collections::BTreeMap;
use std::fs;

use gildhall_proto::{AssetKey, Frame, JobSpec, Overlay};

use crate::api::Api;
use crate::error::DemoError;
use crate::options::Options;
use crate::stop::Stop;

/// Reads the job file.
pub fn read(options: &Options) -> Result<JobSpec, DemoError> {
    let file = &options.job;
    let bytes = fs::read(file).map_err(DemoError::io(format!("read {}", file.display())))?;
    JobSpec::from_json(&bytes).map_err(|source| DemoError::Job {
        file: file.clone(),
        source,
    })
}

/// Uploads every asset that the job names, once, and lets the job name what came of it. Gives the number of files and
/// of bytes.
pub fn upload(
    job: &mut JobSpec,
    api: &Api,
    options: &Options,
    stop: &Stop,
) -> Result<(usize, u64), DemoError> {
    let mut stored: BTreeMap<String, AssetKey> = BTreeMap::new();
    let mut bytes = 0;
    for (kind, key) in named(job) {
        let local = key.to_string();
        if !stored.contains_key(&local) {
            stop.check()?;
            let name = local.rsplit('/').next().unwrap_or(&local);
            let asset = api.upload(kind, name, &options.asset(&local))?;
            bytes += asset.bytes;
            stored.insert(local.clone(), parse(&asset.key)?);
        }
        *key = stored[&local].clone();
    }
    Ok((stored.len(), bytes))
}

/// Every key of the job, with the kind under which the API takes the file.
fn named(job: &mut JobSpec) -> Vec<(&'static str, &mut AssetKey)> {
    let mut keys: Vec<(&'static str, &mut AssetKey)> = Vec::new();
    keys.extend(
        job.images
            .iter_mut()
            .map(|one| ("products", &mut one.asset)),
    );
    keys.extend(job.audio.as_mut().map(|key| ("audio", key)));
    if let Overlay::Asset(key) = &mut job.overlay {
        keys.push(("overlays", key));
    }
    if let Frame::Asset(key) = &mut job.frame {
        keys.push(("frames", key));
    }
    keys
}

fn parse(key: &str) -> Result<AssetKey, DemoError> {
    AssetKey::parse(key).map_err(|fault| DemoError::Answer {
        request: "POST /api/v1/video/assets".to_owned(),
        why: format!("{key:?} is no asset key: {fault}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_of_a_job_is_found() {
        let json =
            br#"{"images": ["products/a.jpg", {"asset": "products/b.png"}], "audio": "audio/t.mp3",
            "overlay": "overlays/o.mp4", "frame": "frames/f.png"}"#;
        let mut job = JobSpec::from_json(json).expect("a job");
        let found: Vec<(&str, String)> = named(&mut job)
            .into_iter()
            .map(|(kind, key)| (kind, key.to_string()))
            .collect();
        let expected = [
            ("products", "products/a.jpg"),
            ("products", "products/b.png"),
            ("audio", "audio/t.mp3"),
            ("overlays", "overlays/o.mp4"),
            ("frames", "frames/f.png"),
        ];
        assert_eq!(found, expected.map(|(kind, key)| (kind, key.to_owned())));
    }

    #[test]
    fn words_are_no_assets() {
        let json = br#"{"images": ["a.jpg"], "overlay": "none", "frame": "procedural"}"#;
        let mut job = JobSpec::from_json(json).expect("a job");
        assert_eq!(named(&mut job).len(), 1);
    }
}
