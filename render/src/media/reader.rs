//! The bytes FFmpeg gets to see: one file, a byte budget, a deadline.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::MediaError;
use super::source::Bytes;

/// A reader may take a file's bytes this many times over: probing, interleaved tables and seeks re-read some.
const BUDGET_PER_FILE_BYTE: u64 = 16;
/// Added to the budget, so that small files can be probed freely.
const BUDGET_BASE_BYTES: u64 = 64 << 20;

/// Shared between the reader, FFmpeg's interrupt callback and [`Input`](super::Input): why reading had to stop.
///
/// FFmpeg often turns a failed read into "end of file", so the true reason is kept here.
#[derive(Debug)]
pub(super) struct Watch {
    deadline: Option<Instant>,
    file_bytes: u64,
    budget_bytes: AtomicU64,
    fault: OnceLock<Fault>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    TimedOut,
    BudgetSpent,
    Io(io::ErrorKind),
}

impl Watch {
    pub(super) fn new(deadline: Option<Instant>, file_bytes: u64) -> Self {
        let watch = Self {
            deadline,
            file_bytes,
            budget_bytes: AtomicU64::new(0),
            fault: OnceLock::new(),
        };
        watch.refill();
        watch
    }

    /// Gives a fresh byte budget, at a point the caller knows to be progress (a deliberate restart of a loop).
    pub(super) fn refill(&self) {
        let budget = self
            .file_bytes
            .saturating_mul(BUDGET_PER_FILE_BYTE)
            .saturating_add(BUDGET_BASE_BYTES);
        self.budget_bytes.store(budget, Ordering::Relaxed);
    }

    /// Whether to stop now; FFmpeg asks this while it opens and reads.
    pub(super) fn must_stop(&self) -> bool {
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            self.record(Fault::TimedOut);
        }
        self.fault.get().is_some()
    }

    /// The reason reading stopped, if it was not FFmpeg's own.
    pub(super) fn error(&self) -> Option<MediaError> {
        self.fault.get().map(|fault| match *fault {
            Fault::TimedOut => MediaError::TimedOut,
            Fault::BudgetSpent => MediaError::Corrupt {
                detail: "it makes its reader go over the same bytes again and again",
            },
            Fault::Io(kind) => MediaError::Io(kind.into()),
        })
    }

    fn record(&self, fault: Fault) {
        // Only the first reason counts; later ones follow from it.
        let _ = self.fault.set(fault);
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let left = self.budget_bytes.load(Ordering::Relaxed);
        match left.checked_sub(bytes as u64) {
            Some(rest) => self.budget_bytes.store(rest, Ordering::Relaxed),
            None => {
                self.record(Fault::BudgetSpent);
                return Err(io::ErrorKind::QuotaExceeded.into());
            }
        }
        Ok(())
    }
}

/// A cursor over a shared source that reads by position, so that several can be in use at once.
pub(super) struct WatchedFile {
    bytes: Bytes,
    position: u64,
    watch: Arc<Watch>,
}

impl WatchedFile {
    pub(super) fn new(bytes: Bytes, watch: Arc<Watch>) -> Self {
        Self {
            bytes,
            position: 0,
            watch,
        }
    }
}

impl Read for WatchedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watch.must_stop() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let count = self
            .bytes
            .read_at(buffer, self.position)
            .inspect_err(|error| {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.watch.record(Fault::Io(error.kind()));
                }
            })?;
        self.watch.spend(count)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for WatchedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
            SeekFrom::End(offset) => self.watch.file_bytes.checked_add_signed(offset),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn watched(bytes: &[u8], deadline: Option<Instant>) -> WatchedFile {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(bytes).expect("written");
        let watch = Arc::new(Watch::new(deadline, bytes.len() as u64));
        WatchedFile::new(Bytes::File(Arc::new(file)), watch)
    }

    #[test]
    fn reads_by_position_and_seeks() {
        let mut file = watched(b"0123456789", None);
        let mut two = [0; 2];
        file.seek(SeekFrom::End(-3)).expect("seek");
        file.read_exact(&mut two).expect("read");
        assert_eq!(&two, b"78");
        file.seek(SeekFrom::Current(-4)).expect("seek");
        file.read_exact(&mut two).expect("read");
        assert_eq!(&two, b"56");
        assert!(file.seek(SeekFrom::Current(-100)).is_err());
    }

    #[test]
    fn a_spent_budget_stops_reading_until_refilled() {
        let mut file = watched(b"0123456789", None);
        file.watch.budget_bytes.store(5, Ordering::Relaxed);
        let mut four = [0; 4];
        file.read_exact(&mut four).expect("within the budget");
        assert!(file.read_exact(&mut four).is_err());
        assert!(matches!(
            file.watch.error(),
            Some(MediaError::Corrupt { .. })
        ));
    }

    #[test]
    fn a_deadline_in_the_past_stops_the_first_read() {
        let mut file = watched(b"0123456789", Some(Instant::now()));
        assert!(file.read(&mut [0; 4]).is_err());
        assert!(matches!(file.watch.error(), Some(MediaError::TimedOut)));
    }
}
