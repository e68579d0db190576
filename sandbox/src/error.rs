//! Why a sandbox could not be closed.

use crate::Available;
use std::io;
use std::path::PathBuf;

/// Why a sandbox could not be closed. A part of it may be in force then: the process should end without touching anything.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The kernel lacks a layer that the mode requires.
    #[error("this machine does not have the whole sandbox ({available})")]
    Lacking {
        /// What it has.
        available: Available,
    },
    /// Devices are open in best-effort sandboxes only.
    #[error("a required sandbox has no devices")]
    Devices,
    /// Other threads would stay outside.
    #[error("{count} threads are running; a sandbox is entered by one")]
    Threads {
        /// How many.
        count: usize,
    },
    /// Nobody can tell how many threads there are.
    #[error("cannot count the threads of this process")]
    Uncounted(#[source] io::Error),
    /// Descriptors could not be closed.
    #[error("cannot close inherited descriptors")]
    Descriptors(#[source] io::Error),
    /// A privilege could not be given up.
    #[error("cannot give up {privilege}")]
    Privileges {
        /// Which.
        privilege: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// A limit could not be set.
    #[error("cannot limit {limit}")]
    Limit {
        /// Which.
        limit: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// A path of the rules could not be looked at.
    #[error("cannot open {} for the sandbox", path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Landlock failed.
    #[error("Landlock could not be put in force")]
    Landlock(#[source] Box<landlock::RulesetError>),
    /// Landlock is in force in part only.
    #[error("Landlock enforces only a part of its rules")]
    PartOfLandlock,
    /// Seccomp failed.
    #[error("seccomp could not be put in force")]
    Seccomp(#[source] seccompiler::Error),
}

impl From<landlock::RulesetError> for SandboxError {
    fn from(error: landlock::RulesetError) -> SandboxError {
        SandboxError::Landlock(Box::new(error))
    }
}

impl From<seccompiler::Error> for SandboxError {
    fn from(error: seccompiler::Error) -> SandboxError {
        SandboxError::Seccomp(error)
    }
}

impl From<seccompiler::BackendError> for SandboxError {
    fn from(error: seccompiler::BackendError) -> SandboxError {
        SandboxError::Seccomp(error.into())
    }
}
