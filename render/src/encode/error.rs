//! What can go wrong while encoding.

use crate::Plain;

/// Why a file could not be encoded or written. Its message never repeats the source error's.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// FFmpeg lacks the encoder.
    #[error("this FFmpeg has no encoder {name}")]
    NoEncoder {
        /// FFmpeg's name of the encoder.
        name: &'static str,
    },
    /// FFmpeg refused.
    #[error("FFmpeg failed while {step}")]
    Ffmpeg {
        /// What was being done.
        step: &'static str,
        /// FFmpeg's answer.
        source: ffmpeg_next::Error,
    },
    /// A picture has another size than the encoder was opened for.
    #[error("a frame of {got:?} was given to an encoder for {want:?}")]
    WrongSize {
        /// Width and height of the frame in pixels.
        got: (u32, u32),
        /// Width and height of the encoder in pixels.
        want: (u32, u32),
    },
    /// Swscale refused.
    #[error("a frame cannot be scaled")]
    Scale(#[source] crate::media::MediaError),
    /// A still could not be encoded.
    #[error("a still picture cannot be encoded")]
    Jpeg(#[source] image::ImageError),
    /// There is no memory for a frame.
    #[error("no memory for a frame")]
    OutOfMemory,
}

impl Plain for EncodeError {
    fn below(&self) -> Option<&dyn Plain> {
        match self {
            Self::Scale(media) => Some(media),
            _ => None,
        }
    }
}

impl EncodeError {
    /// Whether memory ran out.
    #[must_use]
    pub fn is_out_of_memory(&self) -> bool {
        const NO_MEMORY: ffmpeg_next::Error = ffmpeg_next::Error::Other {
            errno: ffmpeg_next::error::ENOMEM,
        };
        match self {
            Self::OutOfMemory => true,
            Self::Ffmpeg { source, .. } => *source == NO_MEMORY,
            _ => false,
        }
    }

    /// Wraps an answer of FFmpeg.
    pub(super) fn ffmpeg(step: &'static str) -> impl Fn(ffmpeg_next::Error) -> Self {
        move |source| Self::Ffmpeg { step, source }
    }
}
