//! What can go wrong with a scan.

use std::io;
use std::time::Duration;

/// A file was not scanned, so that nothing is known of it. It may be scanned later.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// It failed time after time, and is not asked at this moment.
    #[error("the scanner is away")]
    Away,
    /// It cannot be reached, or the connection broke. That is also what it does to a file that is larger than it takes.
    #[error("the scanner cannot be reached")]
    Unreachable(#[source] io::Error),
    /// It did not answer in time.
    #[error("the scanner did not answer within {} s", .0.as_secs())]
    Late(Duration),
    /// It answered something else than a verdict.
    #[error("the scanner answered {0:?}")]
    Answer(String),
    /// The file could not be read.
    #[error("the file to scan cannot be read")]
    Local(#[source] io::Error),
}

impl ScanError {
    /// Whether the scanner is at fault, so that other files would fare no better now.
    pub fn is_outage(&self) -> bool {
        matches!(
            self,
            ScanError::Away | ScanError::Unreachable(_) | ScanError::Late(_)
        )
    }
}
