//! What the owner and its keeper say to each other: one JSON value a line, an answer for each request, in order.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Raised with every change of the messages, so that a keeper of an older build is told from a broken one.
pub const VERSION: u32 = 1;

/// From the owner.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Always first: takes a folder, or makes a temporary one.
    Open {
        /// The folder to take and to leave behind; none for a temporary one.
        folder: Option<PathBuf>,
    },
    /// Starts a process under a name. The process that had the name must have ended.
    Spawn {
        /// The name it will be asked for by.
        name: String,
        /// How to start it.
        launch: Launch,
    },
    /// Signals the process of that name. Without effect when it has ended.
    Signal {
        /// The process's name.
        name: String,
        /// Which signal.
        sign: Sign,
    },
    /// Asks whether the process of that name is running.
    State {
        /// The process's name.
        name: String,
    },
}

/// From the keeper.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// To `Open`.
    Opened {
        /// [`VERSION`] of the keeper.
        version: u32,
        /// The folder, absolute.
        folder: PathBuf,
    },
    /// It was done.
    Done,
    /// To `State`.
    State(State),
    /// It could not be done.
    Failed {
        /// Why, for a person.
        why: String,
    },
}

/// Whether a process is running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It was never started.
    Unknown,
    /// It is running, or stopped by [`Sign::Freeze`].
    Running,
    /// It has ended.
    Ended {
        /// With exit code 0.
        success: bool,
        /// How, for a person.
        how: String,
    },
}

/// The signals that services get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// SIGINT to the process alone: PostgreSQL's fast shutdown.
    Interrupt,
    /// SIGTERM to the process alone.
    Terminate,
    /// SIGQUIT to the process alone: PostgreSQL's immediate shutdown.
    Quit,
    /// SIGKILL to the process and all its descendants; answered when they are gone.
    Kill,
    /// SIGSTOP to the process and all its descendants.
    Freeze,
    /// SIGCONT to the process and all its descendants.
    Thaw,
}

/// How to start a process. It gets no environment but this one, no input, and `/` as its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Launch {
    /// The program, absolute.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its whole environment.
    pub env: Vec<(String, String)>,
    /// Gets its output, appended.
    pub log: PathBuf,
    /// Whom to run it as; none: as the keeper runs.
    pub user: Option<User>,
    /// What it is sent when the owner has gone, two seconds before it is killed; none: killed at once.
    pub farewell: Option<Sign>,
}

/// A user by number. Supplementary groups are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}
