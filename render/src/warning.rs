//! What was degraded on the way, for the plan, the result and the completion event.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One degradation: the video was made, but not quite as asked.
///
/// Serialises with a stable `code` and the facts; [`fmt::Display`] gives the sentence for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    /// A product image could not be used and was left out.
    ImageUnusable {
        /// Its key.
        asset: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A product image was used although something about it is off.
    ImageDegraded {
        /// Its key.
        asset: String,
        /// What is off.
        reason: String,
    },
    /// The video is too short to show every image for two seconds.
    ImagesNotShown {
        /// How many are not shown.
        count: usize,
    },
    /// No beats to cut on: slots have a fixed length.
    NoBeats {
        /// Why there are none.
        reason: NoBeatsReason,
    },
    /// The music is longer than the longest video and was cut.
    AudioTrimmed {
        /// Seconds kept.
        kept_s: f64,
    },
    /// Something about the sound is not as wanted.
    AudioDegraded {
        /// What.
        reason: String,
    },
    /// The overlay could not be used.
    OverlayUnusable {
        /// Its key.
        asset: String,
        /// What is wrong with it.
        reason: String,
        /// What took its place: `default` or `none`.
        used: String,
    },
    /// The frame image could not be used: the procedural frame took its place.
    FrameUnusable {
        /// Its key.
        asset: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The hook could not be drawn at all.
    HookDropped {
        /// Why.
        reason: String,
    },
    /// The hook was drawn, but not quite as wanted.
    HookDegraded {
        /// What is off.
        reason: String,
    },
    /// The wanted encoder could not be used.
    EncoderFellBack {
        /// The encoder asked for.
        wanted: String,
        /// The one used.
        used: String,
        /// Why.
        reason: String,
    },
}

/// Why slots have a fixed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoBeatsReason {
    /// The job has no audio.
    NoAudio,
    /// The job switched the analysis off.
    SwitchedOff,
    /// The audio is silent.
    Silent,
    /// No steady pulse was found.
    NoPulse,
    /// The analysis failed.
    AnalysisFailed,
}

impl fmt::Display for NoBeatsReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAudio => "the job has no audio",
            Self::SwitchedOff => "the job asks for fixed cuts",
            Self::Silent => "the audio is silent",
            Self::NoPulse => "no steady pulse was found in the audio",
            Self::AnalysisFailed => "the beat analysis failed",
        })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ImageUnusable { asset, reason } => write!(f, "image {asset} left out: {reason}"),
            Self::ImageDegraded { asset, reason } => write!(f, "image {asset}: {reason}"),
            Self::ImagesNotShown { count } => {
                write!(f, "the video is too short for {count} of the images")
            }
            Self::NoBeats { reason } => write!(f, "cuts are evenly spaced: {reason}"),
            Self::AudioTrimmed { kept_s } => {
                write!(f, "only the first {kept_s:.0} s of the audio are used")
            }
            Self::AudioDegraded { reason } => write!(f, "audio: {reason}"),
            Self::OverlayUnusable {
                asset,
                reason,
                used,
            } => write!(f, "overlay {asset} not used ({used} instead): {reason}"),
            Self::FrameUnusable { asset, reason } => {
                write!(
                    f,
                    "frame {asset} not used (procedural frame instead): {reason}"
                )
            }
            Self::HookDropped { reason } => write!(f, "text left out: {reason}"),
            Self::HookDegraded { reason } => write!(f, "text: {reason}"),
            Self::EncoderFellBack {
                wanted,
                used,
                reason,
            } => write!(f, "encoder {wanted} not usable, {used} used: {reason}"),
        }
    }
}
