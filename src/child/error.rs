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
        /// Its exit status, and the last it wrote to its error stream: for whoever runs the machine, since it may hold
        /// paths and what libraries say.
        how: String,
    },
}

impl ChildError {
    /// What happened, for whoever sent what the child handled: nothing of the machine, nor the child's own words.
    pub fn brief(&self) -> String {
        match self {
            ChildError::Ended { fate, .. } => fate.brief().to_owned(),
            ChildError::DiskFull { .. } => "the disk is nearly full".to_owned(),
            ChildError::System(_)
            | ChildError::OverTime { .. }
            | ChildError::OverMemory { .. }
            | ChildError::OverThreads { .. }
            | ChildError::OverDisk { .. }
            | ChildError::OverOutput => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_said_last_is_not_passed_on() {
        let how =
            "exit status: 101: thread 'main' panicked at src/main.rs:1:1: /srv/work".to_owned();
        let fate = Fate::Crashed;
        let broken = ChildError::Ended { fate, how };
        assert_eq!(broken.brief(), "the process broke down");
        assert!(broken.to_string().contains("panicked"));
        let lost = ChildError::System(io::Error::other("/usr/bin/gildhall: no such file"));
        assert_eq!(lost.brief(), "the process cannot be run");
        let slow = ChildError::OverTime { limit_s: 9 };
        assert_eq!(slow.brief(), "the process took longer than 9 s");
    }
}
