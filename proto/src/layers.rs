//! The layers and cuts that a job chooses by a word or a key.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::fault::{FaultCode, Faults, shorten};
use crate::key::{AssetKey, KeyFault};
use crate::pointer::Pointer;
use crate::read::{Read, wrong_type};
use crate::words::words;

/// The moving atmosphere behind the images: a video, looped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Overlay {
    /// The system's own glitter.
    #[default]
    Default,
    /// No atmosphere: the plain dark background.
    None,
    /// A video of the tenant.
    Asset(AssetKey),
}

/// The golden frame over the images.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Frame {
    /// The system's own drawn border.
    #[default]
    Procedural,
    /// No frame.
    None,
    /// An image of the tenant, with alpha.
    Asset(AssetKey),
}

words! {
    /// What the cuts between images follow.
    pub enum Cuts {
        /// The beats of the audio, or fixed slots with a warning where it has none.
        #[default]
        Beats = "beats",
        /// Slots of one length; the audio is not analysed for beats.
        Fixed = "fixed",
    }
}

impl Overlay {
    const LIMIT: &'static str = "\"default\", \"none\" or an asset key";

    /// The word or the key, as in JSON.
    pub fn as_str(&self) -> &str {
        match self {
            Overlay::Default => "default",
            Overlay::None => "none",
            Overlay::Asset(key) => key.as_str(),
        }
    }
}

impl Frame {
    const LIMIT: &'static str = "\"procedural\", \"none\" or an asset key";

    /// The word or the key, as in JSON.
    pub fn as_str(&self) -> &str {
        match self {
            Frame::Procedural => "procedural",
            Frame::None => "none",
            Frame::Asset(key) => key.as_str(),
        }
    }
}

impl Read for Overlay {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Overlay> {
        match value.as_str() {
            Some("default") => Some(Overlay::Default),
            Some("none") => Some(Overlay::None),
            _ => read_key(value, at, faults, Overlay::LIMIT).map(Overlay::Asset),
        }
    }
}

impl Read for Frame {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Frame> {
        match value.as_str() {
            Some("procedural") => Some(Frame::Procedural),
            Some("none") => Some(Frame::None),
            _ => read_key(value, at, faults, Frame::LIMIT).map(Frame::Asset),
        }
    }
}

/// A key in a field that takes words as well: a word of another field, or one in capitals, is a slip.
fn read_key(value: &Value, at: &Pointer, faults: &mut Faults, limit: &str) -> Option<AssetKey> {
    match value {
        Value::String(text) if matches!(AssetKey::parse(text), Err(KeyFault::Word(_))) => {
            let message = format!("is {:?}; give {limit}", shorten(text, 64));
            faults.add(at, FaultCode::UnknownWord, value, limit, message);
            None
        }
        Value::String(_) => AssetKey::read(value, at, faults),
        _ => wrong_type(value, at, faults, limit),
    }
}

impl Serialize for Overlay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Frame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for Overlay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Overlay".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Overlay",
            "description": "The moving atmosphere behind the images: a video, looped.",
            "anyOf": [
                {"const": "default", "description": "The system's own glitter."},
                {"const": "none", "description": "No atmosphere: the plain dark background."},
                generator.subschema_for::<AssetKey>(),
            ],
            "examples": ["default", "none", "overlays/glitter-rain.mp4"]
        })
    }
}

impl JsonSchema for Frame {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Frame".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Frame",
            "description": "The golden frame over the images.",
            "anyOf": [
                {"const": "procedural", "description": "The system's own drawn border."},
                {"const": "none", "description": "No frame."},
                generator.subschema_for::<AssetKey>(),
            ],
            "examples": ["procedural", "none", "frames/golden-frame.png"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code<T: Read>(value: Value) -> Option<FaultCode> {
        let mut faults = Faults::default();
        let read = T::read(&value, &Pointer::default(), &mut faults);
        faults
            .finish(read)
            .err()
            .map(|report| report.faults[0].code)
    }

    #[test]
    fn words_are_words_and_keys_are_keys() {
        for word in ["default", "none", "overlays/a.mp4"] {
            assert_eq!(code::<Overlay>(json!(word)), None);
        }
        for word in ["procedural", "none", "frames/a.png"] {
            assert_eq!(code::<Frame>(json!(word)), None);
        }
    }

    #[test]
    fn slips_are_not_taken_for_keys() {
        for slip in ["procedural", "None", "DEFAULT"] {
            assert_eq!(code::<Overlay>(json!(slip)), Some(FaultCode::UnknownWord));
        }
        assert_eq!(
            code::<Frame>(json!("default")),
            Some(FaultCode::UnknownWord)
        );
        assert_eq!(code::<Frame>(json!(null)), Some(FaultCode::WrongType));
        assert_eq!(
            code::<Frame>(json!("/frame.png")),
            Some(FaultCode::InvalidKey)
        );
    }
}
