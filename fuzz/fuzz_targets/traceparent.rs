//! Any text as a `traceparent` header: no panic, and what is accepted is written as version 00, which reads back and which
//! messages carry.
#![no_main]

use gildhall::broker::is_traceparent;
use gildhall::telemetry::Traceparent;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let carried = is_traceparent(text);
    assert!(!carried || text.len() == 55 && text.is_ascii());
    let Ok(parent) = text.parse::<Traceparent>() else {
        return;
    };
    let written = parent.to_string();
    assert_eq!(written.parse(), Ok(parent));
    assert!(is_traceparent(&written));
    // The ids are those of the text, wherever its version comes from.
    assert_eq!(&written[2..53], &text[2..53]);
    assert!(!text.starts_with("00") || written == text);
});
