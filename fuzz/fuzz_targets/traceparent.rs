//! Any text as a `traceparent` header: no panic, and what is accepted is written as version 00, which reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/telemetry/traceparent.rs"]
#[allow(dead_code, reason = "spans are made elsewhere")]
mod traceparent;

use traceparent::Traceparent;

fuzz_target!(|text: &str| {
    let Ok(parent) = text.parse::<Traceparent>() else {
        return;
    };
    let written = parent.to_string();
    assert_eq!(written.parse(), Ok(parent));
    assert_eq!(written.len(), 55);
    // The ids are those of the text, wherever its version comes from.
    assert_eq!(&written[2..53], &text[2..53]);
    assert!(!text.starts_with("00") || written == text);
});
