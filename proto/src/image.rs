//! One product image of a job.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::fault::Faults;
use crate::key::AssetKey;
use crate::pointer::Pointer;
use crate::read::{Fields, Read, is_default, read_fraction, wrong_type};
use crate::words::words;

/// A product image and how it is shown. In JSON its key alone, or an object.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageSpec {
    /// The image file.
    pub asset: AssetKey,
    /// The point of the image that stays in view.
    pub focus: Focus,
    /// How the image moves during its slot.
    pub motion: Motion,
}

/// The point of an image that stays in view when the image is cropped to the frame, and that the
/// motion goes to or comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Focus {
    /// Distance from the left edge: 0 is the left edge, 1 the right one.
    #[schemars(range(min = 0, max = 1))]
    pub x: f64,
    /// Distance from the top edge: 0 is the top edge, 1 the bottom one.
    #[schemars(range(min = 0, max = 1))]
    pub y: f64,
}

words! {
    /// How an image moves during its slot.
    pub enum Motion {
        /// Slowly closer, from 1.00 to 1.05 times its size.
        #[default]
        ZoomIn = "zoom_in",
        /// Slowly away, from 1.05 to 1.00 times its size.
        ZoomOut = "zoom_out",
        /// Not at all.
        Still = "still",
    }
}

/// The long form of an image, for the writer and the schema.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ImageObject")]
struct ImageObject<'s> {
    /// The key of the image file.
    asset: &'s AssetKey,
    /// The point of the image that stays in view.
    #[serde(default, skip_serializing_if = "is_default")]
    focus: Focus,
    /// How the image moves during its slot.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(extend("default" = Motion::default()))]
    motion: Motion,
}

impl ImageSpec {
    const FIELDS: [&'static str; 3] = ["asset", "focus", "motion"];

    /// An image that is shown with the centre in view, zooming in.
    pub fn new(asset: AssetKey) -> ImageSpec {
        ImageSpec {
            asset,
            focus: Focus::default(),
            motion: Motion::default(),
        }
    }
}

impl Focus {
    const FIELDS: [&'static str; 2] = ["x", "y"];
}

impl Default for Focus {
    /// The centre.
    fn default() -> Focus {
        Focus { x: 0.5, y: 0.5 }
    }
}

impl Read for ImageSpec {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<ImageSpec> {
        const LIMIT: &str = "an asset key, or an object with \"asset\"";
        match value {
            Value::String(_) => AssetKey::read(value, at, faults).map(ImageSpec::new),
            Value::Object(map) => {
                let fields = Fields::of(map, at, faults, &ImageSpec::FIELDS);
                let asset = fields.required("asset", faults, "the key of an image");
                let focus = fields.or_default("focus", faults);
                let motion = fields.or_default("motion", faults);
                Some(ImageSpec {
                    asset: asset?,
                    focus,
                    motion,
                })
            }
            _ => wrong_type(value, at, faults, LIMIT),
        }
    }
}

impl Read for Focus {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Focus> {
        let Value::Object(map) = value else {
            return wrong_type(value, at, faults, "an object with \"x\" and \"y\"");
        };
        let fields = Fields::of(map, at, faults, &Focus::FIELDS);
        let mut side = |name| match fields.get(name) {
            Some(value) => read_fraction(value, &fields.at(name), faults, 0.0..=1.0, "a number"),
            None => Some(0.5),
        };
        let (x, y) = (side("x"), side("y"));
        Some(Focus { x: x?, y: y? })
    }
}

impl Serialize for ImageSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ImageSpec {
            asset,
            focus,
            motion,
        } = self;
        if is_default(focus) && is_default(motion) {
            return asset.serialize(serializer);
        }
        ImageObject {
            asset,
            focus: *focus,
            motion: *motion,
        }
        .serialize(serializer)
    }
}

impl JsonSchema for ImageSpec {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ImageSpec".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Image",
            "description": "A product image: its key, or an object with the key and how it is shown.",
            "anyOf": [
                generator.subschema_for::<AssetKey>(),
                generator.subschema_for::<ImageObject<'_>>(),
            ],
            "examples": ["products/ring.jpg", {"asset": "products/bag.png", "focus": {"x": 0.5, "y": 0.3}}]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<ImageSpec, Vec<String>> {
        let mut faults = Faults::default();
        let image = ImageSpec::read(&value, &Pointer::default(), &mut faults);
        faults
            .finish(image)
            .map_err(|report| report.faults.into_iter().map(|f| f.field).collect())
    }

    #[test]
    fn short_and_long_form_are_the_same() {
        assert_eq!(
            read(json!("a.png")),
            read(json!({"asset": "a.png", "focus": {}, "motion": "zoom_in"}))
        );
        assert_eq!(
            json!(read(json!({"asset": "a.png"})).expect("a good image")),
            json!("a.png")
        );
    }

    #[test]
    fn what_is_not_default_is_written() {
        let long = json!({"asset": "a.png", "focus": {"x": 0.5, "y": 0.0}, "motion": "still"});
        assert_eq!(json!(read(long.clone()).expect("a good image")), long);
    }

    #[test]
    fn every_fault_of_an_image_is_found() {
        let bad = json!({"asset": "../a", "focus": {"x": -0.01, "y": 1.01, "z": 0}, "motion": "spin", "zoom": 2});
        let found = read(bad).expect_err("six faults");
        assert_eq!(
            found,
            [
                "/zoom", "/asset", "/focus/z", "/focus/x", "/focus/y", "/motion"
            ]
        );
    }
}
