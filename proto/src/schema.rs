//! The JSON Schemas of the contract (draft 2020-12), made from the types.
//!
//! The schema of the job spec says all that a schema can say without look-around in patterns: every document that
//! [`JobSpec::from_json`] accepts fits it. The reader refuses more, such as keys with hidden characters.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::examples;
use crate::fleet::{EventData, JobMessage};
use crate::spec::JobSpec;

/// The schema of the job spec, as a reader takes it.
pub fn job_spec() -> Schema {
    root::<JobSpec>(
        SchemaSettings::draft2020_12(),
        "urn:gildhall:job-spec:v1",
        job_spec_examples(),
    )
}

/// The schema of an event's body, as it is written. Later releases may add fields, so none is forbidden.
pub fn event() -> Schema {
    let bodies = examples::events().into_iter().map(|event| event.data);
    root::<EventData>(
        SchemaSettings::draft2020_12().for_serialize(),
        "urn:gildhall:event:v1",
        bodies.map(|data| serde_json::json!(data)).collect(),
    )
}

/// The schema of a job message, as a worker takes it: in JSON as it stands, in MessagePack with the same names.
pub fn job_message() -> Schema {
    root::<JobMessage>(
        SchemaSettings::draft2020_12(),
        "urn:gildhall:job-message:v1",
        serde_json::json!([examples::job_message()]),
    )
}

/// A schema as text, as it is kept in `proto/schema/`.
pub fn text(schema: &Schema) -> String {
    let text = serde_json::to_string_pretty(schema).expect("a schema is plain JSON");
    text + "\n"
}

fn root<T: JsonSchema>(settings: SchemaSettings, id: &str, examples: Value) -> Schema {
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), id.into());
    schema.insert("examples".to_owned(), examples);
    schema
}

fn job_spec_examples() -> Value {
    serde_json::json!([
        {"images": ["products/ring.jpg"]},
        {
            "version": 1,
            "images": ["products/ring.jpg", "products/box.webp", {"asset": "products/bag.png"}],
            "audio": "audio/track.mp3",
            "overlay": "overlays/glitter-rain.mp4",
            "frame": "frames/golden-frame.png",
            "text_overlay": "Only 24 hours: the gold drop ✨",
            "duration_s": 30,
            "output": {"preset": "veryfast", "crf": 21},
            "metadata": {"campaign": "autumn"}
        }
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_lists_the_fields_that_are_read() {
        let schema = job_spec();
        let properties = schema
            .get("properties")
            .and_then(|p| p.as_object())
            .expect("an object schema");
        let mut read = JobSpec::FIELDS;
        read.sort_unstable();
        let mut listed: Vec<&str> = properties.keys().map(String::as_str).collect();
        listed.sort_unstable();
        assert_eq!(listed, read);
        assert_eq!(schema.get("required"), Some(&serde_json::json!(["images"])));
        assert_eq!(
            schema.get("additionalProperties"),
            Some(&serde_json::json!(false))
        );
    }
}
