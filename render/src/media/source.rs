//! Names a media file that can be opened any number of times.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::MediaError;

/// A media file to open, as often as passes over it are needed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MediaSource {
    origin: Origin,
    deadline: Option<Instant>,
}

#[derive(Clone, Debug)]
enum Origin {
    Path(PathBuf),
    /// Shared by all readers: each reads at its own offset and never moves the file's.
    File(Arc<File>),
    /// Built into the program.
    Memory(&'static [u8]),
}

/// An open source, read by position, so that several readers can share it.
#[derive(Clone, Debug)]
pub(super) enum Bytes {
    File(Arc<File>),
    Memory(&'static [u8]),
}

impl Bytes {
    /// Fills a part of `buffer` with what lies at `offset`; 0 at the end.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read_at(buffer, offset),
            Self::Memory(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|at| bytes.get(at..));
                rest.unwrap_or_default().read(buffer)
            }
        }
    }
}

impl MediaSource {
    /// The file at `path`; it is looked up again on every opening.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self {
            origin: Origin::Path(path.into()),
            deadline: None,
        }
    }

    /// A file that is open for reading already. Its offset is neither used nor changed.
    #[must_use]
    pub fn file(file: File) -> Self {
        Self {
            origin: Origin::File(Arc::new(file)),
            deadline: None,
        }
    }

    /// What is built into the program.
    #[must_use]
    pub fn memory(bytes: &'static [u8]) -> Self {
        Self {
            origin: Origin::Memory(bytes),
            deadline: None,
        }
    }

    /// The same file, with a moment after which every read fails with [`MediaError::TimedOut`].
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The open regular file and its length in bytes.
    pub(super) fn open(&self) -> Result<(Bytes, u64), MediaError> {
        let file = match &self.origin {
            Origin::Memory(bytes) => return Ok((Bytes::Memory(bytes), bytes.len() as u64)),
            Origin::Path(path) => Arc::new(open_without_blocking(path).map_err(MediaError::Io)?),
            Origin::File(file) => Arc::clone(file),
        };
        let metadata = file.metadata().map_err(MediaError::Io)?;
        if !metadata.is_file() {
            return Err(MediaError::NotMedia);
        }
        Ok((Bytes::File(file), metadata.len()))
    }
}

/// Opens for reading; a named pipe or a device in the file's place cannot make the call wait.
fn open_without_blocking(path: &std::path::Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits() as i32)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_is_read_by_position_like_a_file() {
        let (bytes, length) = MediaSource::memory(b"0123456789")
            .open()
            .expect("it is there");
        assert_eq!(length, 10);
        let mut four = [0; 4];
        for (offset, count) in [(0, 4), (6, 4), (8, 2), (10, 0), (u64::MAX, 0)] {
            let read = bytes.read_at(&mut four, offset).expect("it is memory");
            assert_eq!(read, count, "at {offset}");
        }
        assert_eq!(&four[..2], b"89");
    }
}
