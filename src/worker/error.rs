//! What can go wrong with an attempt.

use super::stop::StopReason;
use crate::child::ChildError;
use crate::ledger::LedgerError;
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
    /// The ledger did not say which of the job's assets may be used.
    #[error("looking up the job's assets failed")]
    Ledger(#[source] LedgerError),
    /// An asset cannot be used yet.
    #[error("{key} is in quarantine until it is scanned")]
    Quarantined {
        /// What the job calls it.
        key: String,
    },
    /// An asset can never be used.
    #[error("{key} is refused, for the scanner found {found} in it")]
    Refused {
        /// What the job calls it.
        key: String,
        /// What was found in it.
        found: String,
    },
    /// The store gave other bytes than those that were scanned and released.
    #[error("{key} has other bytes in the store than were uploaded")]
    Altered {
        /// What the job calls it.
        key: String,
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
    /// The render process gave no result: it broke down, or passed one of its limits.
    #[error("the render gave no result")]
    Child(#[from] ChildError),
    /// The render process named as its result what it did not make.
    #[error("the render named files that are not its own")]
    Lied,
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
