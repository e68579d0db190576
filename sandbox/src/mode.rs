//! What a kernel without some feature means.

use std::fmt;
use std::str::FromStr;

/// What a kernel without some feature means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Without the whole sandbox, nothing is done.
    Required,
    /// The other layers have to do.
    BestEffort,
}

/// A word that names no [`Mode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the modes of the sandbox are \"required\" and \"best-effort\"")]
pub struct ModeFault;

impl Mode {
    const fn word(self) -> &'static str {
        match self {
            Mode::Required => "required",
            Mode::BestEffort => "best-effort",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Mode {
    type Err = ModeFault;

    fn from_str(word: &str) -> Result<Mode, ModeFault> {
        [Mode::Required, Mode::BestEffort]
            .into_iter()
            .find(|mode| mode.word() == word)
            .ok_or(ModeFault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_they_are_written() {
        for mode in [Mode::Required, Mode::BestEffort] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert_eq!("best-effort".parse(), Ok(Mode::BestEffort));
    }

    #[test]
    fn no_other_word_is_a_mode() {
        for word in ["", "off", "none", "Required", "best effort", "required "] {
            assert_eq!(word.parse::<Mode>(), Err(ModeFault), "{word:?}");
        }
    }
}
