//! Dead letters: what is written on a message that is put away, and how it is read again.

use gildhall_proto::{Failure, FailureClass, JobMessage};
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldArray, FieldTable};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::delivery::Delivery;
use super::message::{job_properties, text_header};
use super::names::{
    CLASS, DEAD_AT, DEAD_EXCHANGE, FIRST_DEATH_REASON, HEADERS_DROPPED, JOBS_EXCHANGE, JOBS_KEY,
    MESSAGE, REASON, REDELIVERED,
};
use super::outgoing::{Outgoing, PERSISTENT};
use super::topology::text;

/// What the headers begin with in which the broker counts its own dead-lettering.
const DEATHS: [&str; 3] = ["x-death", "x-first-death-", "x-last-death-"];
/// Longest code kept, in bytes.
const MAX_CODE_BYTES: usize = 128;
/// Longest message kept, in bytes.
const MAX_MESSAGE_BYTES: usize = 2 * 1024;
/// Most bytes of a stranger's headers that are kept. Headers travel in one frame, 128 KiB by default, and a frame that
/// is too long costs the whole connection: every attempt to put such a message away would end there.
const MAX_HEADERS_BYTES: usize = 64 * 1024;

/// The dead letter of a message as it was received: its bytes and headers as they were, and the failure beside them.
pub(super) fn letter(delivery: &Delivery, failure: &Failure, at: OffsetDateTime) -> Outgoing {
    put_away(delivery.body.clone(), &delivery.properties, failure, at)
}

/// The dead letter of a job whose message is not at hand.
pub(super) fn job_letter(
    message: &JobMessage,
    traceparent: Option<&str>,
    failure: &Failure,
    at: OffsetDateTime,
) -> Outgoing {
    let properties = job_properties(message, traceparent);
    put_away(message.to_msgpack(), &properties, failure, at)
}

/// The dead letter of any message.
pub fn put_away(
    body: Vec<u8>,
    properties: &BasicProperties,
    failure: &Failure,
    at: OffsetDateTime,
) -> Outgoing {
    let headers = headers(properties.headers().as_ref(), failure, at);
    Outgoing {
        exchange: DEAD_EXCHANGE,
        routing_key: "".into(),
        mandatory: true,
        body,
        properties: lasting(properties).with_headers(headers),
    }
}

fn headers(original: Option<&FieldTable>, failure: &Failure, at: OffsetDateTime) -> FieldTable {
    let at = at.format(&Rfc3339).expect("a clock's year has four digits");
    let mut headers = match original {
        Some(table) if table_bytes(table) > MAX_HEADERS_BYTES => {
            let mut headers = FieldTable::default();
            headers.insert(HEADERS_DROPPED.into(), true.into());
            headers
        }
        Some(table) => table.clone(),
        None => FieldTable::default(),
    };
    headers.insert(REASON.into(), text(shorten(&failure.code, MAX_CODE_BYTES)));
    headers.insert(CLASS.into(), text(failure.class.as_str()));
    headers.insert(
        MESSAGE.into(),
        text(shorten(&failure.message, MAX_MESSAGE_BYTES)),
    );
    headers.insert(DEAD_AT.into(), text(&at));
    headers
}

/// A copy of all properties but three: the headers, which are set anew; the expiration, with which the letter would
/// vanish; and the user, whom the broker compares with the one who publishes.
fn lasting(original: &BasicProperties) -> BasicProperties {
    fn keep<T: Clone>(
        properties: BasicProperties,
        value: &Option<T>,
        set: fn(BasicProperties, T) -> BasicProperties,
    ) -> BasicProperties {
        match value {
            Some(value) => set(properties, value.clone()),
            None => properties,
        }
    }
    type P = BasicProperties;
    let mut kept = P::default().with_delivery_mode(PERSISTENT);
    kept = keep(kept, original.content_type(), P::with_content_type);
    kept = keep(kept, original.content_encoding(), P::with_content_encoding);
    kept = keep(kept, original.priority(), P::with_priority);
    kept = keep(kept, original.correlation_id(), P::with_correlation_id);
    kept = keep(kept, original.reply_to(), P::with_reply_to);
    kept = keep(kept, original.message_id(), P::with_message_id);
    kept = keep(kept, original.timestamp(), P::with_timestamp);
    kept = keep(kept, original.kind(), P::with_type);
    kept = keep(kept, original.app_id(), P::with_app_id);
    keep(kept, original.cluster_id(), P::with_cluster_id)
}

