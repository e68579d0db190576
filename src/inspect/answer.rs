//! What an inspection says: one line of JSON.

use super::content::Content;
use super::measured::Measured;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a file is refused. Its words do not change between releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is nothing that its kind takes, or uses what no renderer decodes.
    UnsupportedContent,
    /// It is damaged, or not what its first bytes say.
    UnreadableMedia,
    /// It is an image with too many pixels.
    TooLargeImage,
    /// Looking at it takes too much time or memory.
    OverLimits,
}

impl Refusal {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Refusal::UnsupportedContent => "unsupported_content",
            Refusal::UnreadableMedia => "unreadable_media",
            Refusal::TooLargeImage => "too_large_image",
            Refusal::OverLimits => "over_limits",
        }
    }

    /// What it means to whoever has to act, in the words of failures of jobs.
    pub const fn class(self) -> &'static str {
        match self {
            Refusal::OverLimits => "resource",
            _ => "rejected",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// The file can be used.
    Found {
        /// Its media type.
        media_type: String,
        /// The usual extension of its name.
        extension: String,
        /// Width in pixels.
        width: Option<u32>,
        /// Height in pixels.
        height: Option<u32>,
        /// Length in milliseconds.
        duration_ms: Option<u64>,
    },
    /// It cannot.
    Refused {
        /// Why.
        error: Told,
    },
}

/// A refusal as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its word.
    pub code: Refusal,
    /// What follows from it, for whoever runs the command by hand.
    #[serde(skip_deserializing)]
    pub class: &'static str,
    /// What is wrong, for people.
    #[serde(default)]
    pub message: String,
}

impl Answer {
    /// That the file is this.
    pub fn found(content: Content, measured: Measured) -> Answer {
        Answer::Found {
            media_type: content.media_type.to_owned(),
            extension: content.extension.to_owned(),
            width: measured.width,
            height: measured.height,
            duration_ms: measured.duration_ms,
        }
    }

    /// That it is refused.
    pub fn refused(code: Refusal, message: String) -> Answer {
        let class = code.class();
        Answer::Refused {
            error: Told {
                code,
                class,
                message,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_reads_back() {
        let content = Content {
            media_type: "image/png",
            extension: "png",
        };
        let measured = Measured {
            width: Some(3),
            height: Some(2),
            duration_ms: None,
        };
        let found = Answer::found(content, measured);
        let text = serde_json::to_value(&found).expect("plain data");
        let expected = json!({"media_type": "image/png", "extension": "png", "width": 3, "height": 2, "duration_ms": null});
        assert_eq!(text, expected);
        let read: Answer = serde_json::from_value(text).expect("an answer");
        assert_eq!(read, found);
    }

    #[test]
    fn a_refusal_has_its_word_and_class() {
        for (code, word, class) in [
            (
                Refusal::UnsupportedContent,
                "unsupported_content",
                "rejected",
            ),
            (Refusal::UnreadableMedia, "unreadable_media", "rejected"),
            (Refusal::TooLargeImage, "too_large_image", "rejected"),
            (Refusal::OverLimits, "over_limits", "resource"),
        ] {
            let answer = Answer::refused(code, "why".to_owned());
            let text = serde_json::to_value(&answer).expect("plain data");
            let expected = json!({"error": {"code": word, "class": class, "message": "why"}});
            assert_eq!(text, expected);
            let read: Answer = serde_json::from_value(text).expect("an answer");
            assert!(matches!(read, Answer::Refused { error } if error.code == code));
            assert_eq!(code.to_string(), word);
        }
    }
}
