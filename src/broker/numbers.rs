//! What this room counts, for `/metrics`.

use std::time::Instant;

use gildhall_proto::{Event, EventKind, Failure, FailureClass};

use super::error::PublishError;
use super::names::{DEAD_EXCHANGE, EVENTS_EXCHANGE, JOBS_EXCHANGE, JOBS_QUEUE};
use super::outgoing::Outgoing;
use crate::telemetry::names;

const SYSTEM: &str = "rabbitmq";

/// A message was handed to the broker at `began`, and this came of it.
pub(super) fn published(
    destination: Destination,
    began: Instant,
    published: &Result<(), PublishError>,
) {
    let destination = destination.0;
    confirms(destination.clone()).record(began.elapsed());
    let error_type = published.as_ref().err().map_or("", error_type);
    sent(destination, error_type).increment(1);
}

fn confirms(destination: String) -> metrics::Histogram {
    metrics::histogram!(
        names::PUBLISH_SECONDS,
        "messaging_system" => SYSTEM,
        "messaging_operation_name" => "publish",
        "messaging_destination_name" => destination,
    )
}

fn sent(destination: String, error_type: &'static str) -> metrics::Counter {
    metrics::counter!(
        names::SENT,
        "messaging_system" => SYSTEM,
        "messaging_operation_name" => "publish",
        "messaging_destination_name" => destination,
        "error_type" => error_type,
    )
}

/// Where a message goes: the exchange, or behind the default one the queue. There are seven.
pub(super) struct Destination(String);

impl Destination {
    pub(super) fn of(message: &Outgoing) -> Destination {
        Destination(match message.exchange {
            "" => message.routing_key.to_string(),
            exchange => exchange.to_owned(),
        })
    }
}

fn error_type(error: &PublishError) -> &'static str {
    match error {
        PublishError::Unavailable(_) => "unavailable",
        PublishError::TimedOut { .. } => "timed_out",
        PublishError::Refused => "refused",
        PublishError::Unroutable { .. } => "unroutable",
    }
}

/// The broker has confirmed an event.
pub(super) fn told(event: &Event) {
    events(event.kind).increment(1);
}

fn events(kind: EventKind) -> metrics::Counter {
    metrics::counter!(names::EVENTS_PUBLISHED, "type" => kind.as_str())
}

/// The broker has confirmed a dead letter.
pub(super) fn put_away(failure: &Failure) {
    dead_letters(failure.class).increment(1);
}

fn dead_letters(class: FailureClass) -> metrics::Counter {
    metrics::counter!(names::DEAD_LETTERS, "class" => class.as_str())
}

/// The broker has handed a message out.
pub(super) fn received() {
    handed_out().increment(1);
}

fn handed_out() -> metrics::Counter {
    metrics::counter!(
        names::RECEIVED,
        "messaging_system" => SYSTEM,
        "messaging_operation_name" => "deliver",
        "messaging_destination_name" => JOBS_QUEUE,
    )
}

/// Begins all counters of publishers at nothing, so that the first time shows as a rise.
pub(super) fn begin_publishing() {
    for exchange in [JOBS_EXCHANGE, EVENTS_EXCHANGE, DEAD_EXCHANGE] {
        sent(exchange.to_owned(), "").increment(0);
        drop(confirms(exchange.to_owned()));
    }
    for kind in EventKind::ALL {
        events(kind).increment(0);
    }
    for class in FailureClass::ALL {
        dead_letters(class).increment(0);
    }
}

/// Begins the counter of consumers at nothing.
pub(super) fn begin_consuming() {
    handed_out().increment(0);
}
