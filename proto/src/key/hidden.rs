//! Characters that a person cannot see in a key.

use super::KeyFault;
use crate::unicode::{is_bidi_control, is_invisible, is_noncharacter, is_private_use};

/// Refuses what cannot be seen, save the joiners and variation selectors inside emoji and inside
/// words of scripts that need them (Persian, Hindi).
pub(super) fn check(key: &str) -> Result<(), KeyFault> {
    let mut before = None;
    let mut chars = key.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied();
        let belongs = belongs_here(c, before, after);
        match c {
            '\u{FFFD}' => return Err(KeyFault::NoCharacter(c)),
            _ if is_noncharacter(c) || is_private_use(c) => return Err(KeyFault::NoCharacter(c)),
            _ if is_bidi_control(c) => return Err(KeyFault::Invisible(c)),
            _ if is_invisible(c) && !belongs => return Err(KeyFault::Invisible(c)),
            _ => before = Some(c),
        }
    }
    Ok(())
}

/// Joiners stand between two visible characters beyond ASCII, emoji variation selectors after one, or
/// in a keycap (`1`, U+FE0F, U+20E3).
fn belongs_here(c: char, before: Option<char>, after: Option<char>) -> bool {
    let visible = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !is_invisible(c));
    let selector = before == Some('\u{FE0F}');
    match c {
        '\u{200C}' => visible(before) && visible(after),
        '\u{200D}' => (visible(before) || selector) && visible(after),
        '\u{FE0E}' => visible(before),
        '\u{FE0F}' => visible(before) || after == Some('\u{20E3}'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_and_joined_words_are_fine() {
        for key in [
            "❤️.png",
            "👩‍❤️‍👩.png",
            "1️⃣.png",
            "می‌خواهم.jpg",
            "क्‍ष.jpg",
            "☕︎.png",
        ] {
            assert_eq!(check(key), Ok(()), "{key:?}");
        }
    }

    #[test]
    fn hidden_characters_are_refused() {
        for (key, hidden) in [
            ("a\u{200D}b", '\u{200D}'),
            ("a\u{FE0F}b", '\u{FE0F}'),
            ("é\u{200C}", '\u{200C}'),
            ("❤️\u{FE0F}", '\u{FE0F}'),
            ("a\u{200B}b", '\u{200B}'),
            ("gpj.\u{202E}a", '\u{202E}'),
            ("a\u{2066}b", '\u{2066}'),
            ("\u{FEFF}a", '\u{FEFF}'),
            ("a\u{AD}b", '\u{AD}'),
            ("a\u{3164}b", '\u{3164}'),
            ("a\u{E0041}b", '\u{E0041}'),
        ] {
            assert_eq!(check(key), Err(KeyFault::Invisible(hidden)), "{key:?}");
        }
    }

    #[test]
    fn characters_without_a_meaning_are_refused() {
        for c in [
            '\u{FFFD}',
            '\u{E000}',
            '\u{F8FF}',
            '\u{FDD0}',
            '\u{1FFFF}',
            '\u{10FFFD}',
        ] {
            assert_eq!(check(&format!("a{c}")), Err(KeyFault::NoCharacter(c)));
        }
    }
}
