//! Further sizes of the video.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::fault::{FaultCode, Faults};
use crate::limits::{
    MAX_RENDITION_WIDTH_PX, MIN_RENDITION_WIDTH_PX, RENDITION_HEIGHT_STEP_PX,
    RENDITION_WIDTH_STEP_PX,
};
use crate::pointer::Pointer;
use crate::read::{Fields, Read, read_integer, wrong_type};

const LIMIT: &str = "a size of exactly 9:16 from 360x640 to 1080x1920, both sides even";

/// A further size of the video: exactly 9:16, both sides even, from 360x640 to 1080x1920; so the
/// width is a multiple of 18 and the height the same multiple of 32. In JSON a string such as
/// `"720x1280"`, or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rendition {
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
}

impl Rendition {
    const FIELDS: [&'static str; 2] = ["width", "height"];

    /// `None` if the size is not one of those described above.
    pub fn new(width: u16, height: u16) -> Option<Rendition> {
        let rendition = Rendition { width, height };
        Rendition::all()
            .any(|known| known == rendition)
            .then_some(rendition)
    }

    /// Every size there is, smallest first.
    pub fn all() -> impl Iterator<Item = Rendition> {
        let steps = MIN_RENDITION_WIDTH_PX / RENDITION_WIDTH_STEP_PX
            ..=MAX_RENDITION_WIDTH_PX / RENDITION_WIDTH_STEP_PX;
        steps.map(|step| Rendition {
            width: step * RENDITION_WIDTH_STEP_PX,
            height: step * RENDITION_HEIGHT_STEP_PX,
        })
    }

    /// The permitted size whose width is nearest.
    fn nearest(width: u16) -> Rendition {
        let by_distance = Rendition::all().min_by_key(|known| known.width.abs_diff(width));
        by_distance.unwrap_or(Rendition {
            width: MAX_RENDITION_WIDTH_PX,
            height: 1920,
        })
    }
}

impl fmt::Display for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl Serialize for Rendition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Read for Rendition {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Rendition> {
        let (width, height) = match value {
            Value::String(text) => match sides(text) {
                Some(sides) => sides,
                None => return refuse(value, at, faults, None),
            },
            Value::Object(map) => {
                read_sides(&Fields::of(map, at, faults, &Rendition::FIELDS), faults)?
            }
            _ => return wrong_type(value, at, faults, "a size such as \"720x1280\""),
        };
        match Rendition::new(width, height) {
            Some(rendition) => Some(rendition),
            None => refuse(value, at, faults, Some(Rendition { width, height })),
        }
    }
}

fn read_sides(fields: &Fields<'_>, faults: &mut Faults) -> Option<(u16, u16)> {
    let mut side = |name| {
        let number: Option<Side> = fields.required(name, faults, "a number of pixels");
        number.map(|side| side.0)
    };
    let (width, height) = (side("width"), side("height"));
    Some((width?, height?))
}

/// One side in pixels, before the two are checked together.
struct Side(u16);

impl Read for Side {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Side> {
        read_integer(value, at, faults, 1..=u16::MAX).map(Side)
    }
}

/// `720x1280`: digits without sign or leading zeros, so that a size has one spelling.
fn sides(text: &str) -> Option<(u16, u16)> {
    let (width, height) = text.split_once('x')?;
    let side = |digits: &str| {
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        plain.then(|| digits.parse().ok()).flatten()
    };
    Some((side(width)?, side(height)?))
}

fn refuse(
    value: &Value,
    at: &Pointer,
    faults: &mut Faults,
    found: Option<Rendition>,
) -> Option<Rendition> {
    let message = match found {
        Some(found) => format!(
            "is {found}; the nearest permitted size is {}",
            Rendition::nearest(found.width)
        ),
        None => "is no size; write it like \"720x1280\"".to_owned(),
    };
    faults.add(at, FaultCode::InvalidSize, value, LIMIT, message);
    None
}

impl JsonSchema for Rendition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rendition".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let sizes: Vec<String> = Rendition::all().map(|size| size.to_string()).collect();
        let (low, high) = (Rendition::nearest(0), Rendition::nearest(u16::MAX));
        json_schema!({
            "title": "Rendition",
            "description": "A further size of the video: exactly 9:16 with both sides even, as a string or as an object.",
            "anyOf": [
                {"type": "string", "enum": sizes},
                {
                    "type": "object",
                    "properties": {
                        "width": {
                            "description": "Width in pixels.", "type": "integer",
                            "minimum": low.width, "maximum": high.width, "multipleOf": RENDITION_WIDTH_STEP_PX
                        },
                        "height": {
                            "description": "Height in pixels: 16/9 of the width.", "type": "integer",
                            "minimum": low.height, "maximum": high.height, "multipleOf": RENDITION_HEIGHT_STEP_PX
                        }
                    },
                    "required": ["width", "height"],
                    "additionalProperties": false
                }
            ],
            "examples": ["720x1280", {"width": 540, "height": 960}]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_list_is_every_even_9_to_16_size() {
        let by_definition = (360..=1080_u16).flat_map(|width| {
            let height = u32::from(width) * 16 / 9;
            let exact = u32::from(width) * 16 % 9 == 0 && width % 2 == 0 && height % 2 == 0;
            exact.then_some((width, height as u16))
        });
        let listed = Rendition::all().map(|size| (size.width, size.height));
        assert!(listed.eq(by_definition));
        assert_eq!(Rendition::all().count(), 41);
    }

    fn read(value: Value) -> Result<Rendition, crate::SpecFaults> {
        let mut faults = Faults::default();
        let size = Rendition::read(&value, &Pointer::default(), &mut faults);
        faults.finish(size)
    }

    #[test]
    fn both_forms_read_the_same() {
        assert_eq!(
            read(json!("720x1280")),
            read(json!({"width": 720, "height": 1280}))
        );
        assert_eq!(
            json!(read(json!("360x640")).expect("the smallest")),
            json!("360x640")
        );
        assert!(read(json!("1080x1920")).is_ok());
    }

    #[test]
    fn other_sizes_are_refused_with_the_nearest() {
        for other in [
            "342x608",
            "1098x1952",
            "720x1281",
            "1280x720",
            "361x642",
            "720X1280",
            "0720x1280",
            "+720x1280",
            "x",
            "",
        ] {
            let report = read(json!(other)).expect_err(other);
            assert_eq!(report.faults[0].code, FaultCode::InvalidSize, "{other}");
        }
        let report = read(json!({"width": 725, "height": 1289})).expect_err("odd");
        assert!(report.faults[0].message.contains("720x1280"), "{report}");
    }
}