/// The message that a dead letter was: its bytes and headers as they came, without what was written on the letter, and
/// without the headers in which the broker counts its own dead-lettering, since with them it could take the next one for
/// an endless loop.
pub fn revived(body: Vec<u8>, properties: &BasicProperties) -> Outgoing {
    let mut headers = FieldTable::default();
    for (name, value) in properties.headers().iter().flatten() {
        if !is_written_on(name.as_str()) {
            headers.insert(name.clone(), value.clone());
        }
    }
    Outgoing {
        exchange: JOBS_EXCHANGE,
        routing_key: JOBS_KEY.into(),
        mandatory: true,
        body,
        properties: lasting(properties).with_headers(headers),
    }
}

/// Whether a header came to a message on its way through workers and its dead-lettering.
fn is_written_on(header: &str) -> bool {
    [
        REASON,
        CLASS,
        MESSAGE,
        DEAD_AT,
        HEADERS_DROPPED,
        REDELIVERED,
    ]
    .contains(&header)
        || DEATHS.iter().any(|start| header.starts_with(start))
}

fn shorten(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}

/// About how many bytes a table takes on the wire, and never fewer than that.
pub fn table_bytes(table: &FieldTable) -> usize {
    table.into_iter().fold(4, |sum, (name, value)| {
        sum + 1 + name.as_str().len() + value_bytes(value)
    })
}

fn value_bytes(value: &AMQPValue) -> usize {
    /// Type and the longest fixed value or length.
    const FIXED: usize = 1 + 8;
    FIXED
        + match value {
            AMQPValue::LongString(text) => text.len(),
            AMQPValue::ShortString(text) => text.as_str().len(),
            AMQPValue::ByteArray(bytes) => bytes.len(),
            AMQPValue::FieldTable(table) => table_bytes(table),
            AMQPValue::FieldArray(array) => array_bytes(array),
            _ => 0,
        }
}

fn array_bytes(array: &FieldArray) -> usize {
    array.as_slice().iter().map(value_bytes).sum()
}

/// What is written on a dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The failure's code, or the broker's reason.
    pub code: Option<String>,
    /// The failure's class.
    pub class: Option<FailureClass>,
    /// What failed, for people.
    pub message: Option<String>,
    /// When it was put away.
    pub dead_at: Option<OffsetDateTime>,
}

