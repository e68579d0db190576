//! What can go wrong with sound.

use crate::Plain;
use crate::media::MediaError;

/// Why sound could not be read or mastered. Its message never repeats the source error's.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The file itself cannot be used.
    #[error("the audio file cannot be used")]
    Media(#[from] MediaError),
    /// The edit contradicts itself.
    #[error("the audio edit is impossible: {reason}")]
    InvalidEdit {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// FFmpeg has no AAC encoder, or it failed.
    #[error("AAC encoding failed while {step}")]
    Encode {
        /// What was being done.
        step: &'static str,
        /// FFmpeg's answer.
        source: ffmpeg_next::Error,
    },
    /// The loudness meter refused its input.
    #[error("loudness cannot be measured")]
    Loudness(#[from] ebur128::Error),
}

impl Plain for AudioError {
    fn below(&self) -> Option<&dyn Plain> {
        match self {
            Self::Media(media) => Some(media),
            Self::InvalidEdit { .. } | Self::Encode { .. } | Self::Loudness(_) => None,
        }
    }
}

impl AudioError {
    /// Whether memory ran out.
    #[must_use]
    pub fn is_out_of_memory(&self) -> bool {
        const NO_MEMORY: ffmpeg_next::Error = ffmpeg_next::Error::Other {
            errno: ffmpeg_next::error::ENOMEM,
        };
        match self {
            Self::Encode { source, .. } => *source == NO_MEMORY,
            Self::Loudness(error) => *error == ebur128::Error::NoMem,
            Self::Media(_) | Self::InvalidEdit { .. } => false,
        }
    }
}
