//! Any lines of a header that the API reads, by the first character: `Accept`, `Content-Type`, `Last-Event-ID`,
//! `Idempotency-Key` or `Authorization`. No panic, what is accepted is what was sent, and twice is once too often.
#![no_main]

use gildhall::api::{
    Encoding, accepts, accepts_by_name, bearer, encoding, idempotency_key, last_event_id,
};
use gildhall_fuzz::{choice, headers};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;

fn accepting(lines: &[&str]) -> HeaderMap {
    headers("accept", lines.iter().copied())
}

fn accept(lines: &[&str]) {
    let reversed: Vec<&str> = lines.iter().rev().copied().collect();
    let (given, reversed) = (accepting(lines), accepting(&reversed));
    for media_type in ["application/json", "text/event-stream"] {
        let is_taken = accepts(&given, media_type).is_ok();
        assert_eq!(accepts(&reversed, media_type).is_ok(), is_taken);
        let is_named = accepts_by_name(&given, media_type);
        assert_eq!(accepts_by_name(&reversed, media_type), is_named);
        // Who asks for it by its name as well takes it no less.
        let more = accepting(&[lines, &[media_type]].concat());
        assert!(accepts_by_name(&more, media_type));
        assert!(!is_taken || accepts(&more, media_type).is_ok());
    }
}

fn content_type(text: &str) {
    let read = |text: &str| encoding(&headers("content-type", [text])).ok();
    let found = read(text);
    assert_eq!(read(&text.to_ascii_uppercase()), found);
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let essence = essence.trim().to_ascii_lowercase();
    match found {
        Some(Encoding::Json) => assert_eq!(essence, "application/json"),
        Some(Encoding::MsgPack) => {
            assert_eq!(
                (essence.as_str(), parameters.trim()),
                ("application/vnd.msgpack", "")
            );
        }
        None => {}
    }
}

fn event_id(given: &HeaderMap) {
    let Ok(id) = last_event_id(given) else {
        return;
    };
    assert!(id >= 0);
    let written = id.to_string();
    let again = headers("last-event-id", [written.as_str()]);
    assert_eq!(last_event_id(&again).ok(), Some(id));
}

fn idempotency(given: &HeaderMap) {
    let Ok(Some(key)) = idempotency_key(given) else {
        return;
    };
    assert!((1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
    assert_eq!(given["idempotency-key"], key.as_str());
}

fn authorization(given: &HeaderMap) {
    let Ok(key) = bearer(given) else {
        return;
    };
    let sent = given["authorization"].to_str().expect("it was read");
    assert!(sent.to_ascii_lowercase().starts_with("bearer "));
    assert!(sent.contains(&format!("gk_{}_", key.prefix)));
}

/// A header of which there may be one has no second line.
fn assert_once<T>(lines: &[&str], given: &HeaderMap, read: fn(&HeaderMap) -> Option<T>) {
    if given.len() > 1 {
        assert!(read(given).is_none(), "{lines:?}");
    }
}

fuzz_target!(|input: &str| {
    let (header, text) = choice(input, 5);
    let lines: Vec<&str> = text.lines().collect();
    let given = |name| headers(name, lines.iter().copied());
    match header {
        0 => accept(&lines),
        1 => content_type(text),
        2 => {
            let given = given("last-event-id");
            assert_once(&lines, &given, |given| last_event_id(given).ok());
            event_id(&given);
        }
        3 => {
            let given = given("idempotency-key");
            assert_once(&lines, &given, |given| idempotency_key(given).ok());
            idempotency(&given);
        }
        _ => {
            let given = given("authorization");
            assert_once(&lines, &given, |given| bearer(given).ok());
            authorization(&given);
        }
    }
});
