//! Spans of messages, named and described by OpenTelemetry's semantic conventions for messaging and for RabbitMQ (1.30 and
//! later).

use super::trace::SPANS;
use std::fmt::Display;
use tracing::Span;

const SYSTEM: &str = "rabbitmq";

/// A message that is about to be published.
#[derive(Clone, Copy)]
pub struct Outbound<'a> {
    /// The exchange, which gives the span its name.
    pub exchange: &'static str,
    /// The routing key; empty where the exchange needs none.
    pub routing_key: &'a dyn Display,
    /// Its id.
    pub message_id: &'a dyn Display,
    /// The job that it is about.
    pub job: &'a dyn Display,
    /// Whose job that is.
    pub tenant: &'a dyn Display,
}

impl Outbound<'_> {
    /// What the conventions call the destination: exchange and routing key, or the one that there is.
    fn destination(&self) -> String {
        let whole = format!("{}:{}", self.exchange, self.routing_key);
        match whole.strip_suffix(':') {
            Some(exchange) => exchange.to_owned(),
            None => whole,
        }
    }
}

/// The span in which a message is published: `publish {exchange}`.
pub fn publishing(message: Outbound<'_>) -> Span {
    tracing::info_span!(
        target: SPANS,
        "publish",
        otel.name = format!("publish {}", message.exchange),
        otel.kind = "producer",
        messaging.system = SYSTEM,
        messaging.operation.name = "publish",
        "messaging.operation.type" = "send",
        messaging.destination.name = message.destination(),
        messaging.destination.template = message.exchange,
        messaging.message.id = %message.message_id,
        gildhall.job.id = %message.job,
        gildhall.tenant.id = %message.tenant,
    )
}

/// The span in which a message from this queue is worked on: `process {queue}`. What the message is about is added by
/// [`super::mark`] once it is known.
pub fn processing(queue: &'static str, body_bytes: usize) -> Span {
    tracing::info_span!(
        target: SPANS,
        "process",
        otel.name = format!("process {queue}"),
        otel.kind = "consumer",
        messaging.system = SYSTEM,
        messaging.operation.name = "process",
        "messaging.operation.type" = "process",
        messaging.destination.name = queue,
        messaging.message.body.size = i64::try_from(body_bytes).unwrap_or(i64::MAX),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_an_exchange_with_its_routing_key() {
        let to = |routing_key| Outbound {
            exchange: "gildhall.events",
            routing_key,
            message_id: &1,
            job: &2,
            tenant: &"acme",
        };
        let named = to(&"acme.video.queued");
        assert_eq!(named.destination(), "gildhall.events:acme.video.queued");
        assert_eq!(to(&"").destination(), "gildhall.events");
    }
}
