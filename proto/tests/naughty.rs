//! Every text field of a job, and of what names its tenant, with every text that has no business there.

#[path = "common/naughty.rs"]
mod naughty;

use gildhall_proto::{AssetKey, FaultCode, HookText, JobId, JobSpec, SpecFaults, TenantId, limits};
use serde_json::{Map, Value, json};
use unicode_normalization::is_nfc;
use unicode_segmentation::UnicodeSegmentation;

/// Reads a job in both encodings, which have to agree. Whatever a report says can be printed as it is.
#[track_caller]
fn read(job: &Value) -> Result<JobSpec, SpecFaults> {
    let packed = rmp_serde::to_vec_named(job).expect("JSON fits MessagePack");
    let result = JobSpec::from_json(job.to_string().as_bytes());
    assert_eq!(result, JobSpec::from_msgpack(&packed), "{job}");
    match &result {
        Ok(spec) => {
            let again = JobSpec::from_json(spec.to_json().as_bytes());
            assert_eq!(again.as_ref(), Ok(spec), "{job}");
            assert_eq!(JobSpec::from_msgpack(&spec.to_msgpack()).as_ref(), Ok(spec));
        }
        Err(report) => report.faults.iter().for_each(|fault| {
            let shown = [&fault.field, &fault.value, &fault.limit, &fault.message];
            for text in shown {
                assert!(naughty::is_printable(text), "{text:?}");
                assert!(text.chars().count() < 2_000, "{text:?}");
            }
        }),
    }
    result
}

/// A job with `value` at `field`, a pointer into a job that has every object.
#[track_caller]
fn with(field: &str, value: Value) -> Result<JobSpec, SpecFaults> {
    let mut job = json!({
        "images": [{"asset": "a.jpg", "motion": "still"}],
        "audio": "a.mp3",
        "overlay": "none",
        "frame": "none",
        "text_overlay": {"text": "a", "style": "gold", "position": "top"},
        "cuts": "beats",
        "output": {"preset": "fast", "quality": "full", "renditions": ["720x1280"]},
        "metadata": {"a": "a"},
    });
    *job.pointer_mut(field).expect("a field of the job") = value;
    read(&job)
}

fn code(result: &Result<JobSpec, SpecFaults>) -> Option<FaultCode> {
    result.as_ref().err().map(|report| report.faults[0].code)
}

#[test]
fn a_hook_is_clean_and_short_or_refused_for_its_length() {
    for (name, text) in naughty::all() {
        let long = with("/text_overlay/text", json!(text));
        let short = with("/text_overlay", json!(text));
        assert_eq!(code(&long), code(&short), "{name}");
        match long {
            Ok(job) => {
                if let Some(hook) = job.text_overlay {
                    is_clean(name, hook.text.as_str());
                }
            }
            Err(report) => assert_eq!(report.faults[0].code, FaultCode::TooLong, "{name}"),
        }
    }
}

fn is_clean(name: &str, text: &str) {
    assert!(is_nfc(text), "{name}");
    assert!(text.len() <= limits::MAX_HOOK_BYTES, "{name}");
    assert!(
        (1..=limits::MAX_HOOK_CHARS).contains(&text.graphemes(true).count()),
        "{name}"
    );
    let controls = text.chars().filter(|c| c.is_control() && *c != '\n');
    assert_eq!(controls.count(), 0, "{name}");
    let again = HookText::parse(text).expect("it was accepted");
    assert_eq!(again.as_ref().map(HookText::as_str), Some(text), "{name}");
}

#[test]
fn a_key_is_what_it_seems_or_refused() {
    let fields = [
        "/images/0/asset",
        "/images/0",
        "/audio",
        "/overlay",
        "/frame",
    ];
    for (name, text) in naughty::all() {
        let parsed = AssetKey::parse(&text);
        for field in fields {
            let code = code(&with(field, json!(text)));
            let is_word = ["procedural", "NONE"].contains(&text.as_str());
            match (&parsed, code) {
                (Ok(_), None) => {}
                (Err(_), Some(FaultCode::InvalidKey)) => {}
                (Err(_), Some(FaultCode::UnknownWord) | None) if is_word => {}
                (parsed, code) => panic!("{name} in {field}: {parsed:?}, {code:?}"),
            }
        }
        let Ok(key) = parsed else { continue };
        assert!(naughty::is_printable(key.as_str()), "{name}");
        assert!(is_nfc(key.as_str()), "{name}");
        let harmful = ['\\', ':', '*', '?', '<', '>', '|', '"', '\0'];
        assert!(!key.as_str().contains(harmful), "{name}");
        assert!(
            key.parts().all(|part| !["", ".", ".."].contains(&part)),
            "{name}"
        );
    }
}

