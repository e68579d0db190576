//! The length of a video.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::fault::Faults;
use crate::limits::{MAX_DURATION_MS, MIN_DURATION_MS};
use crate::pointer::Pointer;
use crate::read::{Read, read_fraction};

const MIN_S: f64 = MIN_DURATION_MS as f64 / 1000.0;
const MAX_S: f64 = MAX_DURATION_MS as f64 / 1000.0;

/// A length of 1 to 180 s, kept in whole milliseconds. In JSON a number of seconds, whole or not;
/// what is finer than a millisecond is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds {
    millis: u32,
}

impl Seconds {
    /// `None` outside 1,000 to 180,000 ms.
    pub fn from_millis(millis: u32) -> Option<Seconds> {
        (MIN_DURATION_MS..=MAX_DURATION_MS)
            .contains(&millis)
            .then_some(Seconds { millis })
    }

    /// The length in milliseconds.
    pub fn as_millis(self) -> u32 {
        self.millis
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.millis % 1000 {
            0 => serializer.serialize_u32(self.millis / 1000),
            _ => serializer.serialize_f64(f64::from(self.millis) / 1000.0),
        }
    }
}

impl Read for Seconds {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Seconds> {
        let seconds = read_fraction(value, at, faults, MIN_S..=MAX_S, "a number of seconds")?;
        // Within the range, so the product is a small positive number.
        Seconds::from_millis((seconds * 1000.0).round() as u32)
    }
}

impl JsonSchema for Seconds {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Seconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Seconds",
            "description": "A length in seconds; what is finer than a millisecond is rounded.",
            "type": "number",
            "minimum": MIN_DURATION_MS / 1000,
            "maximum": MAX_DURATION_MS / 1000,
            "examples": [15, 29.97]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_millisecond_survives_a_round_trip() {
        for millis in MIN_DURATION_MS..=MAX_DURATION_MS {
            let seconds = Seconds::from_millis(millis).expect("within the limits");
            let value = json!(seconds);
            let read = Seconds::read(&value, &Pointer::default(), &mut Faults::default());
            assert_eq!(read, Some(seconds), "{value}");
        }
    }

    #[test]
    fn whole_seconds_are_written_as_whole_numbers() {
        assert_eq!(json!(Seconds { millis: 30_000 }), json!(30));
        assert_eq!(json!(Seconds { millis: 1_500 }), json!(1.5));
    }
}
