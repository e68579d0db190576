//! Any bytes as clamd's answer: no panic, nothing is clean but what it calls so, and what it says can be shown.
#![no_main]

use gildhall::scan::{Verdict, is_alive, verdict};
use libfuzzer_sys::fuzz_target;

/// Longest name of a signature that is kept, in bytes.
const MAX_SIGNATURE_BYTES: usize = 200;

fuzz_target!(|answer: &[u8]| {
    match verdict(answer) {
        Ok(Verdict::Infected { signature }) => {
            assert!(answer.starts_with(b"stream: ") && answer.ends_with(b" FOUND\0"));
            assert!(signature.len() <= MAX_SIGNATURE_BYTES);
            assert!(!signature.contains(char::is_control));
        }
        Ok(other) => {
            assert_eq!(other, Verdict::Clean);
            assert_eq!(answer, b"stream: OK\0");
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
    assert_eq!(is_alive(answer).is_ok(), answer == b"PONG\0");
});
