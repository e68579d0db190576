//! Any text as the place where a page of a list ends: no panic, and what is accepted reads back.
#![no_main]

use gildhall::ledger::{ActCursor, Cursor};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    // That of the audit log.
    if let Ok(cursor) = text.parse::<ActCursor>() {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
});
