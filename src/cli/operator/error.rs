//! What keeps an operator's wish from being fulfilled, beside outages.

use std::fmt::Display;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// There is nothing of this name.
    #[error("there is no {what} {name}")]
    NotFound {
        /// What was looked for: a tenant, a job.
        what: &'static str,
        /// How it was called.
        name: String,
    },
    /// It is there, but not as it has to be for this.
    #[error("{0}")]
    NotNow(String),
    /// The options do not go together.
    #[error("{0}")]
    Usage(String),
    /// The broker took the letters back while they were being looked at.
    #[error(
        "the connection to the broker was lost: the letters that are left went back to their queue; run the command again"
    )]
    LettersGone,
    /// The letters were held for as long as the broker lets them be held.
    #[error(
        "letters can be held for {minutes} minutes at a time: {left} more wait; run the command again"
    )]
    HeldTooLong {
        /// How long that is.
        minutes: u64,
        /// How many letters were not looked at.
        left: usize,
    },
}

impl OperatorError {
    /// Nothing of this name.
    pub fn not_found(what: &'static str, name: impl Display) -> OperatorError {
        OperatorError::NotFound {
            what,
            name: name.to_string(),
        }
    }

    /// The code that the command ends with; the help of the command lists them.
    pub fn exit_code(&self) -> u8 {
        match self {
            OperatorError::Usage(_) => 2,
            OperatorError::LettersGone | OperatorError::HeldTooLong { .. } => 5,
            OperatorError::NotFound { .. } => 7,
            OperatorError::NotNow(_) => 8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_code_and_names_what_it_is_about() {
        let missing = OperatorError::not_found("tenant", "acme");
        assert_eq!(missing.to_string(), "there is no tenant acme");
        assert_eq!(missing.exit_code(), 7);
        assert_eq!(OperatorError::NotNow(String::new()).exit_code(), 8);
        assert_eq!(OperatorError::Usage(String::new()).exit_code(), 2);
        assert_eq!(OperatorError::LettersGone.exit_code(), 5);
    }
}
