//! What the broker's room tells.

use super::{ALL, Kind, Metric, Scale, WORKER};

/// Messages published.
pub const SENT: &str = "messaging_client_sent_messages_total";
/// Seconds until the broker had confirmed a message.
pub const PUBLISH_SECONDS: &str = "messaging_client_operation_duration_seconds";
/// Messages received.
pub const RECEIVED: &str = "messaging_client_consumed_messages_total";
/// Events published.
pub const EVENTS_PUBLISHED: &str = "gildhall_events_published_total";
/// Dead letters published.
pub const DEAD_LETTERS: &str = "gildhall_dead_letters_total";

pub(super) const BROKER_METRICS: &[Metric] = &[
    Metric::new(
        SENT,
        Kind::Counter,
        ALL,
        "Messages handed to the broker, by exchange or wait queue; `error_type` is empty where it confirmed them",
    )
    .by(&[
        "messaging_system",
        "messaging_operation_name",
        "messaging_destination_name",
        "error_type",
    ])
    .known_as("messaging.client.sent.messages"),
    Metric::new(
        PUBLISH_SECONDS,
        Kind::Histogram(Scale::RoundTrip),
        ALL,
        "Time from handing a message over to its confirm",
    )
    .by(&[
        "messaging_system",
        "messaging_operation_name",
        "messaging_destination_name",
    ])
    .known_as("messaging.client.operation.duration"),
    Metric::new(
        RECEIVED,
        Kind::Counter,
        WORKER,
        "Messages that the broker handed out to this process",
    )
    .by(&[
        "messaging_system",
        "messaging_operation_name",
        "messaging_destination_name",
    ])
    .known_as("messaging.client.consumed.messages"),
    Metric::new(
        EVENTS_PUBLISHED,
        Kind::Counter,
        ALL,
        "Events that the broker confirmed, by their type; one that is told twice counts twice",
    )
    .by(&["type"]),
    Metric::new(
        DEAD_LETTERS,
        Kind::Counter,
        ALL,
        "Dead letters that the broker confirmed, by the class of the failure",
    )
    .by(&["class"]),
];
