//! What can go wrong with a hook, and what went less than perfectly.

use std::{fmt, path::PathBuf};

use thiserror::Error;

use crate::Plain;

/// Why no hook layer could be made. The renderer drops the hook and says so; the video goes on.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum TextError {
    /// None of the folders holds a readable text font.
    #[error("no readable text font in any of {} font folders", dirs.len())]
    NoFonts {
        /// The folders that were searched.
        dirs: Vec<PathBuf>,
    },
    /// The text holds nothing that could be shown (only spaces or control characters).
    #[error("the hook holds no visible character")]
    NothingToShow,
    /// The canvas is too small for the smallest legible size, or absurdly large.
    #[error("a hook cannot be set on a canvas of {width_px}x{height_px} px")]
    Canvas {
        /// Canvas width in pixels.
        width_px: u32,
        /// Canvas height in pixels.
        height_px: u32,
    },
}

impl Plain for TextError {}

/// A degradation that the finished layer carries; the job reports each of them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TextWarning {
    /// No installed font has these characters; plain boxes stand for them.
    MissingGlyphs {
        /// How many user-perceived characters became boxes.
        count: usize,
        /// The first few of them, as written.
        sample: String,
    },
    /// A wanted family is not installed; another one took its place.
    FallbackFace {
        /// The family the style asks for.
        wanted: String,
        /// The family that was used.
        used: String,
    },
    /// The text holds emoji, but no colour emoji font is installed.
    EmojiFontMissing,
    /// The text is so long that it was set below the comfortable reading size.
    ShrunkToMinimum {
        /// The size it was set at, in pixels of the canvas.
        font_size_px: f32,
    },
    /// The text did not fit even at the smallest size; an ellipsis ends it.
    Truncated {
        /// User-perceived characters that were kept.
        kept: usize,
        /// User-perceived characters that were cut off.
        dropped: usize,
    },
}

impl fmt::Display for TextWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingGlyphs { count, sample } => {
                write!(f, "{count} characters have no installed font: {sample}")
            }
            Self::FallbackFace { wanted, used } => {
                write!(f, "font {wanted} is not installed, {used} was used")
            }
            Self::EmojiFontMissing => f.write_str("no colour emoji font is installed"),
            Self::ShrunkToMinimum { font_size_px } => {
                write!(f, "the text is long and was set at only {font_size_px} px")
            }
            Self::Truncated { kept, dropped } => {
                write!(
                    f,
                    "the text was cut after {kept} characters, {dropped} lost"
                )
            }
        }
    }
}
