//! Any message of a stranger, as AMQP carries its properties: no panic, it can be put away within a frame and comes back as it
//! was, and its headers are never longer than they are taken for.
#![no_main]

use gildhall::broker::{label, put_away, revived, table_bytes};
use gildhall::cli::shown;
use gildhall_proto::{Failure, FailureClass};
use lapin::BasicProperties;
use lapin::protocol::basic::parse_properties;
use lapin::types::FieldTable;
use lapin::types::generation::{GenResult, gen_field_table};
use libfuzzer_sys::fuzz_target;
use time::OffsetDateTime;

/// AMQP's usual longest frame, in bytes.
const FRAME_BYTES: usize = 128 * 1024;
/// Longest message of a failure that is kept, in bytes.
const MAX_MESSAGE_BYTES: usize = 2 * 1024;
const CODE: &str = "undecodable";
/// The header in whose place others stand where they were too long.
const DROPPED: &str = "x-gildhall-headers-dropped";

fn wire_bytes(table: &FieldTable) -> usize {
    let start: GenResult<Vec<u8>> = Ok(Vec::<u8>::new().into());
    let written = start.and_then(gen_field_table(table));
    written.expect("a vector takes everything").write.len()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok((body, properties)) = parse_properties(bytes) else {
        return;
    };
    if let Some(table) = properties.headers() {
        assert!(table_bytes(table) >= wire_bytes(table));
    }
    // Whatever label it bears already, an operator can look at it.
    if let Some(at) = label(&properties).dead_at {
        assert!(shown(at).is_ascii());
    }

    let failure = Failure::new(FailureClass::Rejected, CODE, String::from_utf8_lossy(body));
    let at = OffsetDateTime::UNIX_EPOCH;
    let letter = put_away(body.to_vec(), &properties, &failure, at);
    assert_eq!(letter.body, body);
    assert!(letter.properties.expiration().is_none() && letter.properties.user_id().is_none());
    let headers = letter
        .properties
        .headers()
        .as_ref()
        .expect("it has a label");
    assert!(wire_bytes(headers) < FRAME_BYTES);

    let written = label(&letter.properties);
    assert_eq!(written.code.as_deref(), Some(CODE));
    assert_eq!(written.class, Some(FailureClass::Rejected));
    assert_eq!(written.dead_at, Some(at));
    let message = written.message.expect("it says why");
    assert!(message.len() <= MAX_MESSAGE_BYTES && failure.message.starts_with(&message));

    // As text, since no number equals one that is none.
    let as_text = |properties: &BasicProperties| format!("{properties:?}");
    if !headers.contains_key(DROPPED) {
        let expected = revived(body.to_vec(), &properties);
        let found = revived(letter.body.clone(), &letter.properties);
        assert_eq!(found.body, expected.body);
        assert_eq!(as_text(&found.properties), as_text(&expected.properties));
    }
});
