//! The job spec itself.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::fault::{FaultCode, Faults};
use crate::hook::{ReadHook, TextOverlay};
use crate::image::ImageSpec;
use crate::key::AssetKey;
use crate::layers::{Cuts, Frame, Overlay};
use crate::limits::{MAX_IMAGES, MIN_IMAGES};
use crate::metadata::Metadata;
use crate::output::Output;
use crate::pointer::Pointer;
use crate::priority::Priority;
use crate::read::{Fields, Read, is_default, read_list, wrong_type};
use crate::seconds::Seconds;
use crate::version::SpecVersion;

/// One job: the assets of a video and how it is made of them. Only the images are required.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Gildhall job spec, version 1")]
pub struct JobSpec {
    /// The version of the contract that the job is written in.
    #[serde(default)]
    pub version: SpecVersion,
    /// The product images, shown in this order.
    #[schemars(extend("minItems" = MIN_IMAGES, "maxItems" = MAX_IMAGES))]
    pub images: Vec<ImageSpec>,
    /// The music. Without it the video is silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<AssetKey>,
    /// The moving atmosphere behind the images.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(extend("default" = "default"))]
    pub overlay: Overlay,
    /// The golden frame over the images.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(extend("default" = "procedural"))]
    pub frame: Frame,
    /// The hook over the video. Without it there is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_overlay: Option<TextOverlay>,
    /// The length of the video in seconds. Left out, it is as long as the music within the limits, or
    /// 15 s where there is no music.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<Seconds>,
    /// What the cuts between images follow.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(extend("default" = Cuts::default()))]
    pub cuts: Cuts,
    /// How the video is encoded and what is made beside it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub output: Output,
    /// How urgent the job is among those of its tenant.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: Priority,
    /// An object of the sender's own that comes back on the job's events.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

impl JobSpec {
    /// The names of all fields, in the order of the contract.
    pub(crate) const FIELDS: [&'static str; 11] = [
        "version",
        "images",
        "audio",
        "overlay",
        "frame",
        "text_overlay",
        "duration_s",
        "cuts",
        "output",
        "priority",
        "metadata",
    ];

    /// A job of these images with everything else at its default. The number of images is not checked
    /// here: see [`JobSpec::checked`].
    pub fn new(images: Vec<ImageSpec>) -> JobSpec {
        JobSpec {
            version: SpecVersion::default(),
            images,
            audio: None,
            overlay: Overlay::default(),
            frame: Frame::default(),
            text_overlay: None,
            duration_s: None,
            cuts: Cuts::default(),
            output: Output::default(),
            priority: Priority::default(),
            metadata: Metadata::default(),
        }
    }
}

impl Read for JobSpec {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<JobSpec> {
        let Value::Object(map) = value else {
            return wrong_type(value, at, faults, "an object with named fields");
        };
        let version = match map.get("version") {
            // What another version means by its fields is unknown, so nothing else is said about them.
            Some(version) => SpecVersion::read(version, &at.child("version"), faults)?,
            None => SpecVersion::default(),
        };
        let fields = Fields::of(map, at, faults, &JobSpec::FIELDS);
        let images = read_images(&fields, faults);
        let spec = JobSpec {
            version,
            images: Vec::new(),
            audio: fields.optional("audio", faults),
            overlay: fields.or_default("overlay", faults),
            frame: fields.or_default("frame", faults),
            text_overlay: fields
                .optional("text_overlay", faults)
                .and_then(|ReadHook(hook)| hook),
            duration_s: fields.optional("duration_s", faults),
            cuts: fields.or_default("cuts", faults),
            output: fields.or_default("output", faults),
            priority: fields.or_default("priority", faults),
            metadata: fields.or_default("metadata", faults),
        };
        Some(JobSpec {
            images: images?,
            ..spec
        })
    }
}

fn read_images(fields: &Fields<'_>, faults: &mut Faults) -> Option<Vec<ImageSpec>> {
    let at = fields.at("images");
    match fields.get("images") {
        Some(value) => read_list(value, &at, faults, MIN_IMAGES..=MAX_IMAGES),
        None => {
            let limit = format!("a list of {MIN_IMAGES} to {MAX_IMAGES} images");
            let message = format!("is left out but required; give {limit}");
            faults.add_shown(&at, FaultCode::Missing, "", limit, message);
            None
        }
    }
}
