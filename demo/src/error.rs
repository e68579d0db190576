//! What can go wrong, and how it is told.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

use gildhall_devstack::DevstackError;
use gildhall_proto::SpecFaults;

use crate::log;

/// Why the demo ended early.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A service did not start, or refused.
    #[error(transparent)]
    Services(#[from] DevstackError),
    /// The command under demonstration is missing.
    #[error("{} is not there; build it with `cargo build`", .0.display())]
    NotBuilt(PathBuf),
    /// A short command of `gildhall` failed.
    #[error("`gildhall {command}` {how}: {said}")]
    Command {
        /// Its arguments.
        command: String,
        /// How it ended.
        how: String,
        /// What it wrote to its error stream.
        said: String,
    },
    /// A role ended by itself.
    #[error("{role} has ended by itself ({how})")]
    Ended {
        /// Its name, which its log bears too.
        role: String,
        /// How it ended.
        how: String,
    },
    /// Nobody answered a request.
    #[error("no answer to {request}")]
    Unanswered {
        /// Method and path.
        request: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// A request was refused.
    #[error("{request} was answered with {status}: {body}")]
    Refused {
        /// Method and path.
        request: String,
        /// HTTP status.
        status: u16,
        /// The answer's body.
        body: String,
    },
    /// An answer is not what the contract says.
    #[error("the answer to {request} cannot be used: {why}")]
    Answer {
        /// Method and path, or the command.
        request: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something did not happen in time.
    #[error("{what} within {waited_s} s")]
    TooLate {
        /// What did not happen.
        what: String,
        /// How long it was waited for.
        waited_s: u64,
    },
    /// The job did not become a video.
    #[error("the job is {status}: {why}")]
    NoVideo {
        /// Where it ended.
        status: String,
        /// Why.
        why: String,
    },
    /// A file that was downloaded is not the one that the worker stored.
    #[error("{name} has the SHA-256 {found}, and not {recorded} as its record says")]
    WrongBytes {
        /// The file's name.
        name: String,
        /// What was received.
        found: String,
        /// What the job's output says.
        recorded: String,
    },
    /// The job file breaks the contract.
    #[error("{} is not a valid job", .file.display())]
    Job {
        /// The job file.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        source: SpecFaults,
    },
    /// No port for the API.
    #[error("no free port from {first} to {last}; name one with --port")]
    NoPort {
        /// First port tried.
        first: u16,
        /// Last port tried.
        last: u16,
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
    /// Somebody pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl DemoError {
    /// For `map_err`: names what was tried.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> DemoError {
        let what = what.into();
        move |source| DemoError::Io { what, source }
    }

    /// The roles whose logs are likely to say more.
    fn roles(&self) -> Vec<&str> {
        match self {
            DemoError::Ended { role, .. } => vec![role.as_str()],
            DemoError::Unanswered { .. } | DemoError::Refused { .. } => vec!["api"],
            DemoError::TooLate { .. } | DemoError::NoVideo { .. } => {
                vec!["api", "worker-1", "worker-2"]
            }
            _ => Vec::new(),
        }
    }
}

/// The error with its causes, and the ends of the logs that belong to it.
pub fn tell(error: &DemoError, logs: &Path) -> String {
    let mut text = format!("error: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        // Writing into a string cannot fail.
        let _ = write!(text, ": {inner}");
        cause = inner.source();
    }
    for role in error.roles() {
        let path = log::path(logs, role);
        let _ = write!(text, "\n\n--- the end of {} ---\n", path.display());
        text.push_str(&log::tail(&path));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_tells_its_causes_and_its_log() {
        let logs = tempfile::tempdir().expect("a folder");
        std::fs::write(log::path(logs.path(), "worker-2"), "one\ntwo\n").expect("a log");
        let ended = DemoError::Ended {
            role: "worker-2".to_owned(),
            how: "exit code 5".to_owned(),
        };
        let text = tell(&ended, logs.path());
        assert!(text.starts_with("error: worker-2 has ended"), "{text}");
        assert!(text.ends_with("one\ntwo"), "{text}");

        let missing = io::Error::other("no such folder");
        let text = tell(&DemoError::io("write video.mp4")(missing), logs.path());
        assert_eq!(text, "error: cannot write video.mp4: no such folder");
    }
}
