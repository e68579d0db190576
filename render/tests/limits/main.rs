//! What the largest pictures cost, measured on this very process. All in one test: a process has one peak of memory.

use gildhall_render::photo::{self, CoverTarget, Limits, PhotoError};
use gildhall_samples::hostile::large;
use std::fs;

/// The largest photo that a render makes: a whole canvas.
const CANVAS: CoverTarget = CoverTarget {
    width_px: 1080,
    height_px: 1920,
    focus_x: 0.5,
    focus_y: 0.5,
};

/// Bytes behind a name in the process's status (proc(5)).
fn status_bytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.expect("the kernel tells it in kB") << 10
}

/// Does `act`, and tells how much more memory than before was resident at some moment of it.
fn grown<T>(act: impl FnOnce() -> T) -> (T, u64) {
    fs::write("/proc/self/clear_refs", "5").expect("a process may forget its own peak");
    let before = status_bytes("VmRSS:");
    let done = act();
    (done, status_bytes("VmHWM:").saturating_sub(before))
}

#[test]
fn the_largest_pictures_stay_within_memory_and_time() {
    let limits = Limits::default();
    // Below their limit by a little; the kind of memory that each needs most is another one.
    let taken = [
        ("16-bit png", large::png(7_000, 7_000, 16)),
        ("8-bit png", large::png(10_000, 9_500, 8)),
        ("tiff", large::tiff(9_300, 9_300)),
        (
            "progressive jpeg",
            large::progressive_jpeg(16_000, 7_500, 1),
        ),
        (
            "progressive jpeg with scans",
            large::progressive_jpeg(16_000, 7_500, 20),
        ),
    ];
    for (name, file) in taken {
        let file_bytes = file.len() as u64;
        let (done, bytes) = grown(|| {
            photo::in_time(&limits, move |limits| {
                photo::examine(&file, limits)?;
                photo::load_cover(&file, &CANVAS, limits)
            })
        });
        let photo = done.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((photo.width_px, photo.height_px), (1080, 1920), "{name}");
        let most = bytes + file_bytes;
        assert!(most <= limits.max_alloc_bytes, "{name}: {} MiB", most >> 20);
        // An estimate that is far too high would refuse pictures for nothing.
        assert!(
            most >= limits.max_alloc_bytes / 2,
            "{name}: {} MiB",
            most >> 20
        );
    }
    let refused = [
        ("16-bit png", large::png(7_500, 7_500, 16)),
        ("8-bit png", large::png(11_000, 10_500, 8)),
        ("tiff", large::tiff(9_600, 9_600)),
        (
            "progressive jpeg",
            large::progressive_jpeg(16_000, 7_501, 1),
        ),
    ];
    for (name, file) in refused {
        let (done, bytes) = grown(|| photo::examine(&file, &limits));
        assert!(
            done.is_err_and(|error| PhotoError::is_limit(&error)),
            "{name}"
        );
        assert!(
            bytes <= limits.max_alloc_bytes,
            "{name}: {} MiB",
            bytes >> 20
        );
    }
}
