//! `asyncapi.json` is what the types and names make, and says what the code does. `GILDHALL_BLESS=1` rewrites it.

#[path = "common/kept.rs"]
mod kept;

use gildhall_proto::{Event, EventKind, JobMessage, asyncapi, examples, names};
use serde_json::{Map, Value, json};

#[test]
fn the_committed_document_is_the_generated_one() {
    kept::is_kept("asyncapi.json", &asyncapi::text());
}

#[test]
fn every_kind_of_event_has_a_message_that_tells_how_it_travels() {
    let document = asyncapi::document();
    let listed = resolved(&document, &document["channels"]["events"]["messages"]);
    assert_eq!(listed.len(), EventKind::ALL.len());
    for event in examples::events() {
        let kind = event.kind.as_str();
        let message = listed.iter().find(|message| message["name"] == kind);
        let message = message.unwrap_or_else(|| panic!("{kind} is not listed"));
        let own_headers = &message["headers"]["allOf"][1]["properties"];
        assert_eq!(own_headers["cloudEvents_type"]["const"], kind);
        assert_eq!(message["bindings"]["amqp"]["messageType"], kind);
        let status = &message["payload"]["allOf"][1]["properties"]["status"];
        assert_eq!(status["const"], json!(event.data.status));
        let example = &message["examples"][0];
        assert_eq!(example["headers"], headers(&event));
        assert_eq!(example["payload"], json!(event.data));
    }
}

#[test]
fn the_address_of_events_gives_their_routing_keys() {
    let document = asyncapi::document();
    let channel = &document["channels"]["events"];
    let address = channel["address"].as_str().expect("an address");
    let words = &channel["parameters"]["status"]["enum"];
    let words = words.as_array().expect("the words of the events");
    assert_eq!(words.len(), EventKind::ALL.len());
    for (event, word) in examples::events().iter().zip(words) {
        let key = address
            .replace("{tenant}", event.data.tenant_id.as_str())
            .replace("{status}", word.as_str().expect("a word"));
        assert_eq!(key, event.routing_key());
    }
}

#[test]
fn exchanges_have_their_names_and_types() {
    let document = asyncapi::document();
    for (channel, name, kind) in [
        ("events", names::EVENTS_EXCHANGE, "topic"),
        ("jobs", names::JOBS_EXCHANGE, "direct"),
        ("deadLetters", names::DEAD_EXCHANGE, "fanout"),
    ] {
        let exchange = &document["channels"][channel]["bindings"]["amqp"]["exchange"];
        assert_eq!(
            (&exchange["name"], &exchange["type"]),
            (&json!(name), &json!(kind))
        );
        assert_eq!(exchange["durable"], json!(true), "{channel}");
    }
    assert_eq!(document["channels"]["jobs"]["address"], names::JOBS_KEY);
}

#[test]
fn every_header_of_an_event_is_described() {
    let document = asyncapi::document();
    let described = &document["components"]["schemas"]["EventHeaders"];
    let required = described["required"].as_array().expect("a list");
    for event in examples::events() {
        for (name, _) in event.headers() {
            let is_trace = name.ends_with(names::TRACEPARENT);
            assert!(described["properties"].get(&name).is_some(), "{name}");
            assert_eq!(required.contains(&json!(name)), !is_trace, "{name}");
        }
    }
}

#[test]
fn its_job_messages_are_read() {
    let document = asyncapi::document();
    let listed = resolved(&document, &document["channels"]["jobs"]["messages"]);
    assert_eq!(listed.len(), 2);
    for message in listed {
        let body = message["examples"][0]["payload"].to_string();
        assert_eq!(
            JobMessage::decode(None, body.as_bytes()),
            Ok(examples::job_message())
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = asyncapi::document();
    let mut left = vec![&document];
    let mut found = 0;
    while let Some(value) = left.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference
                .strip_prefix('#')
                .expect("a place in the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
            found += 1;
        }
        match value {
            Value::Object(fields) => left.extend(fields.values()),
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    assert!(found > 20, "{found} references");
}

/// What a map of references leads to.
fn resolved<'d>(document: &'d Value, references: &Value) -> Vec<&'d Value> {
    let references = references.as_object().expect("a map of references");
    let pointers = references.values().map(|entry| entry["$ref"].as_str());
    pointers
        .map(|pointer| {
            let pointer = pointer.and_then(|pointer| pointer.strip_prefix('#'));
            let found = pointer.and_then(|pointer| document.pointer(pointer));
            found.expect("a reference leads somewhere")
        })
        .collect()
}

fn headers(event: &Event) -> Value {
    let headers = event.headers().into_iter();
    let headers: Map<String, Value> = headers.map(|(name, text)| (name, text.into())).collect();
    Value::Object(headers)
}
