//! The vectors of what travels over the broker.
//!
//! `vectors/events/*.json` hold one event of each kind as its consumer gets it; `GILDHALL_BLESS=1` rewrites them.
//! `vectors/messages/*` hold job messages in both encodings (or the one that can express the case) and what a worker makes
//! of them; they are written by hand.

#[path = "common/kept.rs"]
mod kept;

use std::fs;
use std::path::{Path, PathBuf};

use gildhall_proto::{
    Event, EventData, EventKind, JSON, JobMessage, MSGPACK, MessageFault, examples, names,
};
use serde_json::{Map, Value, json};

#[test]
fn events_are_as_their_vectors_show() {
    for event in examples::events() {
        let text = serde_json::to_string_pretty(&vector(&event)).expect("plain JSON");
        kept::is_kept(
            &format!("vectors/events/{}.json", event.kind),
            &(text + "\n"),
        );
    }
    let folder = fs::read_dir(vectors().join("events")).expect("the folder of events");
    assert_eq!(folder.count(), EventKind::ALL.len());
}

#[test]
fn the_bodies_of_events_read_back() {
    for event in examples::events() {
        let read = serde_json::from_slice::<EventData>(&event.body());
        assert_eq!(read.ok(), Some(event.data));
    }
}

#[test]
fn messages_are_read_or_refused_as_expected() {
    let (mut accepted, mut refused) = (0, 0);
    for folder in fs::read_dir(vectors().join("messages")).expect("the folder of messages") {
        let folder = folder.expect("a readable folder").path();
        let expected = fs::read(folder.join("expected.json")).expect("what is expected");
        let expected: Value = serde_json::from_slice(&expected).expect("plain JSON");
        check(&folder, &expected);
        match expected["outcome"].as_str() {
            Some("accepted") => accepted += 1,
            _ => refused += 1,
        }
    }
    assert!(accepted >= 3 && refused >= 10, "{accepted} and {refused}");
}

#[test]
fn the_fleet_writes_the_first_vector_byte_by_byte() {
    let written = fs::read(vectors().join("messages/as-the-fleet-writes-it/input.msgpack"));
    assert_eq!(
        written.expect("the vector"),
        examples::job_message().to_msgpack()
    );
}

/// Holds the inputs of a folder against what is expected of them, with their content type and without.
fn check(folder: &Path, expected: &Value) {
    let mut inputs = 0;
    for (file, content_type) in [("input.json", JSON), ("input.msgpack", MSGPACK)] {
        let Ok(body) = fs::read(folder.join(file)) else {
            continue;
        };
        inputs += 1;
        for content_type in [Some(content_type), None] {
            let outcome = outcome(&JobMessage::decode(content_type, &body));
            assert_eq!(&outcome, expected, "{}/{file}", folder.display());
        }
    }
    assert!(inputs > 0, "{} has no input", folder.display());
}

fn outcome(result: &Result<JobMessage, MessageFault>) -> Value {
    let fault = match result {
        Ok(message) => return json!({"outcome": "accepted", "message": message}),
        Err(MessageFault::TooLarge { .. }) => "too_large",
        Err(MessageFault::ContentType(_)) => "content_type",
        Err(MessageFault::Malformed(_)) => "malformed",
        Err(MessageFault::Version(_)) => "version",
    };
    json!({"outcome": "refused", "fault": fault})
}

/// An event as its consumer gets it.
fn vector(event: &Event) -> Value {
    let headers = event.headers().into_iter();
    let headers: Map<String, Value> = headers.map(|(name, text)| (name, text.into())).collect();
    json!({
        "exchange": names::EVENTS_EXCHANGE,
        "routing_key": event.routing_key(),
        "properties": {
            "content_type": JSON,
            "type": event.kind.as_str(),
            "message_id": event.id.to_string(),
            "delivery_mode": 2
        },
        "headers": headers,
        "body": event.data
    })
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}
