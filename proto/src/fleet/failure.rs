//! Why a job did not become a video.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of failure it was, which decides what happens next.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum FailureClass {
    /// Storage, network or machine: another attempt may succeed.
    Recoverable,
    /// The job or its media: no attempt will ever succeed.
    Rejected,
    /// Out of memory or over the time limit: another attempt at reduced quality may succeed.
    Resource,
    /// The job's message killed its worker again and again.
    Poison,
}

impl FailureClass {
    /// Every class.
    pub const ALL: [FailureClass; 4] = [
        FailureClass::Recoverable,
        FailureClass::Rejected,
        FailureClass::Resource,
        FailureClass::Poison,
    ];

    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            FailureClass::Recoverable => "recoverable",
            FailureClass::Rejected => "rejected",
            FailureClass::Resource => "resource",
            FailureClass::Poison => "poison",
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No such class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a failure class is one of recoverable, rejected, resource, poison")]
pub struct UnknownClass;

impl FromStr for FailureClass {
    type Err = UnknownClass;

    fn from_str(word: &str) -> Result<FailureClass, UnknownClass> {
        FailureClass::ALL
            .into_iter()
            .find(|class| class.as_str() == word)
            .ok_or(UnknownClass)
    }
}

/// Why an attempt, and in the end a job, failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// What kind of failure.
    pub class: FailureClass,
    /// What failed: a stable word for programs, such as `no_usable_image`.
    pub code: String,
    /// What failed, for people. Its wording may change between releases.
    pub message: String,
}

impl Failure {
    /// A failure of this class.
    pub fn new(class: FailureClass, code: &str, message: impl Into<String>) -> Failure {
        Failure {
            class,
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.class, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_reads_back() {
        for class in FailureClass::ALL {
            assert_eq!(class.as_str().parse(), Ok(class));
            assert_eq!(
                serde_json::to_string(&class).expect("a word"),
                format!("\"{class}\"")
            );
        }
        assert_eq!("fatal".parse::<FailureClass>(), Err(UnknownClass));
    }
}
