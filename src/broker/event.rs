//! Events as AMQP carries them: CloudEvents 1.0 in binary mode, the attributes as headers and the data as the body.

use gildhall_proto::{Event, JSON};
use lapin::BasicProperties;
use lapin::types::FieldTable;

use super::names::EVENTS_EXCHANGE;
use super::outgoing::{Outgoing, PERSISTENT};
use super::topology::text;

/// The message for an event. It is not mandatory: whether anybody listens is the integrators' business.
pub(super) fn outgoing(event: &Event) -> Outgoing {
    let properties = BasicProperties::default()
        .with_content_type(JSON.into())
        .with_type(event.kind.as_str().into())
        .with_message_id(event.id.to_string().into())
        .with_delivery_mode(PERSISTENT)
        .with_headers(headers(event));
    Outgoing {
        exchange: EVENTS_EXCHANGE,
        // 63 characters of tenant and 16 of type at most, so it fits AMQP's 255 bytes.
        routing_key: event.routing_key().into(),
        mandatory: false,
        body: event.body(),
        properties,
    }
}

fn headers(event: &Event) -> FieldTable {
    let mut headers = FieldTable::default();
    for (name, value) in event.headers() {
        headers.insert(name.into(), text(&value));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::message::text_header;
    use crate::broker::testing::event;

    #[test]
    fn attributes_become_headers_and_data_the_body() {
        let mut event = event();
        event.traceparent = Some("00-a-b-01".into());
        let sent = outgoing(&event);
        assert_eq!((sent.exchange, sent.mandatory), ("gildhall.events", false));
        assert_eq!(sent.routing_key.as_str(), "acme.video.queued");
        assert_eq!(sent.body, event.body());
        for (name, value) in event.attributes() {
            let header = text_header(&sent.properties, &format!("cloudEvents_{name}"));
            assert_eq!(header, Some(value), "{name}");
        }
        assert_eq!(
            text_header(&sent.properties, "traceparent").as_deref(),
            Some("00-a-b-01")
        );
    }

    #[test]
    fn the_content_type_is_that_of_the_data() {
        let sent = outgoing(&event());
        let content_type = sent.properties.content_type().as_ref();
        assert_eq!(
            content_type.map(|text| text.as_str()),
            Some("application/json")
        );
    }
}
