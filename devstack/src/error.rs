//! What can go wrong while services are started and stopped.

use std::io;
use std::path::PathBuf;

/// A failure of a stack or of one of its services.
#[derive(Debug, thiserror::Error)]
pub enum DevstackError {
    /// A service's program is not on this machine.
    #[error(
        "{program} was not found (looked for {looked}); on Debian and Ubuntu: apt-get install {package}"
    )]
    NotInstalled {
        /// The program that was looked for.
        program: &'static str,
        /// Debian's package that brings it.
        package: &'static str,
        /// Where it was looked for.
        looked: String,
    },
    /// A program of this crate was not compiled.
    #[error(
        "{program} is not near this program; build it with `cargo build -p gildhall-devstack`, \
         or name its folder in GILDHALL_DEVSTACK_BIN"
    )]
    NotBuilt {
        /// The binary's name.
        program: &'static str,
    },
    /// The keeper could not do what it was asked.
    #[error("the keeper of the services failed: {why}")]
    Keeper {
        /// Its own words.
        why: String,
    },
    /// The keeper's pipe broke: it was killed, or is of another version.
    #[error("the keeper of the services does not answer")]
    KeeperGone(#[source] io::Error),
    /// A service ended while it started, or was not ready in time.
    #[error("{service} did not start: {why}\n--- the end of its log ---\n{log}")]
    NotStarted {
        /// Which one.
        service: &'static str,
        /// How it ended, or how long it was waited for.
        why: String,
        /// The last lines of its log.
        log: String,
    },
    /// A running service took no notice of a signal.
    #[error("{service} is still running {waited_s} s after it was told to stop")]
    NotStopped {
        /// Which one.
        service: &'static str,
        /// How long it was waited for.
        waited_s: u64,
    },
    /// The service runs elsewhere, as a `GILDHALL_TEST_…` variable says, so it is not ours to stop.
    #[error(
        "{service} was not started by this stack: it cannot be killed, stopped, paused or wiped"
    )]
    NotOurs {
        /// Which one.
        service: &'static str,
    },
    /// The stack was started without this service.
    #[error("this stack has no {service}")]
    LeftOut {
        /// Which one.
        service: &'static str,
    },
    /// A name that is not `[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])`.
    #[error("{name:?} is not a name of 3 to 63 lower-case letters, digits and inner hyphens")]
    BadName {
        /// The name that was given.
        name: String,
    },
    /// A variable or setting that cannot be used.
    #[error("{setting}: {why}")]
    BadSetting {
        /// Its name.
        setting: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// PostgreSQL refuses to run as root, and its own user cannot enter the folder.
    #[error("user {user} cannot enter {}: choose a folder that others may enter, for example below /tmp", .folder.display())]
    Unreachable {
        /// The folder that is closed to others.
        folder: PathBuf,
        /// The user that PostgreSQL runs as.
        user: String,
    },
    /// No port below the system's own range is free.
    #[error("no free port from {first} to {last}")]
    NoPort {
        /// First port tried.
        first: u16,
        /// Last port tried.
        last: u16,
    },
    /// A service refused a request over HTTP.
    #[error("{service} answered {status} to {request}: {body}")]
    Refused {
        /// Which one.
        service: &'static str,
        /// Method and path.
        request: String,
        /// HTTP status.
        status: u16,
        /// The answer's body.
        body: String,
    },
    /// A service could not be asked over HTTP.
    #[error("cannot ask {service} ({request})")]
    Unanswered {
        /// Which one.
        service: &'static str,
        /// Method and path.
        request: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// `psql` reported an error.
    #[error("psql failed: {message}")]
    Sql {
        /// Its error output.
        message: String,
    },
    /// Files or processes.
    #[error("cannot {what}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl DevstackError {
    /// For `map_err`: names what was tried.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
