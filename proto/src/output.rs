//! What comes out: encoding, further renditions, thumbnails.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use crate::fault::{FaultCode, Faults};
use crate::limits::{
    DEFAULT_CRF, DEFAULT_THUMBNAILS, MAX_CRF, MAX_RENDITIONS, MAX_THUMBNAILS, MIN_CRF,
};
use crate::pointer::Pointer;
use crate::read::{Fields, Read, is_default, read_integer, read_list, wrong_type};
use crate::rendition::Rendition;
use crate::words::words;

/// How the video is encoded and what is made beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Output {
    /// How long x264 thinks: slower presets make smaller files.
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(extend("default" = Preset::default()))]
    pub preset: Preset,
    /// How closely the video follows the picture.
    #[serde(skip_serializing_if = "is_default")]
    pub crf: Crf,
    /// Full size, or a smaller and cheaper video.
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(extend("default" = Quality::default()))]
    pub quality: Quality,
    /// Further sizes of the same video, each of them once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("maxItems" = MAX_RENDITIONS, "uniqueItems" = true))]
    pub renditions: Vec<Rendition>,
    /// Still pictures taken evenly from the video, beside the poster.
    #[serde(skip_serializing_if = "is_default_thumbnails")]
    #[schemars(extend("minimum" = 0, "maximum" = MAX_THUMBNAILS, "default" = DEFAULT_THUMBNAILS))]
    pub thumbnails: u8,
}

words! {
    /// The presets of x264 that a job may ask for.
    pub enum Preset {
        /// Fastest, largest file.
        Ultrafast = "ultrafast",
        /// Faster than `veryfast`, larger file.
        Superfast = "superfast",
        /// The default.
        #[default]
        Veryfast = "veryfast",
        /// Slower than `veryfast`, smaller file.
        Faster = "faster",
        /// Slower than `faster`.
        Fast = "fast",
        /// The default of x264 itself.
        Medium = "medium",
        /// Slowest, smallest file.
        Slow = "slow",
    }
}

words! {
    /// The size of the main video.
    pub enum Quality {
        /// 1080x1920.
        #[default]
        Full = "full",
        /// 720x1280 with a faster preset and smaller caches, in half the memory.
        Reduced = "reduced",
    }
}

/// The constant rate factor of x264: 15 (best picture) to 35 (smallest file), 21 where none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Crf(u8);

impl Crf {
    /// `None` outside 15 to 35.
    pub fn new(crf: u8) -> Option<Crf> {
        (MIN_CRF..=MAX_CRF).contains(&crf).then_some(Crf(crf))
    }

    /// The factor as a number from 15 to 35.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for Crf {
    fn default() -> Crf {
        Crf(DEFAULT_CRF)
    }
}

impl Default for Output {
    fn default() -> Output {
        Output {
            preset: Preset::default(),
            crf: Crf::default(),
            quality: Quality::default(),
            renditions: Vec::new(),
            thumbnails: DEFAULT_THUMBNAILS,
        }
    }
}

impl Output {
    const FIELDS: [&'static str; 5] = ["preset", "crf", "quality", "renditions", "thumbnails"];
}

fn is_default_thumbnails(thumbnails: &u8) -> bool {
    *thumbnails == DEFAULT_THUMBNAILS
}

impl Read for Output {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Output> {
        let Value::Object(map) = value else {
            return wrong_type(
                value,
                at,
                faults,
                "an object such as {\"preset\": \"veryfast\", \"crf\": 21}",
            );
        };
        let fields = Fields::of(map, at, faults, &Output::FIELDS);
        Some(Output {
            preset: fields.or_default("preset", faults),
            crf: fields.or_default("crf", faults),
            quality: fields.or_default("quality", faults),
            renditions: read_renditions(&fields, faults)?,
            thumbnails: read_thumbnails(&fields, faults)?,
        })
    }
}

fn read_thumbnails(fields: &Fields<'_>, faults: &mut Faults) -> Option<u8> {
    match fields.get("thumbnails") {
        Some(value) => read_integer(value, &fields.at("thumbnails"), faults, 0..=MAX_THUMBNAILS),
        None => Some(DEFAULT_THUMBNAILS),
    }
}

fn read_renditions(fields: &Fields<'_>, faults: &mut Faults) -> Option<Vec<Rendition>> {
    let at = fields.at("renditions");
    let Some(value) = fields.get("renditions") else {
        return Some(Vec::new());
    };
    let renditions: Vec<Rendition> = read_list(value, &at, faults, 0..=MAX_RENDITIONS)?;
    for (index, rendition) in renditions.iter().enumerate() {
        if renditions[..index].contains(rendition) {
            let message = format!("is {rendition} again; give each size once");
            let code = FaultCode::DuplicateEntry;
            faults.add_shown(
                &at.entry(index),
                code,
                rendition.to_string(),
                "each size once",
                message,
            );
        }
    }
    Some(renditions)
}

impl Read for Crf {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Crf> {
        read_integer(value, at, faults, MIN_CRF..=MAX_CRF).map(Crf)
    }
}

impl JsonSchema for Crf {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Crf".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Constant rate factor",
            "description": "The constant rate factor of x264: 15 is the best picture, 35 the smallest file.",
            "type": "integer",
            "minimum": MIN_CRF,
            "maximum": MAX_CRF,
            "default": DEFAULT_CRF
        })
    }
}
