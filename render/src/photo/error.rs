use std::error::Error;
use std::time::Duration;

use super::Format;
use crate::Plain;

/// Why an image file could not be used.
///
/// The decoder's own words are in [`Error::source`] and never in `Display`, so that a message for the
/// customer holds no library internals.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// The first bytes belong to none of the accepted formats.
    #[error("not a JPEG, PNG, WebP, GIF, AVIF, BMP or TIFF image")]
    UnknownFormat,
    /// The header declares more pixels than [`super::Limits::max_pixels`].
    #[error("{width}x{height} is more than the limit of {limit} pixels")]
    TooManyPixels {
        /// Declared width in pixels.
        width: u32,
        /// Declared height in pixels.
        height: u32,
        /// The limit in pixels.
        limit: u64,
    },
    /// One side is longer than [`super::Limits::max_side_px`].
    #[error("{width}x{height} has a side longer than the limit of {limit} pixels")]
    SideTooLong {
        /// Declared width in pixels.
        width: u32,
        /// Declared height in pixels.
        height: u32,
        /// The limit in pixels.
        limit: u32,
    },
    /// Decoding would need more memory than [`super::Limits::max_alloc_bytes`].
    #[error("decoding needs {needed_bytes} bytes, the limit is {limit_bytes}")]
    TooMuchMemory {
        /// Estimated need; the limit plus one where a decoder gave no number.
        needed_bytes: u64,
        /// The limit in bytes.
        limit_bytes: u64,
    },
    /// Decoding was given up at [`super::Limits::max_cpu`]. It goes on in the background, so the process has to end soon.
    #[error("decoding it takes more than {} s of CPU time", .limit.as_secs_f64())]
    TooCostly {
        /// The limit.
        limit: Duration,
    },
    /// A decoder panicked over the file.
    #[error("no decoder can cope with it")]
    Panicked,
    /// The image or the wanted size has no pixels.
    #[error("the width or height is zero")]
    ZeroSize,
    /// The file ends before enough of the picture was seen.
    #[error("the {format} file is cut off")]
    Truncated {
        /// Format by content.
        format: Format,
    },
    /// The bytes break the rules of their format.
    #[error("the {format} file is damaged")]
    Malformed {
        /// Format by content.
        format: Format,
        /// What the decoder said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A valid file that uses a feature which is not supported.
    #[error("{what} is not supported")]
    Unsupported {
        /// The feature, in words that fit a message.
        what: String,
    },
    /// The resampler refused the sizes; only a target that the memory limit did not stop can lead here.
    #[error("the picture could not be scaled")]
    Resample {
        /// What the resampler said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// This machine's FFmpeg lacks the pinned AV1 decoder.
    #[error("this FFmpeg has no {name} decoder")]
    MissingDecoder {
        /// FFmpeg's name of the decoder.
        name: &'static str,
    },
}

impl Plain for PhotoError {}

impl PhotoError {
    /// Whether a limit refused the image: the file may be sound, it is only too much.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::TooManyPixels { .. }
                | Self::SideTooLong { .. }
                | Self::TooMuchMemory { .. }
                | Self::TooCostly { .. }
        )
    }

    /// Whether the image ran out of CPU time, and may still be at it.
    #[must_use]
    pub fn is_too_costly(&self) -> bool {
        matches!(self, Self::TooCostly { .. })
    }

    /// Whether the bytes are broken, so that sending the same file again cannot help.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        matches!(
            self,
            Self::Truncated { .. } | Self::Malformed { .. } | Self::ZeroSize | Self::Panicked
        )
    }

    /// Whether the file may be sound but of a kind that this build does not decode.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Self::UnknownFormat | Self::Unsupported { .. } | Self::MissingDecoder { .. }
        )
    }

    pub(super) fn malformed(
        format: Format,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Malformed {
            format,
            source: source.into(),
        }
    }

    pub(super) fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_stays_out_of_display() {
        let error = PhotoError::malformed(Format::Png, "secret detail");
        assert_eq!(error.to_string(), "the PNG file is damaged");
        assert!(error.source().is_some());
        assert!(error.is_damaged() && !error.is_limit() && !error.is_unsupported());
    }

    #[test]
    fn too_costly_is_a_limit_of_its_own() {
        let error = PhotoError::TooCostly {
            limit: Duration::from_secs(10),
        };
        assert_eq!(
            error.to_string(),
            "decoding it takes more than 10 s of CPU time"
        );
        assert!(error.is_too_costly() && error.is_limit() && !error.is_damaged());
    }
}
