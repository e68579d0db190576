//! Where in the document a reader stands.

use crate::fault::shorten;

/// Longest name of one field within a pointer, in characters: a hostile name cannot bloat a report.
const MAX_NAME_CHARS: usize = 64;

/// A JSON pointer (RFC 6901) that grows as a reader walks down; the document itself is `""`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pointer(String);

impl Pointer {
    /// The pointer of the field `name` in the object that `self` points at.
    pub(crate) fn child(&self, name: &str) -> Pointer {
        let name = shorten(name, MAX_NAME_CHARS);
        let escaped = name.replace('~', "~0").replace('/', "~1");
        Pointer(format!("{}/{escaped}", self.0))
    }

    /// The pointer of entry `index`, counted from 0, in the array that `self` points at.
    pub(crate) fn entry(&self, index: usize) -> Pointer {
        Pointer(format!("{}/{index}", self.0))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_down_and_escapes() {
        let at = Pointer::default().child("images").entry(3).child("a/b~c");
        assert_eq!(at.as_str(), "/images/3/a~1b~0c");
    }

    #[test]
    fn hostile_names_stay_short_and_visible() {
        let at = Pointer::default().child(&"\u{202E}".repeat(1000));
        assert!(at.as_str().starts_with("/\\u{202e}"));
        assert!(at.as_str().chars().count() < 10 * MAX_NAME_CHARS);
    }
}
