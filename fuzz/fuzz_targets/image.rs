//! Any bytes as an image: no panic of the project's own code, nothing beyond the limits, and a picture of the size asked for.
#![no_main]

use std::panic::{self, PanicHookInfo};
use std::process;
use std::time::Duration;

use gildhall_render::photo::{self, CoverTarget, Limits, PhotoError};
use libfuzzer_sys::fuzz_target;

/// So little that each input takes milliseconds; a decoder that needs a second for it is a finding.
const LIMITS: Limits = Limits {
    max_pixels: 1 << 18,
    max_side_px: 1024,
    max_alloc_bytes: 64 << 20,
    max_cpu: Duration::from_secs(10),
};

const TARGET: CoverTarget = CoverTarget {
    width_px: 9,
    height_px: 16,
    focus_x: 0.5,
    focus_y: 0.5,
};

/// Decoders of others may panic, since nothing of the program but one thread ends with them. libFuzzer's own hook would end
/// at every panic.
fn hear(panic: &PanicHookInfo<'_>) {
    let is_of_others = |file: &str| file.contains("/registry/") || file.contains("/rustc/");
    if panic
        .location()
        .is_none_or(|place| !is_of_others(place.file()))
    {
        eprintln!("{panic}");
        process::abort();
    }
}

fuzz_target!(init: panic::set_hook(Box::new(hear)), |bytes: &[u8]| {
    let file = bytes.to_vec();
    let result = photo::in_time(&LIMITS, move |limits| {
        let info = photo::probe(&file, limits)?;
        let photo = photo::load_cover(&file, &TARGET, limits)?;
        Ok((info, photo))
    });
    match result {
        Ok((info, photo)) => {
            assert_eq!(photo::sniff(bytes), Some(info.format));
            assert!(info.width.max(info.height) <= LIMITS.max_side_px);
            assert!(u64::from(info.width) * u64::from(info.height) <= LIMITS.max_pixels);
            assert_eq!((photo.width_px, photo.height_px), (9, 16));
            assert_eq!(photo.rgb.len(), 9 * 16 * 3);
            assert!(photo.alpha.is_none_or(|alpha| alpha.len() == 9 * 16));
        }
        Err(error) => assert!(!matches!(error, PhotoError::TooCostly { .. }), "{error}"),
    }
});
