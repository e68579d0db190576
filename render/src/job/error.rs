//! Why there is no video.

use crate::assets::AssetError;
use crate::atmosphere::AtmosphereError;
use crate::audio::AudioError;
use crate::encode::EncodeError;
use std::io;
use std::path::PathBuf;

/// Why a render failed. Its message never repeats the source error's.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// None of the images can be used.
    #[error("none of the images can be used: {}", .reasons.join("; "))]
    NoUsableImage {
        /// What is wrong with each, `key: reason`.
        reasons: Vec<String>,
    },
    /// The audio asset cannot be opened.
    #[error("audio {asset} cannot be used")]
    AudioAsset {
        /// Its key.
        asset: String,
        /// What is wrong with it.
        source: AssetError,
    },
    /// The audio cannot be read or mastered.
    #[error("audio {asset} cannot be used")]
    Audio {
        /// Its key.
        asset: String,
        /// What is wrong with it.
        source: AudioError,
    },
    /// The silent soundtrack cannot be made.
    #[error("the silent soundtrack cannot be encoded")]
    Silence(#[source] AudioError),
    /// The built-in overlay cannot be read.
    #[error("the atmosphere cannot be made")]
    Atmosphere(#[source] AtmosphereError),
    /// Encoding failed.
    #[error("the video cannot be encoded")]
    Encode(#[from] EncodeError),
    /// A file cannot be written.
    #[error("{} cannot be written", .path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The caller cancelled the render.
    #[error("the render was cancelled")]
    Cancelled,
    /// A stage ended because another one did; that other one's error is the one to report.
    #[error("a stage of the render ended early")]
    Stopped,
}

/// What a [`RenderError`] means to whoever has to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The job or its media are at fault; trying again is useless.
    Input,
    /// The machine is at fault: disk, memory, a missing encoder. Another attempt may succeed.
    Environment,
    /// Someone wanted it to stop.
    Cancelled,
}

impl RenderError {
    /// Who is to act.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoUsableImage { .. } => ErrorKind::Input,
            Self::AudioAsset { source, .. } if !source.is_temporary() => ErrorKind::Input,
            Self::Audio {
                source: AudioError::Media(media),
                ..
            } if media.is_permanent() => ErrorKind::Input,
            Self::Cancelled => ErrorKind::Cancelled,
            _ => ErrorKind::Environment,
        }
    }
}
