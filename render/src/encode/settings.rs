//! What to encode with.

use gildhall_proto::Preset;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A way to encode H.264.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// libx264, on the CPU.
    X264,
    /// NVIDIA's encoder.
    Nvenc,
    /// Intel's and AMD's encoders through VA-API.
    Vaapi,
    /// Intel's encoder through Quick Sync Video.
    Qsv,
}

impl Backend {
    /// The hardware backends, in the order in which `auto` tries them.
    pub const HARDWARE: [Backend; 3] = [Backend::Nvenc, Backend::Vaapi, Backend::Qsv];

    /// FFmpeg's name of the encoder.
    pub fn encoder_name(self) -> &'static str {
        match self {
            Self::X264 => "libx264",
            Self::Nvenc => "h264_nvenc",
            Self::Vaapi => "h264_vaapi",
            Self::Qsv => "h264_qsv",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X264 => "x264",
            Self::Nvenc => "nvenc",
            Self::Vaapi => "vaapi",
            Self::Qsv => "qsv",
        })
    }
}

/// The encoder asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EncoderChoice {
    /// Hardware where it is usable, else x264.
    Auto,
    /// x264, the default: the same bytes on every machine, and the best picture for its size.
    #[default]
    X264,
    /// This hardware, with x264 as the fallback.
    Hardware(Backend),
}

impl FromStr for EncoderChoice {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "auto" => Ok(Self::Auto),
            "x264" => Ok(Self::X264),
            "nvenc" => Ok(Self::Hardware(Backend::Nvenc)),
            "vaapi" => Ok(Self::Hardware(Backend::Vaapi)),
            "qsv" => Ok(Self::Hardware(Backend::Qsv)),
            other => Err(format!(
                "unknown encoder {other:?}: auto, x264, nvenc, vaapi and qsv are known"
            )),
        }
    }
}

/// Settings of one video stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoSettings {
    /// Width in pixels, even.
    pub width: u32,
    /// Height in pixels, even.
    pub height: u32,
    /// x264 preset; hardware encoders use one balanced preset of their own.
    pub preset: Preset,
    /// Constant rate factor, or the nearest thing a hardware encoder has.
    pub crf: u8,
    /// Encoder threads, at least 1. The same count gives the same bytes.
    pub threads: usize,
    /// x264 holds as few pictures at a time as it can, for a file some 2 % larger at the same quality. Hardware encoders
    /// keep their pictures on the device and ignore it.
    pub lean: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood() {
        assert_eq!("auto".parse(), Ok(EncoderChoice::Auto));
        assert_eq!("qsv".parse(), Ok(EncoderChoice::Hardware(Backend::Qsv)));
        assert!(
            "h265"
                .parse::<EncoderChoice>()
                .is_err_and(|e| e.contains("h265"))
        );
    }
}
