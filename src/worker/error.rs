//! What can go wrong with an attempt.

use super::stop::StopReason;
use crate::objects::ObjectsError;
use std::io;

/// Why an attempt gave no video. [`super::outcome`] says what follows from it.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// An object could not be fetched or stored.
    #[error("{what} failed")]
    Objects {
        /// What was tried, such as `fetching products/ring.jpg`.
        what: String,
        /// What the store said.
        source: ObjectsError,
    },
    /// The private folder of the attempt could not be used.
    #[error("the working folder cannot be used")]
    Workspace(#[from] io::Error),
    /// The render process ended with an error that it described.
    #[error("the render failed: {message}")]
    Render {
        /// Its stable code.
        code: String,
        /// What kind of failure it was.
        class: RenderClass,
        /// Its message, for people.
        message: String,
    },
    /// The render process ended without a word: it was killed, or it crashed.
    #[error("the render process ended with {how}")]
    Crashed {
        /// Its exit status, and the last it wrote to its error stream.
        how: String,
    },
    /// The render took more memory than it may, and was stopped.
    #[error("the render took {used_mb} MB; at most {limit_mb} are allowed")]
    OverMemory {
        /// Megabytes in use when it was stopped.
        used_mb: u64,
        /// Megabytes allowed.
        limit_mb: u64,
    },
    /// The render took longer than it may, and was stopped.
    #[error("the render took longer than {limit_s} s")]
    OverTime {
        /// Seconds allowed.
        limit_s: u64,
    },
    /// Somebody stopped the attempt.
    #[error("the attempt was stopped: {0}")]
    Stopped(StopReason),
}

/// What a render process says of its own failure (`gildhall render --json`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenderClass {
    /// The job or its media are at fault.
    Rejected,
    /// The machine is at fault.
    Recoverable,
    /// Memory or time ran out.
    Resource,
    /// It was told to stop.
    Cancelled,
}
