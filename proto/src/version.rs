//! The version of the job spec.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use crate::fault::{FaultCode, Faults};
use crate::limits::SPEC_VERSION;
use crate::pointer::Pointer;
use crate::read::{Read, whole_number, wrong_type};

/// The version of the contract that a spec is written in. There is one: 1, also where none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct SpecVersion(u32);

impl SpecVersion {
    /// The version as a number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for SpecVersion {
    fn default() -> SpecVersion {
        SpecVersion(SPEC_VERSION)
    }
}

impl Read for SpecVersion {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<SpecVersion> {
        let Some(version) = whole_number(value) else {
            return wrong_type(value, at, faults, &format!("the number {SPEC_VERSION}"));
        };
        if version != Some(SPEC_VERSION.into()) {
            let message = format!("is {value}; this release reads version {SPEC_VERSION} only");
            faults.add(
                at,
                FaultCode::UnsupportedVersion,
                value,
                SPEC_VERSION.to_string(),
                message,
            );
            return None;
        }
        Some(SpecVersion::default())
    }
}

impl JsonSchema for SpecVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SpecVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Version of the job spec",
            "description": "The version of the contract; 1 where it is left out.",
            "type": "integer",
            "const": SPEC_VERSION
        })
    }
}
