//! Job messages from strangers: no panic, and what is accepted reads back from both encodings and can be shown.
#![no_main]

use gildhall::cli::shown;
use gildhall_proto::{JSON, JobMessage, MSGPACK};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    for content_type in [None, Some(JSON), Some(MSGPACK)] {
        let Ok(message) = JobMessage::decode(content_type, body) else {
            continue;
        };
        assert!(shown(message.submitted_at).is_ascii());
        let again = message.to_msgpack();
        assert_eq!(JobMessage::decode(Some(MSGPACK), &again), Ok(message));
    }
});
