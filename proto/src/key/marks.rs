//! Combining marks pile up on what they follow, whatever it is.

use unicode_normalization::char::is_combining_mark;

use super::KeyFault;
use crate::limits::MAX_MARKS_PER_BASE;
use crate::unicode::is_joiner;

/// Refuses a part with a mark that has no letter to stand on, so that it would stand on the `/` or the dot before it, or
/// with more than [`MAX_MARKS_PER_BASE`] marks on one.
pub(super) fn check(part: &str) -> Result<(), KeyFault> {
    let (mut has_base, mut marks) = (false, 0);
    for c in part.chars().filter(|c| !is_joiner(*c)) {
        if !is_combining_mark(c) {
            (has_base, marks) = (c != '.' && !c.is_whitespace(), 0);
            continue;
        }
        marks += 1;
        if !has_base || marks > MAX_MARKS_PER_BASE {
            return Err(KeyFault::Mark(c));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_on_letters() {
        for part in ["q\u{303}.jpg", "क्ष्मी.png", "1\u{FE0F}\u{20E3}.png", "ཧྥུྃ.jpg"]
        {
            assert_eq!(check(part), Ok(()), "{part}");
        }
        for part in ["\u{301}a", "a.\u{301}", "a \u{20DD}", "\u{FE0F}\u{301}"] {
            assert!(matches!(check(part), Err(KeyFault::Mark(_))), "{part}");
        }
    }

    #[test]
    fn towers_at_and_above_the_limit() {
        let tower = |marks: usize| format!("z{}", "\u{33F}".repeat(marks));
        assert_eq!(check(&tower(MAX_MARKS_PER_BASE - 1)), Ok(()));
        assert_eq!(check(&tower(MAX_MARKS_PER_BASE)), Ok(()));
        assert_eq!(
            check(&tower(MAX_MARKS_PER_BASE + 1)),
            Err(KeyFault::Mark('\u{33F}'))
        );
    }
}
