//! Any bytes as a kept analysis of beats, which a render that was taken over may have left behind: no panic, and what is
//! believed is what this program could have measured, and reads back.
#![no_main]

use gildhall_render::beats::LONGEST_S;
use gildhall_render::job::{decoder, told};
use gildhall_render::plan::SAMPLE_RATE;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// Most samples that were listened to.
const UP_TO: u64 = LONGEST_S as u64 * SAMPLE_RATE as u64;

fn assert_sound(entry: &[u8]) {
    let Some(known) = told(entry, UP_TO) else {
        return;
    };
    assert!(known.samples <= UP_TO);
    let beats_s = known
        .beats
        .clone()
        .expect("only analyses that went well are kept");
    let longest_s = f64::from(LONGEST_S);
    assert!(beats_s.iter().all(|s| (0.0..=longest_s).contains(s)));
    assert!(beats_s.windows(2).all(|pair| pair[0] < pair[1]));
    let again = json!({
        "decoder": decoder(),
        "samples": known.samples,
        "silent": known.silent,
        "beats_s": beats_s,
    });
    assert_eq!(told(again.to_string().as_bytes(), UP_TO), Some(known));
}

fuzz_target!(|bytes: &[u8]| {
    assert_sound(bytes);
    // Behind the names of this machine's libraries, which are hard to guess.
    let decoder = Value::from(decoder()).to_string();
    let named = [&b"{\"decoder\":"[..], decoder.as_bytes(), b",", bytes].concat();
    assert_sound(&named);
});
