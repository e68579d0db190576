//! The JSON Schema of the job spec (draft 2020-12), made from the types.
//!
//! The schema says all that a schema can say without look-around in patterns: every document that
//! [`JobSpec::from_json`] accepts fits it. The reader refuses more, such as keys with hidden characters.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use crate::spec::JobSpec;

/// The schema of the job spec.
pub fn job_spec() -> Schema {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<JobSpec>();
    schema.insert("$id".to_owned(), "urn:gildhall:job-spec:v1".into());
    schema.insert("examples".to_owned(), examples());
    schema
}

/// The schema as text, as it is kept in `proto/schema/job-spec.v1.schema.json`.
pub fn job_spec_text() -> String {
    let text = serde_json::to_string_pretty(&job_spec()).expect("a schema is plain JSON");
    text + "\n"
}

fn examples() -> serde_json::Value {
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
