//! Any line of a log: no panic, no secret is left in it whatever stands around it, and JSON stays JSON.
#![no_main]

use gildhall::telemetry::Redactor;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// The secret part of what others may write into a line.
const TOKEN: &str = "0123456789abcdef";
/// The shortest secret of the process itself that is looked for, in bytes.
const SHORTEST_BYTES: usize = 12;

/// A secret that the process knows goes, as it is and as JSON writes it.
fn assert_known_goes(secret: &str, around: &str) {
    // What stands for a secret is none; and of a URL, only the password is one.
    if secret.len() < SHORTEST_BYTES || secret.contains('…') || secret.contains("://") {
        return;
    }
    let line = format!("{around}{secret}{around}");
    let redactor = Redactor::new([secret]);
    assert!(!redactor.clean(&line).contains(secret));
    let in_json = Value::from(line.as_str()).to_string();
    let secret_in_json = Value::from(secret).to_string();
    let secret_in_json = &secret_in_json[1..secret_in_json.len() - 1];
    assert!(!redactor.clean(&in_json).contains(secret_in_json));

    let ends_password = |c: char| c.is_ascii_whitespace() || "/?#\"'\\<>".contains(c);
    if !secret.contains(ends_password) {
        let url = format!("amqp://user:{secret}@host/vhost");
        assert!(!Redactor::new([url.as_str()]).clean(&line).contains(secret));
    }
}

/// A secret of others goes where something tells that it is one.
fn assert_marked_goes(before: &str, after: &str) {
    if before.contains(TOKEN) || after.contains(TOKEN) {
        return;
    }
    for marked in [
        format!("gk_abcd1234_{TOKEN}"),
        format!("amqp://user:{TOKEN}@host"),
        format!("Authorization: Bearer {TOKEN}"),
        format!("X-Amz-Signature={TOKEN}"),
        format!("PASSWORD={TOKEN}"),
    ] {
        let line = format!("{before}{marked}{after}");
        let clean = Redactor::default().clean(&line).into_owned();
        assert!(!clean.contains(TOKEN), "{clean:?}");
    }
}

/// A line of JSON stays one.
fn assert_stays_json(message: &str) {
    let line = json!({ "message": message }).to_string();
    let clean = Redactor::default().clean(&line).into_owned();
    let read: Value = serde_json::from_str(&clean).expect("it was JSON before");
    assert!(read["message"].is_string() && read.as_object().is_some_and(|all| all.len() == 1));
}

fuzz_target!(|text: &str| {
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    assert_known_goes(first, second);
    assert_marked_goes(first, second);
    assert_stays_json(text);
});
