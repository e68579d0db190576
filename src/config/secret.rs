//! Values that are never shown.

use std::fmt;
use std::str::FromStr;

/// A password, a key, or a URL that holds one. At least one character; what it means is its user's business, so that
/// no parser quotes it in a report.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A secret was given, and it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must not be empty")]
pub struct EmptySecret;

impl Secret {
    /// The value itself, for the one call that needs it. It belongs in no log, error or response.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = EmptySecret;

    fn from_str(text: &str) -> Result<Secret, EmptySecret> {
        match text {
            "" => Err(EmptySecret),
            text => Ok(Secret(text.to_owned())),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debug_print_shows_nothing_of_it() {
        let secret: Secret = "hunter2".parse().expect("it is not empty");
        assert_eq!(format!("{secret:?}"), "…");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn an_empty_one_is_refused() {
        assert_eq!("".parse::<Secret>(), Err(EmptySecret));
    }
}
