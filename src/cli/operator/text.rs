//! Text on its way to a terminal, or from a command line: much of what operators see was written by strangers.

use std::fmt::Write;

/// Whether a character steers a terminal, ends a line, turns the text round it about, or hides. Joiners and emoji's selectors
/// are none: scripts are written with them. (Unicode 16: `Cc`, `Bidi_Control`, most of `Default_Ignorable_Code_Point`, and
/// noncharacters.)
pub fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    let is_noncharacter = (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE;
    is_noncharacter
        || c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180E}'
                | '\u{200B}'
                | '\u{200E}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFC}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// The text on one line, without what a terminal would obey and nobody would see.
pub fn plain(text: &str) -> String {
    let shown = |character: char| match character {
        '\n' | '\t' | '\r' => ' ',
        hidden if is_hidden(hidden) => '\u{FFFD}',
        other => other,
    };
    text.chars().map(shown).collect()
}

/// The same with its lines as they are.
pub fn plain_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(plain).collect();
    lines.join("\n")
}

/// JSON that means the same, with what [`plain`] takes out escaped.
pub fn plain_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        // Line ends stand between values only: inside of texts they are escaped already.
        if c == '\n' || !is_hidden(c) {
            shown.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]).iter() {
            // Writing into a string cannot fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    shown
}

/// A name or a note that an operator gives, for others to read.
///
/// # Errors
/// Says what it has to be, where it is longer than `max_chars` or not all of it can be seen.
pub fn given(text: &str, max_chars: usize) -> Result<String, String> {
    let is_seen = |c: char| !matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}');
    let is_fit = (1..=max_chars).contains(&text.chars().count())
        && text.trim() == text
        && text.contains(is_seen)
        && !text.contains(is_hidden);
    match is_fit {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "must be 1 to {max_chars} characters, all of which can be seen, without spaces around them"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const ODD: &str = "a\u{1b}[2J\u{9b}\u{7f}\u{202e}b\u{e0041}\u{feff}\u{10ffff}";

    #[test]
    fn terminals_are_not_spoken_to() {
        assert_eq!(plain("a\u{1b}[2J\nb\u{9b}c"), "a\u{FFFD}[2J b\u{FFFD}c");
        assert_eq!(plain("gpj.\u{202e}exe"), "gpj.\u{FFFD}exe");
        assert_eq!(plain_lines("a\r\nb\u{7}\n"), "a \nb\u{FFFD}\n");
        for text in [plain(ODD), plain_lines(ODD), plain_json(ODD)] {
            assert!(!text.contains(is_hidden), "{text:?}");
        }
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "Ada's 2nd shop",
            "می‌خواهم",
            "क्‍ष",
            "👩‍❤️‍👩 1️⃣",
            "指輪",
            "\u{e000}",
        ] {
            assert_eq!(plain(text), text);
            assert_eq!(plain_json(text), text);
            assert_eq!(given(text, 20).as_deref(), Ok(text));
        }
    }

    #[test]
    fn json_keeps_its_meaning() {
        let object = serde_json::json!({ "label": [ODD, "x\ny"] });
        let text = plain_json(&format!("{object:#}"));
        assert!(text.lines().count() > 3, "it is laid out still: {text}");
        assert!(text.contains("\\u202e") && text.contains("\\udb40\\udc41"));
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(read, object);
    }

    #[test]
    fn what_is_given_has_a_length_and_can_be_seen() {
        for length in [1, 199, 200] {
            assert!(given(&"a".repeat(length), 200).is_ok(), "{length}");
            assert!(given(&"💍".repeat(length), 200).is_ok(), "{length}");
        }
        let (long, wide) = ("a".repeat(201), "💍".repeat(201));
        for bad in [
            "", " ", " a", "a ", "\u{a0}", "a\nb", "\u{200d}", ODD, &long, &wide,
        ] {
            let fault = given(bad, 200).expect_err(bad);
            assert!(fault.contains("1 to 200 characters"), "{fault}");
        }
    }
}
