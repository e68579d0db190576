//! Any bytes as MessagePack: no panic, and what is accepted survives both encodings.
#![no_main]

use gildhall_proto::{JobSpec, limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match JobSpec::from_msgpack(bytes) {
        Ok(spec) => {
            assert_eq!(
                JobSpec::from_msgpack(&spec.to_msgpack()).as_ref(),
                Ok(&spec)
            );
            assert_eq!(
                JobSpec::from_json(spec.to_json().as_bytes()).as_ref(),
                Ok(&spec)
            );
        }
        Err(report) => {
            assert!((1..=limits::MAX_FAULTS).contains(&report.faults.len()));
            assert!(
                report
                    .to_string()
                    .chars()
                    .all(|c| c == '\n' || !c.is_control())
            );
        }
    }
});
