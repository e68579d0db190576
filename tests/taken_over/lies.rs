//! What is said to the worker, who is outside of every sandbox.

use std::io::{Write, stdout};
use std::process::exit;
use std::thread;
use std::time::Duration;

use gildhall::cli::Begun;
use serde_json::json;

use crate::tries::Tries;

const LINES: usize = 100_000;
/// Whoever listens needs a moment to have enough.
const HEARD_WITHIN: Duration = Duration::from_secs(20);

/// Says far too much.
pub fn babble(_: &Begun<'_>, tries: &mut Tries) {
    let line = "x".repeat(1000);
    for _ in 0..LINES {
        if writeln!(stdout(), "{line}").is_err() {
            // Nobody listens any more.
            return thread::sleep(HEARD_WITHIN);
        }
    }
    tries.succeeded("saying 100 MB");
}

/// Names a file of the system as its video, for the worker to store it where the tenant can fetch it.
pub fn lie(_: &Begun<'_>, _: &mut Tries) {
    let passwords = json!({"path": "/etc/passwd", "bytes": 1, "width": 720, "height": 1280});
    let report = json!({
        "video": passwords, "poster": passwords, "thumbnails": [], "renditions": [], "duration_s": 1.0, "frames": 30,
        "encoder": "x264", "threads": 2, "sound": null, "warnings": [], "timings": {}, "peak_memory_bytes": 0,
    });
    println!("{report}");
    exit(0);
}
