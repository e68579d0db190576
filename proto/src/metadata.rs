//! What a job carries for its sender, untouched.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::fault::{FaultCode, Faults, SpecFaults};
use crate::limits::{
    MAX_METADATA_BYTES, MAX_METADATA_DEPTH, MAX_METADATA_KEY_CHARS, MAX_METADATA_KEYS,
};
use crate::pointer::Pointer;
use crate::read::{Read, wrong_type};

/// A JSON object of the sender's own that comes back on the job's events: at most 4 KiB written
/// without white space, nested at most 4 deep, at most 32 keys of 1 to 64 characters in each object.
/// No key holds control characters and no text holds NUL, so any store can keep it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, Value>);

impl Metadata {
    /// Checks an object that was put together in code.
    ///
    /// # Errors
    /// Every fault that was found, with fields counted from the object itself.
    pub fn new(map: Map<String, Value>) -> Result<Metadata, SpecFaults> {
        let mut faults = Faults::default();
        let read = Metadata::read(&Value::Object(map), &Pointer::default(), &mut faults);
        faults.finish(read)
    }

    /// The fields of the object.
    pub fn as_map(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// The value of a field, if it is there.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Whether it has no fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Read for Metadata {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Metadata> {
        let Value::Object(map) = value else {
            return wrong_type(value, at, faults, "an object");
        };
        let bytes = value.to_string().len();
        if bytes > MAX_METADATA_BYTES {
            let message =
                format!("has {bytes} bytes as JSON; shorten it to at most {MAX_METADATA_BYTES}");
            faults.add(
                at,
                FaultCode::TooLarge,
                value,
                format!("at most {MAX_METADATA_BYTES} bytes"),
                message,
            );
            return None;
        }
        check(value, 1, at, faults);
        Some(Metadata(
            map.iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        ))
    }
}

/// Checks one value at `depth`, where the metadata object itself is at 1, and all inside it.
fn check(value: &Value, depth: usize, at: &Pointer, faults: &mut Faults) {
    let nested = value.is_array() || value.is_object();
    if nested && depth > MAX_METADATA_DEPTH {
        let limit = format!("at most {MAX_METADATA_DEPTH} levels");
        let message = format!("is nested too deeply; use {limit}, the metadata itself included");
        return faults.add(at, FaultCode::TooDeep, value, limit, message);
    }
    match value {
        Value::String(text) if text.contains('\0') => {
            let message = "has a NUL character; take it out";
            faults.add(
                at,
                FaultCode::BadCharacter,
                value,
                "text without NUL",
                message,
            );
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                check(entry, depth + 1, &at.entry(index), faults);
            }
        }
        Value::Object(map) => check_object(value, map, depth, at, faults),
        _ => {}
    }
}

fn check_object(
    value: &Value,
    map: &Map<String, Value>,
    depth: usize,
    at: &Pointer,
    faults: &mut Faults,
) {
    if map.len() > MAX_METADATA_KEYS {
        let limit = format!("at most {MAX_METADATA_KEYS} fields");
        let message = format!("has {} fields; give {limit}", map.len());
        faults.add(at, FaultCode::TooMany, value, limit, message);
    }
    for (key, inner) in map {
        let at = at.child(key);
        check_key(key, &at, faults);
        check(inner, depth + 1, &at, faults);
    }
}

fn check_key(key: &str, at: &Pointer, faults: &mut Faults) {
    let limit = format!("names of 1 to {MAX_METADATA_KEY_CHARS} characters");
    let chars = key.chars().count();
    let (code, message) = match chars {
        0 => (
            FaultCode::Empty,
            "has an empty name; give it one".to_owned(),
        ),
        _ if chars > MAX_METADATA_KEY_CHARS => (
            FaultCode::TooLong,
            format!("has a name of {chars} characters; give {limit}"),
        ),
        _ if key.chars().any(char::is_control) => (
            FaultCode::BadCharacter,
            "has a control character in its name; take it out".to_owned(),
        ),
        _ => return,
    };
    faults.add(at, code, &Value::from(key), limit, message);
}

impl JsonSchema for Metadata {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Metadata".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Metadata",
            "description": "An object of your own that comes back on the job's events: at most 4 KiB written \
                without white space, nested at most 4 deep, at most 32 keys of 1 to 64 characters in each object.",
            "type": "object",
            "maxProperties": MAX_METADATA_KEYS,
            "propertyNames": {"minLength": 1, "maxLength": MAX_METADATA_KEY_CHARS, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*$"},
            "additionalProperties": true,
            "examples": [{"campaign": "autumn"}]
        })
    }
}
