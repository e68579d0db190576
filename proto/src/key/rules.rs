//! The rules for keys, in the order in which a person would want to hear of them.

use unicode_normalization::is_nfc;

use super::{KeyFault, device, hidden, lookalike, marks, percent, script, styled};
use crate::limits::{MAX_KEY_BYTES, MAX_KEY_PART_BYTES, MAX_KEY_PARTS};

/// Words that the spec takes in the place of a key. No key may be one of them, so that
/// `"overlay": "none"` has one meaning only.
const WORDS: [&str; 3] = ["default", "none", "procedural"];

pub(super) fn check(key: &str) -> Result<(), KeyFault> {
    check_whole(key)?;
    key.chars().try_for_each(check_char)?;
    hidden::check(key)?;
    key.split('/').try_for_each(check_part)?;
    percent::check(key)?;
    if !is_nfc(key) {
        return Err(KeyFault::NotNormalised);
    }
    script::check(key)
}

fn check_whole(key: &str) -> Result<(), KeyFault> {
    let parts = key.split('/').count();
    match key {
        "" => Err(KeyFault::Empty),
        _ if key.len() > MAX_KEY_BYTES => Err(KeyFault::TooLong { bytes: key.len() }),
        _ if key.starts_with('/') => Err(KeyFault::Absolute),
        _ if key.starts_with('~') => Err(KeyFault::Home),
        _ if parts > MAX_KEY_PARTS => Err(KeyFault::TooManyParts { parts }),
        _ if WORDS.iter().any(|word| word.eq_ignore_ascii_case(key)) => {
            Err(KeyFault::Word(key.to_owned()))
        }
        _ => Ok(()),
    }
}

fn check_char(c: char) -> Result<(), KeyFault> {
    match c {
        '\\' => Err(KeyFault::Backslash),
        // A drive letter, a stream of a file, or a pattern: none of them is a plain name.
        ':' | '*' | '?' | '"' | '<' | '>' | '|' => Err(KeyFault::Reserved(c)),
        '\u{2028}' | '\u{2029}' => Err(KeyFault::Control(c)),
        _ if c.is_control() => Err(KeyFault::Control(c)),
        _ => match lookalike::of(c).or_else(|| styled::plain(c)) {
            Some(like) => Err(KeyFault::LookAlike { found: c, like }),
            None => Ok(()),
        },
    }
}

fn check_part(part: &str) -> Result<(), KeyFault> {
    match part {
        "" => Err(KeyFault::EmptyPart),
        "." | ".." => Err(KeyFault::DotPart),
        _ if part.len() > MAX_KEY_PART_BYTES => Err(KeyFault::PartTooLong { bytes: part.len() }),
        _ if part.trim() != part => Err(KeyFault::EdgeSpace),
        _ if part.ends_with('.') => Err(KeyFault::EdgeDot),
        _ if device::is_device(part) => Err(KeyFault::DeviceName(part.to_owned())),
        _ => marks::check(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(key: &str, fault: KeyFault) {
        assert_eq!(check(key), Err(fault), "{key:?}");
    }

    #[test]
    fn accepts_plain_names_of_every_script() {
        for key in [
            "a",
            "products/ring.jpg",
            "produits/bague-été.jpg",
            "製品/指輪.png",
            "منتجات/خاتم.webp",
            "उत्पाद/अंगूठी.png",
            ".hidden/photo.jpg",
            "a..b/c.d.e",
            "50% off (new) & more.jpg",
            "~/x".trim_start_matches("~/"),
            "gold/✨ drop ❤️.png",
            "family/👨‍👩‍👧.png",
            "Screenshot at 3.00\u{202F}PM.png",
            "common/console.png",
            "x/none",
        ] {
            assert_eq!(check(key), Ok(()), "{key:?}");
        }
    }

    #[test]
    fn cannot_climb() {
        refused("..", KeyFault::DotPart);
        refused("a/../b", KeyFault::DotPart);
        refused("./a", KeyFault::DotPart);
        refused("/etc/passwd", KeyFault::Absolute);
        refused("~root/a", KeyFault::Home);
        refused("a\\..\\b", KeyFault::Backslash);
        refused("C:/a", KeyFault::Reserved(':'));
        refused("a.jpg:stream", KeyFault::Reserved(':'));
        refused("a\0.jpg", KeyFault::Control('\0'));
    }

    #[test]
    fn parts_are_whole_names() {
        refused("a//b", KeyFault::EmptyPart);
        refused("a/", KeyFault::EmptyPart);
        refused("a/b.", KeyFault::EdgeDot);
        refused("a/...", KeyFault::EdgeDot);
        refused("a /b", KeyFault::EdgeSpace);
        refused("a/\u{3000}b", KeyFault::EdgeSpace);
        refused("x/nul.txt", KeyFault::DeviceName("nul.txt".into()));
    }

    #[test]
    fn lengths_at_and_above_the_limit() {
        let part = "p".repeat(MAX_KEY_PART_BYTES);
        assert_eq!(check(&part), Ok(()));
        refused(
            &format!("{part}p"),
            KeyFault::PartTooLong {
                bytes: MAX_KEY_PART_BYTES + 1,
            },
        );
        let longest = format!("{part}/{part}/a");
        refused(
            &longest,
            KeyFault::TooLong {
                bytes: MAX_KEY_BYTES + 1,
            },
        );
        assert_eq!(check(&format!("{part}/{part}")), Ok(()));
        assert_eq!(check(&vec!["a"; MAX_KEY_PARTS].join("/")), Ok(()));
        let deep = vec!["a"; MAX_KEY_PARTS + 1].join("/");
        refused(
            &deep,
            KeyFault::TooManyParts {
                parts: MAX_KEY_PARTS + 1,
            },
        );
        refused("", KeyFault::Empty);
    }

    #[test]
    fn one_spelling_only() {
        refused("e\u{301}.jpg", KeyFault::NotNormalised);
        refused("Default", KeyFault::Word("Default".into()));
        refused("gоld.jpg", KeyFault::MixedScripts("gоld".into()));
        refused("gold-рох.jpg", KeyFault::Disguised("рох".into()));
        let (found, like) = ('𝐠', 'g');
        refused("𝐠old.jpg", KeyFault::LookAlike { found, like });
    }
}
