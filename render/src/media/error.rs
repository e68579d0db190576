//! What can be wrong with a media file.

use crate::Plain;
use std::io;

/// Why a media file could not be used. Its message never repeats the source error's.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The content is no audio or video file, whatever its name says (empty files and text files included).
    #[error("the file is not audio or video")]
    NotMedia,
    /// A media container, but none of [`allowed::DEMUXERS`](super::allowed::DEMUXERS).
    #[error("this container format is not accepted")]
    FormatNotAllowed,
    /// A codec that is none of [`allowed::DECODERS`](super::allowed::DECODERS), or that this FFmpeg lacks.
    #[error("the codec {codec} is not accepted")]
    CodecNotAllowed {
        /// FFmpeg's name of the codec.
        codec: String,
    },
    /// A media file without sound.
    #[error("the file has no audio stream")]
    NoAudioStream,
    /// A media file without moving pictures (a cover picture does not count).
    #[error("the file has no video stream")]
    NoVideoStream,
    /// More material than anyone could use.
    #[error("the file is longer than {limit_s} s")]
    TooLong {
        /// The longest material accepted, in seconds.
        limit_s: u64,
    },
    /// The file is damaged beyond what is skipped, or built to waste time.
    #[error("the file is damaged: {detail}")]
    Corrupt {
        /// What was seen.
        detail: &'static str,
    },
    /// The deadline set on the source has passed.
    #[error("reading the file took too long")]
    TimedOut,
    /// The operating system could not read the file.
    #[error("the file cannot be read")]
    Io(#[source] io::Error),
}

impl Plain for MediaError {}

impl MediaError {
    /// Whether the file itself is to blame, so that another attempt cannot succeed.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        !matches!(self, Self::TimedOut | Self::Io(_))
    }
}
