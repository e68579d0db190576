//! Where messages travel, and who sends them there.

use serde_json::{Value, json};

use super::messages;
use crate::fleet::EventKind;
use crate::names::{
    DEAD_EXCHANGE, DEAD_QUEUE, EVENTS_EXCHANGE, JOBS_EXCHANGE, JOBS_KEY, JOBS_QUEUE,
};

/// Version of the AMQP bindings of AsyncAPI that are used.
pub(super) const BINDING_VERSION: &str = "0.3.0";

/// The channels by their names.
pub(super) fn channels() -> Value {
    json!({"events": events(), "jobs": jobs(), "deadLetters": dead_letters()})
}

/// What the fleet does on each channel.
pub(super) fn operations() -> Value {
    json!({
        "tellEvents": operation("send", "events", "Tells what becomes of a job.", json!({
            "deliveryMode": 2, "mandatory": false
        })),
        "handOutJobs": operation("send", "jobs", "Hands a job that may run to the workers.", json!({
            "deliveryMode": 2, "mandatory": true
        })),
        "takeJobs": operation("receive", "jobs", "Takes a job, runs it and acknowledges it when the ledger has its end.", json!({
            "ack": true
        })),
        "putAway": operation("send", "deadLetters", "Puts away the message of a job that failed, or one that is none.", json!({
            "deliveryMode": 2, "mandatory": true
        }))
    })
}

fn operation(action: &str, channel: &str, summary: &str, mut amqp: Value) -> Value {
    amqp["bindingVersion"] = BINDING_VERSION.into();
    json!({
        "action": action,
        "channel": {"$ref": format!("#/channels/{channel}")},
        "summary": summary,
        "bindings": {"amqp": amqp}
    })
}

fn events() -> Value {
    let words = EventKind::ALL.map(|kind| {
        let (_, word) = kind.as_str().split_once('.').unwrap_or_default();
        word
    });
    json!({
        "address": "{tenant}.video.{status}",
        "title": "Events",
        "description": format!("Routing keys on the topic exchange {EVENTS_EXCHANGE}. Bind a queue of your own to what you \
            want to hear: acme.video.completed, or acme.video.* for all events of one tenant. Every event but \
            video.progress arrives at least once, and again with the same id after a crash or a lost connection: drop \
            repeats by cloudEvents_id. Order is not promised: go by cloudEvents_time, and treat completed, failed and \
            cancelled as the end."),
        "messages": references(EventKind::ALL.map(messages::event_name)),
        "parameters": {
            "tenant": {"description": "Whose job it is.", "examples": ["acme"]},
            "status": {"description": "What the event tells.", "enum": words}
        },
        "bindings": exchange(EVENTS_EXCHANGE, "topic")
    })
}

fn jobs() -> Value {
    json!({
        "address": JOBS_KEY,
        "title": "Jobs",
        "description": format!("The routing key of the direct exchange {JOBS_EXCHANGE}, bound to the queue {JOBS_QUEUE}. The \
            relay publishes here when a job may run. Anything else that is published here does no harm: a message for a job \
            that has ended, runs or was not dispatched is dropped, and one that names no job of its tenant becomes a dead \
            letter."),
        "messages": references([messages::JOB_MSGPACK, messages::JOB_JSON]),
        "bindings": exchange(JOBS_EXCHANGE, "direct")
    })
}

fn dead_letters() -> Value {
    json!({
        "address": null,
        "title": "Dead letters",
        "description": format!("The fanout exchange {DEAD_EXCHANGE}; the routing key is empty. The queue {DEAD_QUEUE} keeps what \
            is put away until an operator replays or drops it. Bind a queue of your own to hear of dead letters as well; do \
            not take them from that one."),
        "messages": references([messages::DEAD_LETTER]),
        "bindings": exchange(DEAD_EXCHANGE, "fanout")
    })
}

fn exchange(name: &str, kind: &str) -> Value {
    json!({"amqp": {
        "is": "routingKey",
        "exchange": {"name": name, "type": kind, "durable": true, "autoDelete": false},
        "bindingVersion": BINDING_VERSION
    }})
}

fn references<const N: usize>(names: [&str; N]) -> Value {
    let messages = names.map(|name| {
        let reference = json!({"$ref": format!("#/components/messages/{name}")});
        (name.to_owned(), reference)
    });
    Value::Object(messages.into_iter().collect())
}
