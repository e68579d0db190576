//! Any line as the answer of an inspection, whose process a hostile file may have taken over: no panic, and what is read
//! reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/inspect/answer.rs"]
#[allow(dead_code, reason = "answers are made elsewhere")]
mod answer;
#[path = "../../src/inspect/content.rs"]
#[allow(dead_code, reason = "contents are found elsewhere")]
mod content;
#[path = "../../src/inspect/kind.rs"]
#[allow(dead_code, reason = "the words of kinds are read elsewhere")]
mod kind;
#[path = "../../src/inspect/measured.rs"]
#[allow(dead_code, reason = "what is measured comes from elsewhere")]
mod measured;

use answer::Answer;

fuzz_target!(|line: &[u8]| {
    let Ok(answer) = serde_json::from_slice::<Answer>(line) else {
        return;
    };
    let written = serde_json::to_vec(&answer).expect("plain data");
    let again: Answer = serde_json::from_slice(&written).expect("it was written as one");
    assert_eq!(again, answer);
});
