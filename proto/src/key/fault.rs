//! Why a key is refused.

use thiserror::Error;

use super::KEY_LIMIT;
use crate::limits::{MAX_KEY_BYTES, MAX_KEY_PART_BYTES, MAX_KEY_PARTS};

/// The rule that a key breaks, with what breaks it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// There is nothing in it.
    #[error("is empty; give the key of an asset")]
    Empty,
    /// More than 512 bytes of UTF-8.
    #[error("has {bytes} bytes; shorten it to at most {MAX_KEY_BYTES}")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// More than 16 parts.
    #[error("has {parts} parts; use at most {MAX_KEY_PARTS}")]
    TooManyParts {
        /// How many there are.
        parts: usize,
    },
    /// A part of more than 255 bytes.
    #[error("has a part of {bytes} bytes; shorten it to at most {MAX_KEY_PART_BYTES}")]
    PartTooLong {
        /// The length of the part in bytes.
        bytes: usize,
    },
    /// Starts with `/`.
    #[error("starts with \"/\"; keys are relative to the asset root, so leave the \"/\" out")]
    Absolute,
    /// Starts with `~`, which a shell turns into a home folder.
    #[error("starts with \"~\"; keys are relative to the asset root")]
    Home,
    /// `//`, or `/` at the end.
    #[error("has an empty part (\"//\", or \"/\" at the end); take the extra \"/\" out")]
    EmptyPart,
    /// A part that is `.` or `..`.
    #[error("has the part \".\" or \"..\"; name the asset by its own folders only")]
    DotPart,
    /// A backslash.
    #[error("has a backslash; separate folders with \"/\"")]
    Backslash,
    /// A character that some system gives a meaning of its own: `:`, `*`, `?`, `"`, `<`, `>` or `|`.
    #[error("has the character {0:?}, which some systems reserve; rename the asset")]
    Reserved(char),
    /// A control character, NUL and line ends among them.
    #[error("has the control character U+{:04X}; rename the asset", u32::from(*.0))]
    Control(char),
    /// A character that cannot be seen or that changes the direction of the text around it.
    #[error("has the invisible character U+{:04X}; rename the asset", u32::from(*.0))]
    Invisible(char),
    /// A character without an agreed meaning: private use, noncharacters, U+FFFD.
    #[error("has U+{:04X}, which is no agreed character; rename the asset", u32::from(*.0))]
    NoCharacter(char),
    /// A character that looks like, or is turned by some systems into, one of `/`, `\` and `.`; or a letter or digit in a
    /// style made for formulas.
    #[error("has {found:?} (U+{:04X}), which looks like {like:?}; rename the asset", u32::from(*.found))]
    LookAlike {
        /// The character in the key.
        found: char,
        /// What it can be taken for.
        like: char,
    },
    /// A percent-encoded separator, backslash, dot or NUL, also when encoded again.
    #[error("has {0:?}, a percent-encoded separator, dot or NUL; give the key unencoded")]
    PercentEncoded(String),
    /// Not in Unicode normal form C, so two keys that look the same could name two assets.
    #[error("is not in Unicode normal form C (NFC); normalise it before sending")]
    NotNormalised,
    /// A combining mark without a letter to stand on, or on top of more than eight others.
    #[error("has the mark U+{:04X} on no letter, or on too many other marks; rename the asset", u32::from(*.0))]
    Mark(char),
    /// A word with letters or digits of scripts that no language writes together: most often one letter is not what it
    /// seems.
    #[error(
        "has the word {0:?}, which mixes scripts; keep them apart with \"-\", or rename the asset"
    )]
    MixedScripts(String),
    /// A word of another script beside Latin ones, each letter of which looks like a Latin one.
    #[error(
        "has the word {0:?}, which is not in the Latin letters that it seems to be in; rename the asset"
    )]
    Disguised(String),
    /// A part that starts or ends with white space.
    #[error("has a part that starts or ends with white space; rename the asset")]
    EdgeSpace,
    /// A part that ends with a dot, which Windows drops.
    #[error("has a part that ends with a dot; rename the asset")]
    EdgeDot,
    /// A part that is a device on Windows, such as `CON` or `nul.txt`.
    #[error("has the part {0:?}, a device name on Windows; rename the asset")]
    DeviceName(String),
    /// The whole key is one of the words `default`, `none` and `procedural`, in any case.
    #[error("is the word {0:?}, which is no key; put the asset into a folder or add its extension")]
    Word(String),
}

impl KeyFault {
    /// What would be accepted, in short.
    pub fn limit(&self) -> String {
        match self {
            KeyFault::TooLong { .. } => format!("1 to {MAX_KEY_BYTES} bytes of UTF-8"),
            KeyFault::TooManyParts { .. } => format!("1 to {MAX_KEY_PARTS} parts"),
            KeyFault::PartTooLong { .. } => format!("1 to {MAX_KEY_PART_BYTES} bytes in each part"),
            _ => KEY_LIMIT.to_owned(),
        }
    }
}
