//! The priority of a job.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use crate::fault::Faults;
use crate::limits::{DEFAULT_PRIORITY, MAX_PRIORITY};
use crate::pointer::Pointer;
use crate::read::{Read, read_integer};

/// How urgent a job is among those of its tenant: 0 (lowest) to 9 (highest), 4 where none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// `None` outside 0 to 9.
    pub fn new(priority: u8) -> Option<Priority> {
        (priority <= MAX_PRIORITY).then_some(Priority(priority))
    }

    /// The priority as a number from 0 to 9.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for Priority {
    fn default() -> Priority {
        Priority(DEFAULT_PRIORITY)
    }
}

impl Read for Priority {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Priority> {
        read_integer(value, at, faults, 0..=MAX_PRIORITY).map(Priority)
    }
}

impl JsonSchema for Priority {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Priority".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Priority",
            "description": "How urgent the job is among those of its tenant: 0 is the lowest, 9 the highest.",
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_PRIORITY,
            "default": DEFAULT_PRIORITY
        })
    }
}
