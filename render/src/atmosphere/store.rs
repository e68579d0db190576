//! Keeps packed frames of the first round in an unnamed temporary file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The store never grows beyond this; a longer overlay is decoded anew on every round.
/// It holds ten seconds of a whole canvas, and more than half a minute of a mat.
pub(super) const MAX_STORE_BYTES: u64 = 1 << 30;

/// Frames of equal size, by index.
#[derive(Debug)]
pub(super) struct Store {
    file: File,
    frame_bytes: usize,
    frames: usize,
}

impl Store {
    /// A store for frames of `frame_bytes`, in a file without a name in `dir`: it is gone with the process.
    pub fn new(dir: &Path, frame_bytes: usize) -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile_in(dir)?,
            frame_bytes,
            frames: 0,
        })
    }

    /// Whether another frame may be kept.
    pub fn has_room(&self) -> bool {
        (self.frames as u64 + 1) * self.frame_bytes as u64 <= MAX_STORE_BYTES
    }

    /// Keeps a frame behind the others.
    pub fn push(&mut self, frame: &[u8]) -> io::Result<()> {
        debug_assert_eq!(frame.len(), self.frame_bytes);
        self.file.write_all_at(frame, self.offset(self.frames))?;
        self.frames += 1;
        Ok(())
    }

    /// Fills `out` with the beginning of frame `index`, which was pushed.
    pub fn read(&self, index: usize, out: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(out, self.offset(index))
    }

    fn offset(&self, index: usize) -> u64 {
        index as u64 * self.frame_bytes as u64
    }
}
