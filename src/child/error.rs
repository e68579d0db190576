//! Why a child gave no result.

use super::fate::Fate;
use super::limits::MAX_THREADS;
use std::io;

/// Why a child gave no result. Its message never repeats the source error's.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// The system does not start it, or lost it.
    #[error("the process cannot be run")]
    System(#[from] io::Error),
    /// It took longer than it may, and was killed.
    #[error("the process took longer than {limit_s} s")]
    OverTime {
        /// Seconds allowed.
        limit_s: u64,
    },
    /// It took more memory than it may, and was killed.
    #[error("the process took {used_mb} MB of memory; at most {limit_mb} are allowed")]
    OverMemory {
        /// Megabytes resident when it was killed.
        used_mb: u64,
        /// Megabytes allowed.
        limit_mb: u64,
    },
    /// It had more threads than it may, and was killed.
    #[error("the process had {count} threads; at most {max} are allowed", max = MAX_THREADS)]
    OverThreads {
        /// How many there were.
        count: u64,
    },
    /// It wrote more into its folder than it may, and was killed.
    #[error("the process wrote more than {limit_mb} MB, or too many files")]
    OverDisk {
        /// Megabytes allowed.
        limit_mb: u64,
    },
    /// The disk was about to be full, and it was killed.
    #[error("the disk is nearly full: {free_mb} MB were left")]
    DiskFull {
        /// Megabytes that were left.
        free_mb: u64,
    },
    /// It said more than anybody wants to hear, and was killed.
    #[error("the process said more than it may")]
    OverOutput,
    /// It ended without a result.
    #[error("the process ended with {how}")]
    Ended {
        /// What ended it.
        fate: Fate,
        /// Its exit status, and the last it wrote to its error stream.
        how: String,
    },
}
