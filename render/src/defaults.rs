//! What is built in, so that a job needs nothing but its images.

use crate::media::MediaSource;

/// The default overlay: gold dust and glitter on black, a seamless loop.
static OVERLAY: &[u8] = include_bytes!("../../assets/overlays/glitter.mp4");

/// The default overlay. It is read where it lies, and not from a file in memory: such files are in no limit of a process, so
/// that the sandbox of a render has none.
#[must_use]
pub fn overlay() -> MediaSource {
    MediaSource::memory(OVERLAY)
}
