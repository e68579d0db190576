//! A letter as it is shown.

use super::letter::Letter;
use crate::cli::operator::{table, when};
use serde_json::{Value, json};

/// Longest content that is shown, in bytes.
const MAX_CONTENT_BYTES: usize = 4 * 1024;

/// For programs.
pub fn object(letter: &Letter) -> Value {
    let message = letter.job.as_ref().ok();
    let fault = letter.job.as_ref().err();
    json!({
        "letter": letter.name.to_string(),
        "job": letter.job_id(),
        "tenant": message.map(|message| &message.tenant_id),
        "undecodable": fault.map(ToString::to_string),
        "reason": letter.code,
        "class": letter.class,
        "message": letter.message,
        "dead_at": letter.dead_at.map(when::object),
        "content_type": letter.content_type,
        "message_id": letter.message_id,
        "traceparent": letter.traceparent,
        "bytes": letter.bytes,
    })
}

/// For people: its facts with their names, as far as there are any.
pub fn facts(letter: &Letter) -> Vec<(&'static str, String)> {
    let mut facts = vec![("letter", letter.name.to_string())];
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    match &letter.job {
        Ok(message) => {
            add("job", Some(message.job_id.to_string()));
            add("tenant", Some(message.tenant_id.to_string()));
            add("submitted", Some(when::shown(message.submitted_at)));
        }
        Err(fault) => add("no job", Some(fault.to_string())),
    }
    add("put away", letter.dead_at.map(when::shown));
    add("reason", letter.code.clone());
    add("class", letter.class.map(|class| class.to_string()));
    add("message", letter.message.clone());
    add("message id", letter.message_id.clone());
    add("content type", letter.content_type.clone());
    add("trace", letter.traceparent.clone());
    facts
}

/// What a letter holds: text as it is, anything else in hexadecimal; its beginning, where it is long.
pub fn content(body: &[u8]) -> String {
    let start = &body[..body.len().min(MAX_CONTENT_BYTES)];
    let shown = match str::from_utf8(start) {
        Ok(text) => table::plain(text),
        Err(_) => hex::encode(start),
    };
    match body.len() > start.len() {
        true => format!("{shown}…"),
        false => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{foreign, letter};
    use super::*;

    #[test]
    fn programs_read_why_and_which_job() {
        let shown = object(&letter(7));
        assert_eq!(shown["job"], "00000000-0000-0000-0000-000000000007");
        assert_eq!(
            (&shown["tenant"], &shown["undecodable"]),
            (&json!("acme"), &Value::Null)
        );
        assert_eq!(
            (&shown["reason"], &shown["class"]),
            (&json!("asset_missing"), &json!("rejected"))
        );
        assert_eq!(shown["dead_at"], "2025-10-09T08:53:20Z");
        let shown = object(&foreign());
        assert_eq!(shown["job"], Value::Null);
        let fault = shown["undecodable"].as_str().expect("a fault");
        assert!(fault.contains("version 9"), "{fault}");
    }

    #[test]
    fn people_read_what_there_is() {
        let names = |letter: &Letter| {
            facts(letter)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        assert!(names(&letter(7)).contains(&"job"));
        assert!(!names(&letter(7)).contains(&"trace"));
        assert!(names(&foreign()).contains(&"no job"));
    }

    #[test]
    fn content_is_text_or_hexadecimal() {
        assert_eq!(content(b"{\"a\":\x1b 1}"), "{\"a\":\u{FFFD} 1}");
        assert_eq!(content(b"\xC1\x00"), "c100");
        let long = content(&[b'a'; MAX_CONTENT_BYTES + 1]);
        assert_eq!(long.chars().count(), MAX_CONTENT_BYTES + 1);
        assert!(long.ends_with('…'));
    }
}
