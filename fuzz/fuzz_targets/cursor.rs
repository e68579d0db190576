//! Any text as the place where a page of a list ends: no panic, and what is accepted reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/ledger/cursor.rs"]
#[allow(dead_code, reason = "cursors are made elsewhere")]
mod cursor;

use cursor::Cursor;

fuzz_target!(|text: &str| {
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
});
