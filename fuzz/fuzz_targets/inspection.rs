//! Any line as the answer of an inspection, whose process a hostile file may have taken over: no panic, what is read reads
//! back, and what is believed of it is within bounds.
#![no_main]

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use gildhall::child::Ended;
use gildhall::inspect::{Answer, AssetKind, Content, judge};
use libfuzzer_sys::fuzz_target;

/// A week, in milliseconds.
const MAX_DURATION_MS: u64 = 7 * 24 * 3600 * 1000;

fuzz_target!(|line: &[u8]| {
    let Ok(answer) = serde_json::from_slice::<Answer>(line) else {
        return;
    };
    let written = serde_json::to_vec(&answer).expect("plain data");
    let again: Answer = serde_json::from_slice(&written).expect("it was written as one");
    assert_eq!(again, answer);
    for kind in AssetKind::ALL {
        let ended = Ended {
            status: ExitStatus::from_raw(0),
            complaint: String::new(),
        };
        if let Ok(found) = judge(kind, Ok(ended), Some(answer.clone())) {
            let (content, measured) = (found.content, found.measured);
            let named = Content::named(kind, content.media_type, content.extension);
            assert_eq!(named, Some(content));
            let sides = [measured.width, measured.height];
            assert!(
                sides
                    .into_iter()
                    .flatten()
                    .all(|px| (1..=65_536).contains(&px))
            );
            assert!(measured.duration_ms.is_none_or(|ms| ms <= MAX_DURATION_MS));
        }
    }
});
