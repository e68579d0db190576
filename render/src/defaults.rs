//! What is built in, so that a job needs nothing but its images.

use crate::media::MediaSource;
use rustix::fs::MemfdFlags;
use std::fs::File;
use std::io::{self, Write};

/// The default overlay: gold dust and glitter on black, a seamless loop.
static OVERLAY: &[u8] = include_bytes!("../../assets/overlays/glitter.mp4");

/// The default overlay as a file in memory.
///
/// # Errors
/// The operating system's, when there is no memory or no descriptor left.
pub fn overlay() -> io::Result<MediaSource> {
    let mut file = File::from(rustix::fs::memfd_create("overlay", MemfdFlags::CLOEXEC)?);
    file.write_all(OVERLAY)?;
    Ok(MediaSource::file(file))
}
