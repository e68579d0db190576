//! A job that names assets which cannot be used.

use std::collections::BTreeMap;

use gildhall_proto::{AssetKey, Frame, JobSpec, Overlay};

use super::problem::{FieldFault, Kind, Problem};
use crate::ledger::AssetState;

/// Why a job is refused that names these assets: every field that names one.
pub fn problem(spec: &JobSpec, barred: &BTreeMap<String, AssetState>) -> Problem {
    let fault = |(pointer, key): (String, &AssetKey)| {
        let state = barred.get(key.as_str())?;
        Some(field_fault(pointer, key.as_str(), *state))
    };
    let errors: Vec<FieldFault> = named(spec).into_iter().filter_map(fault).collect();
    let detail = match errors.len() {
        1 => "One field names an asset that is not released.".to_owned(),
        many => format!("{many} fields name assets that are not released."),
    };
    Problem::new(Kind::UnusableAssets, detail).with_errors(errors)
}

/// Every field that names an asset, as a JSON pointer, with the key in it.
fn named(spec: &JobSpec) -> Vec<(String, &AssetKey)> {
    let images = spec.images.iter().enumerate();
    let mut named: Vec<(String, &AssetKey)> = images
        .map(|(place, image)| (format!("/images/{place}"), &image.asset))
        .collect();
    named.extend(spec.audio.as_ref().map(|key| ("/audio".to_owned(), key)));
    if let Overlay::Asset(key) = &spec.overlay {
        named.push(("/overlay".to_owned(), key));
    }
    if let Frame::Asset(key) = &spec.frame {
        named.push(("/frame".to_owned(), key));
    }
    named
}

fn field_fault(pointer: String, key: &str, state: AssetState) -> FieldFault {
    let (code, detail) = match state {
        AssetState::Refused => (
            "asset_refused",
            "the scanner found something in it; name another asset",
        ),
        AssetState::Quarantined | AssetState::Released => (
            "asset_quarantined",
            "it is not scanned yet; submit the job again once the asset is released",
        ),
    };
    FieldFault {
        pointer: Some(pointer),
        parameter: None,
        code: code.to_owned(),
        value: key.to_owned(),
        limit: "an asset that is released".to_owned(),
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_names_one_is_told() {
        let job = br#"{
            "images": ["products/a.jpg", "products/b.jpg", {"asset": "products/a.jpg", "motion": "still"}],
            "audio": "audio/a.mp3", "overlay": "overlays/a.mp4", "frame": "none"
        }"#;
        let spec = JobSpec::from_json(job).expect("it keeps the contract");
        let barred = BTreeMap::from([
            ("products/a.jpg".to_owned(), AssetState::Quarantined),
            ("overlays/a.mp4".to_owned(), AssetState::Refused),
        ]);
        let problem = problem(&spec, &barred);
        assert_eq!(problem.kind(), Kind::UnusableAssets);
        let told: Vec<(&str, &str)> = problem
            .errors()
            .iter()
            .map(|error| {
                (
                    error.pointer.as_deref().unwrap_or_default(),
                    error.code.as_str(),
                )
            })
            .collect();
        let expected = [
            ("/images/0", "asset_quarantined"),
            ("/images/2", "asset_quarantined"),
            ("/overlay", "asset_refused"),
        ];
        assert_eq!(told, expected);
    }
}