/// A list that is looked through by a person: what is accepted as a key although it stands in the table.
#[test]
fn the_keys_that_are_accepted_are_these() {
    let accepted = naughty::TEXTS
        .iter()
        .filter(|(_, text)| AssetKey::parse(text).is_ok());
    let accepted: Vec<&str> = accepted.map(|(name, _)| *name).collect();
    let harmless = [
        "right to left",
        "both directions",
        "conjuncts",
        "very wide",
        "up, by entities",
        "an option",
        "another tenant's",
        "SQL",
        "SQL, quoted otherwise",
        "variables",
        "a formula",
        "a regular expression",
        "null",
        "true",
        "undefined",
        "not a number",
        "infinity",
        "an exponent",
        "a large number",
        "negative nought",
        "other bases",
        "other digits",
        "a UUID",
        "a prototype",
        "a constructor",
    ];
    assert_eq!(accepted, harmless);
}

#[test]
fn metadata_comes_back_as_it_was() {
    for (name, text) in naughty::all() {
        let result = with("/metadata/a", json!(text));
        match code(&result) {
            None => assert_eq!(
                result.map(|job| job.metadata.get("a").cloned()),
                Ok(Some(json!(text))),
                "{name}"
            ),
            Some(FaultCode::BadCharacter) => assert!(text.contains('\0'), "{name}"),
            Some(FaultCode::TooLarge) => {
                assert!(json!({"a": text}).to_string().len() > limits::MAX_METADATA_BYTES);
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn names_in_metadata_come_back_as_they_were() {
    for (name, text) in naughty::all() {
        let named = Value::Object(Map::from_iter([(text.clone(), json!(1))]));
        for (field, value) in [("/metadata", named.clone()), ("/metadata/a", named)] {
            let result = with(field, value);
            let chars = text.chars().count();
            let expected = match &result {
                Ok(_) => (1..=64).contains(&chars) && !text.chars().any(char::is_control),
                Err(report) => match report.faults[0].code {
                    FaultCode::Empty => chars == 0,
                    FaultCode::TooLong => chars > 64,
                    FaultCode::TooLarge => text.len() > 2_000,
                    FaultCode::BadCharacter => text.chars().any(char::is_control),
                    _ => false,
                },
            };
            assert!(expected, "{name} in {field}: {:?}", code(&result));
        }
    }
}

#[test]
fn no_word_and_no_size_is_guessed_at() {
    let words = [
        "/images/0/motion",
        "/text_overlay/style",
        "/text_overlay/position",
        "/cuts",
        "/output/preset",
        "/output/quality",
    ];
    for (name, text) in naughty::all() {
        for field in words {
            let found = code(&with(field, json!(text)));
            assert_eq!(found, Some(FaultCode::UnknownWord), "{name} in {field}");
        }
        let size = code(&with("/output/renditions/0", json!(text)));
        assert_eq!(size, Some(FaultCode::InvalidSize), "{name}");
        for number in ["/output", "/metadata", "/images"] {
            let found = code(&with(number, json!(text)));
            assert_eq!(found, Some(FaultCode::WrongType), "{name} in {number}");
        }
    }
}

#[test]
fn no_field_has_such_a_name() {
    for (name, text) in naughty::all() {
        let mut job = Map::from_iter([("images".to_owned(), json!(["a.jpg"]))]);
        job.insert(text, json!(1));
        let result = read(&Value::Object(job));
        assert_eq!(code(&result), Some(FaultCode::UnknownField), "{name}");
    }
}

#[test]
fn nobody_and_no_job_has_such_a_name() {
    for (name, text) in naughty::all() {
        let is_plain = text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let plain = is_plain && (1..=63).contains(&text.len());
        let edges = text.starts_with('-') || text.ends_with('-');
        assert_eq!(TenantId::parse(&text).is_ok(), plain && !edges, "{name}");
        assert_eq!(text.parse::<JobId>().is_ok(), name == "a UUID", "{name}");
    }
}
