//! The text over the video.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::fault::{FaultCode, Faults};
use crate::limits::MAX_HOOK_BYTES;
use crate::pointer::Pointer;
use crate::read::{Fields, Read, is_default, wrong_type};
use crate::text::HookText;
use crate::words::words;

/// The hook: a text over the video, its look and its place. In JSON the text alone, or an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TextOverlay {
    /// The text, cleaned.
    pub text: HookText,
    /// How it looks.
    pub style: HookStyle,
    /// Where it stands.
    pub position: HookPosition,
}

words! {
    /// How the hook looks.
    pub enum HookStyle {
        /// Warm white display serif with a fine gold edge and a soft shadow.
        #[default]
        Luxe = "luxe",
        /// Gold letters.
        Gold = "gold",
        /// Plain and bright.
        Clean = "clean",
    }
}

words! {
    /// Where the hook stands, always clear of the platforms' own buttons.
    pub enum HookPosition {
        /// In the upper part of the picture.
        #[default]
        Top = "top",
        /// In the lower part of the picture.
        Bottom = "bottom",
    }
}

/// The long form of the hook, for the writer and the schema.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TextObject<'s> {
    /// The text itself.
    text: &'s HookText,
    /// How the text looks.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(extend("default" = HookStyle::default()))]
    style: HookStyle,
    /// Where the text stands.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(extend("default" = HookPosition::default()))]
    position: HookPosition,
}

impl TextOverlay {
    const FIELDS: [&'static str; 3] = ["text", "style", "position"];
}

/// A hook as read: `None` where nothing of its text is left after cleaning.
pub(crate) struct ReadHook(pub(crate) Option<TextOverlay>);

impl Read for ReadHook {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<ReadHook> {
        let (text, style, position) = match value {
            Value::String(_) => (
                ReadText::read(value, at, faults)?,
                HookStyle::default(),
                HookPosition::default(),
            ),
            Value::Object(map) => {
                let fields = Fields::of(map, at, faults, &TextOverlay::FIELDS);
                let text: Option<ReadText> = fields.required("text", faults, "the text to show");
                let style = fields.or_default("style", faults);
                let position = fields.or_default("position", faults);
                (text?, style, position)
            }
            _ => return wrong_type(value, at, faults, "a text, or an object with \"text\""),
        };
        Some(ReadHook(text.0.map(|text| TextOverlay {
            text,
            style,
            position,
        })))
    }
}

struct ReadText(Option<HookText>);

impl Read for ReadText {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<ReadText> {
        let Value::String(text) = value else {
            return wrong_type(value, at, faults, "a text");
        };
        match HookText::parse(text) {
            Ok(text) => Some(ReadText(text)),
            Err(fault) => {
                faults.add(
                    at,
                    FaultCode::TooLong,
                    value,
                    fault.limit(),
                    fault.to_string(),
                );
                None
            }
        }
    }
}

impl Serialize for TextOverlay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let TextOverlay {
            text,
            style,
            position,
        } = self;
        if is_default(style) && is_default(position) {
            return text.serialize(serializer);
        }
        TextObject {
            text,
            style: *style,
            position: *position,
        }
        .serialize(serializer)
    }
}

impl JsonSchema for HookText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "HookText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Hook text",
            "description": "At most 500 characters as a person counts them (extended grapheme clusters), \
                after cleaning, in at most 32 KiB of UTF-8. Cleaning: normal form C, line ends to \\n, at \
                most two in a row, control characters and lone direction controls removed, at most eight \
                combining marks on one base, white space trimmed. A text of which nothing is left is no text.",
            "type": "string",
            "maxLength": MAX_HOOK_BYTES,
            "examples": ["Only 24 hours: the gold drop ✨"]
        })
    }
}

impl JsonSchema for TextOverlay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TextOverlay".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Text overlay",
            "description": "The hook over the video: its text, or an object with the text and how it is shown.",
            "anyOf": [
                generator.subschema_for::<HookText>(),
                generator.subschema_for::<TextObject<'_>>(),
            ],
            "examples": ["Only 24 hours: the gold drop ✨", {"text": "Last pieces", "style": "gold", "position": "bottom"}]
        })
    }
}
