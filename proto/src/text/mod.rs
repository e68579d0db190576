//! The hook text: whatever people paste, cleaned so that a renderer may show it as it is.

mod bidi;
mod characters;
mod marks;
mod space;

use std::fmt;

use serde::Serialize;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::limits::{MAX_HOOK_BYTES, MAX_HOOK_CHARS};
use crate::unicode::{is_bidi_control, is_invisible};

/// A cleaned text of 1 to 500 characters as a person counts them, in at most 32 KiB of UTF-8.
///
/// It is in normal form C; its lines are separated by `\n`, at most two in a row; it has no other
/// control characters, no white space round its lines, only balanced direction controls in each line,
/// and at most eight combining marks on one base. Cleaning a cleaned text changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct HookText(String);

/// Why a hook text is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TextFault {
    /// More than 500 characters are left after cleaning.
    #[error("has {chars} characters; shorten it to at most {MAX_HOOK_CHARS}")]
    TooManyChars {
        /// Extended grapheme clusters after cleaning.
        chars: usize,
    },
    /// More than 32 KiB, as sent or after cleaning.
    #[error("has {bytes} bytes; shorten it to at most {MAX_HOOK_BYTES}")]
    TooManyBytes {
        /// Bytes of UTF-8.
        bytes: usize,
    },
}

impl TextFault {
    /// What would be accepted, in short.
    pub fn limit(&self) -> String {
        match self {
            TextFault::TooManyChars { .. } => format!("at most {MAX_HOOK_CHARS} characters"),
            TextFault::TooManyBytes { .. } => format!("at most {MAX_HOOK_BYTES} bytes of UTF-8"),
        }
    }
}

impl HookText {
    /// Cleans `text`; `None` if nothing that can be seen is left of it, which means no text.
    ///
    /// # Errors
    /// When it is too long. Text is never cut: half a promise is worse than none.
    pub fn parse(text: &str) -> Result<Option<HookText>, TextFault> {
        check_bytes(text)?;
        let cleaned = clean(text);
        check_bytes(&cleaned)?;
        if !cleaned.chars().any(is_visible) {
            return Ok(None);
        }
        let chars = cleaned.graphemes(true).count();
        if chars > MAX_HOOK_CHARS {
            return Err(TextFault::TooManyChars { chars });
        }
        Ok(Some(HookText(cleaned)))
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HookText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters go first, so that what they stood between can compose; white space goes last, since
/// taking characters out may bare it.
fn clean(text: &str) -> String {
    let kept = characters::clean(text);
    let balanced = bidi::keep_balanced(&kept);
    let composed: String = balanced.nfc().collect();
    space::tidy(&marks::bound(&composed))
}

fn check_bytes(text: &str) -> Result<(), TextFault> {
    match text.len() {
        0..=MAX_HOOK_BYTES => Ok(()),
        bytes => Err(TextFault::TooManyBytes { bytes }),
    }
}

fn is_visible(c: char) -> bool {
    !(c.is_whitespace() || is_invisible(c) || is_bidi_control(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        let text = HookText::parse(text)
            .expect("short enough")
            .expect("something to see");
        text.as_str().to_owned()
    }

    #[test]
    fn keeps_good_text_as_it_is() {
        for text in [
            "Only 24 hours: the gold drop ✨",
            "خصم ٢٠٪ على الخواتم",
            "सोने की अंगूठी",
            "👩‍❤️‍👩 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣",
            "می‌خواهم",
            "a\n\nb",
        ] {
            assert_eq!(cleaned(text), text);
        }
    }

    #[test]
    fn composes_what_controls_kept_apart() {
        assert_eq!(cleaned("e\u{0}\u{301}te\u{301}"), "été");
    }

    #[test]
    fn nothing_to_see_is_no_text() {
        for text in [
            "",
            " \n\t ",
            "\u{202E}",
            "\u{200B}\u{FE0F}",
            "\u{202A}\u{202C}",
            "\0\u{7F}",
        ] {
            assert_eq!(HookText::parse(text), Ok(None), "{text:?}");
        }
    }

    #[test]
    fn counts_as_people_do() {
        assert!(HookText::parse(&"e\u{301}".repeat(MAX_HOOK_CHARS)).is_ok());
        assert!(HookText::parse(&"🇫🇷".repeat(MAX_HOOK_CHARS)).is_ok());
        let long = "🇫🇷".repeat(MAX_HOOK_CHARS + 1);
        assert_eq!(
            HookText::parse(&long),
            Err(TextFault::TooManyChars {
                chars: MAX_HOOK_CHARS + 1
            })
        );
        assert!(HookText::parse(&format!("{} \n", "a".repeat(MAX_HOOK_CHARS))).is_ok());
    }

    #[test]
    fn bytes_are_bounded_before_and_after() {
        let raw = "\0".repeat(MAX_HOOK_BYTES);
        assert_eq!(HookText::parse(&raw), Ok(None));
        let bytes = MAX_HOOK_BYTES + 1;
        assert_eq!(
            HookText::parse(&format!("{raw}\0")),
            Err(TextFault::TooManyBytes { bytes })
        );
        // U+1D160 takes 4 bytes and its normal form 12.
        let grows = "\u{1D160}".repeat(MAX_HOOK_BYTES / 12 + 1);
        assert!(matches!(
            HookText::parse(&grows),
            Err(TextFault::TooManyBytes { .. })
        ));
    }
}
