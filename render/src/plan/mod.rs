//! From a job spec and measured media to a [`RenderPlan`]: pure, no file is opened and no clock is read here.
//!
//! The same spec and the same measurements give the same plan, byte for byte once serialised.

mod build;
mod cuts;
mod sound;
#[cfg(test)]
mod tests;

pub use build::build;
pub(crate) use build::canvas;
pub use cuts::{MAX_SLOT_FRAMES, MIN_SLOT_FRAMES};

pub use crate::audio::AudioEdit;
use crate::warning::Warning;
use gildhall_proto::{Focus, HookPosition, HookStyle, Preset};
use serde::Serialize;

/// Frames per second of every video.
pub const FPS: u32 = 30;
/// Sample rate of every soundtrack in Hz.
pub const SAMPLE_RATE: u32 = 48_000;
/// Samples that sound during one frame; a whole number, so picture and sound never drift apart.
pub const SAMPLES_PER_FRAME: u64 = (SAMPLE_RATE / FPS) as u64;
/// Length of a video without audio whose job gives no duration, in frames.
pub const SILENT_FRAMES: u32 = 15 * FPS;
/// Zoom at the far end of the Ken Burns movement.
pub const ZOOM_MAX: f64 = 1.05;

/// What was measured about the media of a job; only usable media appear here.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Usable images, in the order of the job.
    pub images: Vec<MeasuredImage>,
    /// The music.
    pub audio: Option<MeasuredAudio>,
    /// Degradations met while measuring.
    pub warnings: Vec<Warning>,
}

/// A usable image.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredImage {
    /// Position in the job's `images`.
    pub index: usize,
    /// Whether the atmosphere may show through it.
    pub may_have_alpha: bool,
}

/// The music as measured.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredAudio {
    /// Length in samples at 48 kHz.
    pub samples: u64,
    /// Nothing to hear in it.
    pub silent: bool,
    /// Beat times in seconds from the start, ascending; `Err` if the analysis failed.
    pub beats: Result<Vec<f64>, ()>,
}

/// Everything the renderer needs to know, besides the bytes of the media.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RenderPlan {
    /// Width and height of the composed picture in pixels.
    pub canvas: [u32; 2],
    /// Length in frames at [`FPS`].
    pub frames: u32,
    /// Which image when; the slots tile the frames.
    pub slots: Vec<Slot>,
    /// Z1.
    pub atmosphere: Source,
    /// How much of the atmosphere can be seen in any slot.
    pub atmosphere_seen: Seen,
    /// Z3.
    pub frame: Source,
    /// Z4.
    pub hook: Option<Hook>,
    /// The soundtrack; `None` is silence.
    pub sound: Option<SoundPlan>,
    /// Stills to take.
    pub stills: Stills,
    /// How to encode.
    pub encode: EncodePlan,
    /// Degradations known so far.
    pub warnings: Vec<Warning>,
}

/// One image on screen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slot {
    /// Position in the job's `images`.
    pub image: usize,
    /// Key of the image.
    pub asset: String,
    /// First frame.
    pub first_frame: u32,
    /// Length in frames.
    pub frames: u32,
    /// The beat the slot starts on, in seconds of the video; `None` for the first slot and for cuts off the beat.
    pub beat_s: Option<f64>,
    /// How much of the atmosphere can be seen.
    pub atmosphere_seen: Seen,
    /// Zoom on the first and on the last frame.
    pub zoom: [f64; 2],
    /// The point of the image that stays in view.
    pub focus: Focus,
}

impl Slot {
    /// Zoom on frame `index` of the slot: linear from end to end.
    pub fn zoom_at(&self, index: u32) -> f64 {
        let last = self.frames.saturating_sub(1).max(1);
        let t = f64::from(index) / f64::from(last);
        self.zoom[0] + (self.zoom[1] - self.zoom[0]) * t
    }
}

/// Where a layer comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The built-in one.
    Default,
    /// The layer is left out.
    None,
    /// A file of the tenant, by key.
    Asset(String),
}

impl Source {
    /// The key, or the word for what is built in.
    pub fn name(&self) -> &str {
        match self {
            Self::Default => "default",
            Self::None => "none",
            Self::Asset(key) => key,
        }
    }
}

/// Which part of the atmosphere has to be composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Only the mat around the content.
    Mat,
    /// Everything: some image may have alpha.
    Everywhere,
}

/// The text over the video.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hook {
    /// What it says.
    pub text: String,
    /// How it looks.
    pub style: HookStyle,
    /// Where it stands.
    pub position: HookPosition,
}

/// The soundtrack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SoundPlan {
    /// Key of the music.
    pub asset: String,
    /// What of it is heard when.
    pub edit: AudioEdit,
}

/// Frames to keep as pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stills {
    /// Frame of the poster.
    pub poster: u32,
    /// Frames of the thumbnails, ascending.
    pub thumbnails: Vec<u32>,
}

/// Encoder settings of the main video and its renditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EncodePlan {
    /// x264 preset.
    pub preset: Preset,
    /// Constant rate factor.
    pub crf: u8,
    /// Sizes of further videos, width and height in pixels.
    pub renditions: Vec<[u32; 2]>,
}
