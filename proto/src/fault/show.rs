//! Shows a found value to a person: short, on one line, with nothing hidden in it.

use serde_json::Value;

use crate::unicode::is_unprintable;

/// Longest shown value in characters of the original.
const MAX_SHOWN_CHARS: usize = 80;

/// A found value for a report. Arrays and objects show only their size.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::String(text) => shorten(text, MAX_SHOWN_CHARS),
        Value::Array(entries) => format!("[{}]", counted(entries.len(), "entry", "entries")),
        Value::Object(fields) => format!("{{{}}}", counted(fields.len(), "field", "fields")),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The first `max_chars` characters of `text`, with `…` where more follow; control, direction and
/// invisible characters appear as `\u{…}`.
pub(crate) fn shorten(text: &str, max_chars: usize) -> String {
    let mut shown = String::new();
    let mut chars = text.chars();
    for c in chars.by_ref().take(max_chars) {
        if is_unprintable(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shows_values_briefly() {
        assert_eq!(show(&json!(12.5)), "12.5");
        assert_eq!(show(&json!(null)), "null");
        assert_eq!(show(&json!(["a", "b"])), "[2 entries]");
        assert_eq!(show(&json!({"a": 1})), "{1 field}");
        assert_eq!(show(&json!("x".repeat(81))), format!("{}…", "x".repeat(80)));
        assert_eq!(show(&json!("x".repeat(80))), "x".repeat(80));
    }

    #[test]
    fn hides_nothing() {
        assert_eq!(shorten("a\n\u{202E}b\0", 10), "a\\u{a}\\u{202e}b\\u{0}");
    }
}
