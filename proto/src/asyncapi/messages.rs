//! The messages, each with an example.

use serde_json::{Map, Value, json};

use super::channels::BINDING_VERSION;
use crate::examples;
use crate::fleet::{Event, EventKind, FailureClass, JSON, MESSAGE_TYPE, MSGPACK};
use crate::names::{CLASS, DEAD_AT, MESSAGE, REASON};

/// The job message in MessagePack.
pub(super) const JOB_MSGPACK: &str = "jobMessage";
/// The job message in JSON.
pub(super) const JOB_JSON: &str = "jobMessageJson";
/// A dead letter.
pub(super) const DEAD_LETTER: &str = "deadLetter";

/// The name of an event's message within the document.
pub(super) const fn event_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Queued => "videoQueued",
        EventKind::Processing => "videoProcessing",
        EventKind::Progress => "videoProgress",
        EventKind::Completed => "videoCompleted",
        EventKind::Failed => "videoFailed",
        EventKind::Cancelled => "videoCancelled",
    }
}

/// All messages by their names.
pub(super) fn messages() -> Value {
    let events = examples::events();
    let events = events.iter().map(|event| {
        let name = event_name(event.kind);
        (name.to_owned(), event_message(event))
    });
    let others = [
        (JOB_MSGPACK, job_message(MSGPACK)),
        (JOB_JSON, job_message(JSON)),
        (DEAD_LETTER, dead_letter()),
    ];
    let others = others.map(|(name, message)| (name.to_owned(), message));
    Value::Object(events.chain(others).collect())
}

fn event_message(event: &Event) -> Value {
    let kind = event.kind.as_str();
    json!({
        "name": kind,
        "title": kind,
        "summary": about(event.kind),
        "contentType": JSON,
        "headers": {
            "type": "object",
            "allOf": [
                {"$ref": "#/components/schemas/EventHeaders"},
                {"properties": {"cloudEvents_type": {"const": kind}}}
            ]
        },
        "correlationId": {"description": "The job.", "location": "$message.header#/cloudEvents_subject"},
        "payload": {
            "allOf": [{"$ref": "#/components/schemas/EventData"}, body_of(event)]
        },
        "bindings": amqp(kind),
        "examples": [{
            "name": event.routing_key(),
            "headers": headers_of(event),
            "payload": event.data
        }]
    })
}

fn headers_of(event: &Event) -> Map<String, Value> {
    let headers = event.headers().into_iter();
    headers.map(|(name, text)| (name, text.into())).collect()
}

/// What a body of this kind has beyond what all bodies have.
fn body_of(event: &Event) -> Value {
    let status = json!({"status": {"const": event.data.status}});
    match part(event.kind) {
        Some(part) => json!({"properties": status, "required": [part]}),
        None => json!({"properties": status}),
    }
}

/// The part of a body that only this kind carries.
const fn part(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Progress => Some("progress"),
        EventKind::Completed => Some("output"),
        EventKind::Failed => Some("failure"),
        EventKind::Queued | EventKind::Processing | EventKind::Cancelled => None,
    }
}

const fn about(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Queued => {
            "The job was handed to the workers. It may come more than once: a job goes back to waiting when its worker \
             stops, and when it is replayed."
        }
        EventKind::Processing => "A worker began an attempt.",
        EventKind::Progress => {
            "The render went on. At most one a second, and never repeated: the only event that may be lost."
        }
        EventKind::Completed => "The video is there. Nothing follows.",
        EventKind::Failed => "There will be no video. Nothing follows, unless the job is replayed.",
        EventKind::Cancelled => "The job was cancelled. Nothing follows, unless it is replayed.",
    }
}

fn job_message(content_type: &str) -> Value {
    json!({
        "name": MESSAGE_TYPE,
        "title": "Job message",
        "summary": "Names a job that may run. What it consists of lies in the ledger.",
        "description": "The property message_id is the job's id, priority is 0 to 9. Workers read both encodings; the fleet \
            writes MessagePack with named fields.",
        "contentType": content_type,
        "headers": {"$ref": "#/components/schemas/TraceHeaders"},
        "correlationId": {"description": "The job.", "location": "$message.payload#/job_id"},
        "payload": {"$ref": "#/components/schemas/JobMessage"},
        "bindings": amqp(MESSAGE_TYPE),
        "examples": [{"name": "job", "payload": examples::job_message()}]
    })
}

fn dead_letter() -> Value {
    let text = |about: &str| json!({"type": "string", "description": about});
    json!({
        "name": "deadLetter",
        "title": "Dead letter",
        "summary": "A message that was put away, its bytes, content type and headers as they were.",
        "contentType": MSGPACK,
        "headers": {
            "type": "object",
            "properties": {
                REASON: text("What failed: the failure's code, undecodable, unknown_job or wrong_tenant."),
                CLASS: {"type": "string", "enum": FailureClass::ALL},
                MESSAGE: text("What failed, for people."),
                DEAD_AT: {"type": "string", "format": "date-time", "description": "When it was put away."}
            },
            "description": "A message that the broker itself put away, after too many deliveries, has the broker's own \
                headers instead (x-first-death-reason)."
        },
        "payload": {"description": "The body as it came. For a job that failed it is the job message."},
        "examples": [{
            "name": "job that failed",
            "headers": {
                REASON: "audio_unusable",
                CLASS: FailureClass::Rejected,
                MESSAGE: "the render failed: audio audio/track.mp3 cannot be used: there is no such file",
                DEAD_AT: "2026-01-31T12:00:14Z"
            },
            "payload": examples::job_message()
        }]
    })
}

fn amqp(message_type: &str) -> Value {
    json!({"amqp": {"messageType": message_type, "bindingVersion": BINDING_VERSION}})
}
