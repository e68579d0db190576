//! The schema in the repository is the one that the types make. `GILDHALL_BLESS=1` rewrites it.

use std::path::Path;

use gildhall_proto::{limits, schema};
use serde_json::{Value, json};

#[test]
fn the_committed_schema_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/job-spec.v1.schema.json");
    let generated = schema::job_spec_text();
    if std::env::var_os("GILDHALL_BLESS").is_some() {
        std::fs::write(&path, &generated).expect("the schema can be written");
    }
    let committed = std::fs::read_to_string(&path).expect("the schema is in the repository");
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("a schema is JSON");
    // As trees: the order of fields depends on features that other crates switch on.
    assert_eq!(
        parse(&committed),
        parse(&generated),
        "run the tests once with GILDHALL_BLESS=1"
    );
}

#[test]
fn the_schema_carries_the_limits() {
    let schema: Value = serde_json::from_str(&schema::job_spec_text()).expect("a schema is JSON");
    let at = |pointer: &str| {
        schema
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {pointer}"))
    };
    assert_eq!(
        at("/$schema"),
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert_eq!(
        at("/properties/images/minItems"),
        &json!(limits::MIN_IMAGES)
    );
    assert_eq!(
        at("/properties/images/maxItems"),
        &json!(limits::MAX_IMAGES)
    );
    assert_eq!(
        at("/$defs/Seconds/maximum"),
        &json!(limits::MAX_DURATION_MS / 1000)
    );
    assert_eq!(at("/$defs/Crf/minimum"), &json!(limits::MIN_CRF));
    assert_eq!(at("/$defs/Crf/maximum"), &json!(limits::MAX_CRF));
    assert_eq!(at("/$defs/Priority/maximum"), &json!(limits::MAX_PRIORITY));
    assert_eq!(
        at("/$defs/Output/properties/renditions/maxItems"),
        &json!(limits::MAX_RENDITIONS)
    );
    assert_eq!(
        at("/$defs/Output/properties/thumbnails/maximum"),
        &json!(limits::MAX_THUMBNAILS)
    );
    assert_eq!(
        at("/$defs/AssetKey/maxLength"),
        &json!(limits::MAX_KEY_BYTES)
    );
    assert_eq!(
        at("/$defs/Metadata/maxProperties"),
        &json!(limits::MAX_METADATA_KEYS)
    );
}

#[test]
fn its_examples_are_good_jobs() {
    let schema: Value = serde_json::from_str(&schema::job_spec_text()).expect("a schema is JSON");
    let examples = schema["examples"]
        .as_array()
        .expect("the schema has examples");
    for example in examples {
        let read = gildhall_proto::JobSpec::from_json(example.to_string().as_bytes());
        assert!(read.is_ok(), "{example}: {read:?}");
    }
}