/// Reads what is written on a dead letter. One that the broker itself put away has no label of ours: its code is then the
/// broker's reason, and one that used up its deliveries counts as poison.
pub fn label(properties: &BasicProperties) -> Label {
    let header = |name| text_header(properties, name);
    let class = header(CLASS).and_then(|word| word.parse().ok());
    let dead_at = header(DEAD_AT).and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok());
    match header(REASON) {
        Some(code) => Label {
            code: Some(code),
            class,
            message: header(MESSAGE),
            dead_at,
        },
        None => {
            let code = header(FIRST_DEATH_REASON);
            let poison = code.as_deref() == Some("delivery_limit");
            Label {
                code,
                class: poison.then_some(FailureClass::Poison),
                message: None,
                dead_at: None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::outgoing;
    use crate::broker::testing::{delivery, job_message, moment};

    fn failure(message: &str) -> Failure {
        Failure::new(FailureClass::Rejected, "undecodable", message)
    }

    #[test]
    fn bytes_headers_and_type_stay_as_they_were() {
        let original = BasicProperties::default()
            .with_content_type("text/plain".into())
            .with_type("stranger".into())
            .with_message_id("m".into())
            .with_priority(9)
            .with_timestamp(5)
            .with_headers(outgoing::headers([("mine", "yes")]));
        let letter = letter(&delivery(b"\xC1", original), &failure("no"), moment());
        assert_eq!((letter.exchange, letter.mandatory), ("gildhall.dead", true));
        assert_eq!(letter.body, b"\xC1");
        let expected = BasicProperties::default()
            .with_content_type("text/plain".into())
            .with_type("stranger".into())
            .with_message_id("m".into())
            .with_priority(9)
            .with_timestamp(5)
            .with_delivery_mode(2)
            .with_headers(outgoing::headers([
                ("mine", "yes"),
                ("x-gildhall-reason", "undecodable"),
                ("x-gildhall-class", "rejected"),
                ("x-gildhall-message", "no"),
                ("x-gildhall-dead-at", "2025-10-09T08:53:20Z"),
            ]));
        assert_eq!(letter.properties, expected);
    }

    #[test]
    fn nothing_that_would_lose_the_letter_is_copied() {
        let original = BasicProperties::default()
            .with_expiration("1".into())
            .with_user_id("somebody".into());
        let letter = letter(&delivery(b"", original), &failure("no"), moment());
        assert_eq!(letter.properties.expiration(), &None);
        assert_eq!(letter.properties.user_id(), &None);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let letter = job_letter(&job_message(), None, &failure("no"), moment());
        assert_eq!(
            label(&letter.properties),
            Label {
                code: Some("undecodable".into()),
                class: Some(FailureClass::Rejected),
                message: Some("no".into()),
                dead_at: Some(moment()),
            }
        );
        assert_eq!(JobMessage::decode(None, &letter.body), Ok(job_message()));
    }

    #[test]
    fn a_revived_letter_is_the_message_it_was() {
        let original = BasicProperties::default()
            .with_content_type("text/plain".into())
            .with_message_id("m".into())
            .with_delivery_mode(PERSISTENT)
            .with_headers(outgoing::headers([("mine", "yes"), ("traceparent", "t")]));
        let mut letter = letter(
            &delivery(b"\xC1", original.clone()),
            &failure("no"),
            moment(),
        );
        let mut table = letter.properties.headers().clone().expect("a label");
        table.insert("x-death".into(), text("counted"));
        table.insert("x-first-death-queue".into(), text("gildhall.jobs"));
        letter.properties = letter.properties.with_headers(table);
        let revived = revived(letter.body, &letter.properties);
        assert_eq!(
            (revived.exchange, revived.mandatory),
            ("gildhall.jobs", true)
        );
        assert_eq!(revived.routing_key.as_str(), "jobs");
        assert_eq!(revived.body, b"\xC1");
        assert_eq!(revived.properties, original);
    }

    #[test]
    fn a_letter_of_the_broker_has_the_brokers_reason() {
        let label_of = |reason| {
            let headers = outgoing::headers([(FIRST_DEATH_REASON, reason)]);
            label(&BasicProperties::default().with_headers(headers))
        };
        let limit = label_of("delivery_limit");
        assert_eq!(limit.code.as_deref(), Some("delivery_limit"));
        assert_eq!(limit.class, Some(FailureClass::Poison));
        assert_eq!(label_of("rejected").class, None);
        assert_eq!(label(&BasicProperties::default()).code, None);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let letter = letter(
            &delivery(b"", BasicProperties::default()),
            &failure(&"é".repeat(2_000)),
            moment(),
        );
        let message = label(&letter.properties).message.expect("a message");
        assert_eq!(message, "é".repeat(1_024));
    }

    #[test]
    fn headers_that_would_not_fit_a_frame_are_left_out() {
        let value = "v".repeat(40_000);
        let mut inner = FieldTable::default();
        inner.insert("deep".into(), text(&value));
        let mut table = FieldTable::default();
        table.insert("flat".into(), text(&value));
        let few = headers(Some(&table), &failure("no"), moment());
        assert!(few.contains_key("flat"));
        table.insert(
            "nested".into(),
            AMQPValue::FieldArray(vec![AMQPValue::FieldTable(inner)].into()),
        );
        let many = headers(Some(&table), &failure("no"), moment());
        assert!(!many.contains_key("flat") && many.contains_key(HEADERS_DROPPED));
        assert!(many.contains_key(REASON));
    }
}
