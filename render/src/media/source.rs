//! Names a media file that can be opened any number of times.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
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
    pub(super) fn open_file(&self) -> Result<(Arc<File>, u64), MediaError> {
        let file = match &self.origin {
            Origin::Path(path) => Arc::new(open_without_blocking(path).map_err(MediaError::Io)?),
            Origin::File(file) => Arc::clone(file),
        };
        let metadata = file.metadata().map_err(MediaError::Io)?;
        if !metadata.is_file() {
            return Err(MediaError::NotMedia);
        }
        Ok((file, metadata.len()))
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
