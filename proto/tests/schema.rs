//! The schemas in the repository are those that the types make. `GILDHALL_BLESS=1` rewrites them.

#[path = "common/kept.rs"]
mod kept;

use gildhall_proto::{EventData, JobMessage, limits, schema};
use serde_json::json;

#[test]
fn the_committed_schemas_are_the_generated_ones() {
    for (name, generated) in [
        ("job-spec", schema::job_spec()),
        ("event", schema::event()),
        ("job-message", schema::job_message()),
    ] {
        let file = format!("schema/{name}.v1.schema.json");
        kept::is_kept(&file, &schema::text(&generated));
    }
}

#[test]
fn the_schema_carries_the_limits() {
    let schema = schema::job_spec().to_value();
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
    let schema = schema::job_spec().to_value();
    let examples = schema["examples"]
        .as_array()
        .expect("the schema has examples");
    for example in examples {
        let read = gildhall_proto::JobSpec::from_json(example.to_string().as_bytes());
        assert!(read.is_ok(), "{example}: {read:?}");
    }
}

#[test]
fn an_event_needs_what_every_event_has_and_forbids_nothing() {
    let schema = schema::event().to_value();
    let needed = ["job_id", "tenant_id", "status", "attempt", "metadata"];
    assert_eq!(schema["required"], json!(needed));
    assert_eq!(schema.get("additionalProperties"), None);
    // What only some events have is left out elsewhere, never null.
    assert_eq!(schema["properties"]["output"]["$ref"], "#/$defs/JobOutput");
    for example in schema["examples"].as_array().expect("examples") {
        let read = serde_json::from_value::<EventData>(example.clone());
        assert!(read.is_ok(), "{example}: {read:?}");
    }
}

#[test]
fn a_job_message_may_leave_out_its_priority_and_has_no_other_fields() {
    let schema = schema::job_message().to_value();
    let needed = ["version", "job_id", "tenant_id", "submitted_at"];
    assert_eq!(schema["required"], json!(needed));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["properties"]["version"]["const"], json!(1));
    let example = schema["examples"][0].to_string();
    let read = JobMessage::decode(None, example.as_bytes());
    assert!(read.is_ok(), "{example}: {read:?}");
}
