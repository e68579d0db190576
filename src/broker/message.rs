//! Job messages as AMQP carries them.

use std::time::Duration;

use gildhall_proto::{JobMessage, MESSAGE_TYPE, MSGPACK};
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};

use super::delivery::Delivery;
use super::names::{JOBS_EXCHANGE, JOBS_KEY, REDELIVERED, TRACEPARENT};
use super::outgoing::{Outgoing, PERSISTENT, headers};
use super::wait::WaitQueue;

/// Length of a `traceparent` of version 00 in bytes (W3C Trace Context, 3.2.2).
const TRACEPARENT_BYTES: usize = 55;
/// Where its hyphens are.
const TRACEPARENT_HYPHENS: [usize; 3] = [2, 35, 52];

/// The message for a job.
pub(super) fn job(message: &JobMessage, traceparent: Option<&str>) -> Outgoing {
    Outgoing {
        exchange: JOBS_EXCHANGE,
        routing_key: JOBS_KEY.into(),
        mandatory: true,
        body: message.to_msgpack(),
        properties: job_properties(message, traceparent),
    }
}

/// What a job message carries beside its body.
pub(super) fn job_properties(message: &JobMessage, traceparent: Option<&str>) -> BasicProperties {
    BasicProperties::default()
        .with_content_type(MSGPACK.into())
        .with_type(MESSAGE_TYPE.into())
        .with_message_id(message.job_id.to_string().into())
        .with_priority(message.priority.get())
        .with_delivery_mode(PERSISTENT)
        .with_headers(trace_headers(traceparent))
}

/// The same message once more, by way of a wait queue. It is a new one to the broker: the headers in which the broker
/// counts its own dead-lettering stay behind, since with them it would take the second round for an endless loop and drop
/// the message.
pub(super) fn again(delivery: &Delivery, wait: Duration) -> Outgoing {
    let (queue, wait_ms) = WaitQueue::fit(wait);
    let old = &delivery.properties;
    let mut properties = BasicProperties::default()
        .with_type(MESSAGE_TYPE.into())
        .with_delivery_mode(PERSISTENT)
        .with_expiration(wait_ms.to_string().into())
        .with_headers(headers_again(delivery));
    if let Some(content_type) = old.content_type() {
        properties = properties.with_content_type(content_type.clone());
    }
    if let Some(id) = old.message_id() {
        properties = properties.with_message_id(id.clone());
    }
    if let Some(priority) = old.priority() {
        properties = properties.with_priority(*priority);
    }
    Outgoing {
        exchange: "",
        routing_key: queue.name().into(),
        mandatory: true,
        body: delivery.body.clone(),
        properties,
    }
}

/// A message that was handed out before stays one, although to the broker this one is new.
fn headers_again(delivery: &Delivery) -> FieldTable {
    let mut table = trace_headers(delivery.traceparent.as_deref());
    if delivery.redelivered {
        table.insert(REDELIVERED.into(), AMQPValue::Boolean(true));
    }
    table
}

/// Whether a message, new to the broker, was handed out before it was sent through a wait queue.
pub(super) fn was_redelivered(properties: &BasicProperties) -> bool {
    let headers = properties.headers().as_ref();
    headers.is_some_and(|headers| headers.inner().contains_key(REDELIVERED))
}

fn trace_headers(traceparent: Option<&str>) -> FieldTable {
    let traceparent = traceparent.filter(|text| is_traceparent(text));
    headers(traceparent.map(|text| (TRACEPARENT, text)))
}

/// The trace context that a message came with, if it has one of the right form.
pub(super) fn traceparent(properties: &BasicProperties) -> Option<String> {
    text_header(properties, TRACEPARENT).filter(|text| is_traceparent(text))
}

/// A header whose value is text.
pub(super) fn text_header(properties: &BasicProperties, name: &str) -> Option<String> {
    match properties.headers().as_ref()?.inner().get(name)? {
        AMQPValue::LongString(text) => String::from_utf8(text.as_bytes().to_vec()).ok(),
        AMQPValue::ShortString(text) => Some(text.to_string()),
        _ => None,
    }
}

/// Whether the text has the form that version 00 gives a `traceparent`. Anything else is not passed on: it comes from
/// strangers, and travels far.
pub fn is_traceparent(text: &str) -> bool {
    text.len() == TRACEPARENT_BYTES
        && text.bytes().enumerate().all(|(at, byte)| {
            if TRACEPARENT_HYPHENS.contains(&at) {
                byte == b'-'
            } else {
                matches!(byte, b'0'..=b'9' | b'a'..=b'f')
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::testing::{delivery, job_message};

    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_job_carries_what_the_contract_says() {
        let message = job_message();
        let sent = job(&message, Some(TRACE));
        assert_eq!((sent.exchange, sent.mandatory), ("gildhall.jobs", true));
        assert_eq!(sent.routing_key.as_str(), "jobs");
        assert_eq!(
            JobMessage::decode(Some(MSGPACK), &sent.body),
            Ok(message.clone())
        );
        let properties = &sent.properties;
        let short = |value: &Option<lapin::types::ShortString>| {
            value.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        assert_eq!(short(properties.content_type()), "application/vnd.msgpack");
        assert_eq!(short(properties.kind()), "gildhall.job.v1");
        assert_eq!(short(properties.message_id()), message.job_id.to_string());
        assert_eq!(properties.priority(), &Some(message.priority.get()));
        assert_eq!(properties.delivery_mode(), &Some(2));
        assert_eq!(traceparent(properties).as_deref(), Some(TRACE));
    }

    #[test]
    fn a_message_that_waits_is_a_new_one_with_the_same_content() {
        let old = BasicProperties::default()
            .with_content_type("application/json".into())
            .with_message_id("m".into())
            .with_priority(7)
            .with_user_id("somebody".into())
            .with_headers(headers([(TRACEPARENT, TRACE), ("x-death", "once")]));
        let waiting = again(&delivery(b"{}", old), Duration::from_millis(1_600));
        assert_eq!((waiting.exchange, waiting.mandatory), ("", true));
        assert_eq!(waiting.routing_key.as_str(), "gildhall.retry.2s");
        assert_eq!(waiting.body, b"{}");
        let expected = BasicProperties::default()
            .with_content_type("application/json".into())
            .with_type("gildhall.job.v1".into())
            .with_message_id("m".into())
            .with_priority(7)
            .with_delivery_mode(2)
            .with_expiration("1600".into())
            .with_headers(headers([(TRACEPARENT, TRACE)]));
        assert_eq!(waiting.properties, expected);
    }

    #[test]
    fn only_a_well_formed_trace_context_travels() {
        assert!(is_traceparent(TRACE));
        let upper = TRACE.to_uppercase();
        let longer = format!("{TRACE}0");
        let spaced = TRACE.replace('-', " ");
        for bad in ["", "x", &TRACE[1..], &upper, &longer, &spaced] {
            assert!(!is_traceparent(bad), "{bad}");
            let sent = job(&job_message(), Some(bad));
            assert_eq!(traceparent(&sent.properties), None);
        }
    }

    #[test]
    fn a_header_of_another_type_is_no_text() {
        let mut table = FieldTable::default();
        table.insert("n".into(), 7_i32.into());
        table.insert("bytes".into(), AMQPValue::LongString(vec![0xFF].into()));
        let properties = BasicProperties::default().with_headers(table);
        for name in ["n", "bytes", "absent"] {
            assert_eq!(text_header(&properties, name), None, "{name}");
        }
    }
}
