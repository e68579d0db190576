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
        /// What it says of it, for whoever sent the job.
        brief: String,
        /// The same with everything below it, for whoever runs the worker.
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

impl AttemptError {
    /// What happened, for whoever sent the job: nothing of this machine, of the services behind it, or of libraries. The error
    /// with its sources is for the log.
    pub fn brief(&self) -> String {
        match self {
            AttemptError::Objects { what, source } => {
                format!("{what} failed: {}", of_store(source))
            }
            AttemptError::Render { brief, .. } if brief.is_empty() => "the render failed".into(),
            AttemptError::Render { brief, .. } => format!("the render failed: {brief}"),
            AttemptError::Child(error) => format!("the render gave no result: {}", error.brief()),
            AttemptError::Ledger(_)
            | AttemptError::Quarantined { .. }
            | AttemptError::Refused { .. }
            | AttemptError::Altered { .. }
            | AttemptError::Workspace(_)
            | AttemptError::Lied
            | AttemptError::Stopped(_) => self.to_string(),
        }
    }
}

/// What the store said, without its keys, codes and addresses.
fn of_store(error: &ObjectsError) -> String {
    match error {
        ObjectsError::Missing { .. } => "it is not there".into(),
        ObjectsError::TooLarge { limit, .. } => format!("it has more than {limit} bytes"),
        ObjectsError::Unavailable { .. } => "the store is out of service".into(),
        ObjectsError::Refused { .. } => "the store refused it".into(),
        ObjectsError::Interrupted(_) => "its bytes stopped coming".into(),
        ObjectsError::Local(_) => "a file of the worker could not be used".into(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::Fate;

    /// Of a path, an address, a statement, a place in the sources, and a library.
    const INSIDES: [&str; 7] = [
        "/srv", "10.0.0.7", "bucket", "SELECT", "src/", "os error", "panicked",
    ];

    fn system() -> io::Error {
        io::Error::other("/srv/work/attempt-7: no space left on device (os error 28)")
    }

    fn of_objects(source: ObjectsError) -> AttemptError {
        let what = "fetching products/ring.jpg".to_owned();
        AttemptError::Objects { what, source }
    }

    fn every_kind() -> Vec<(AttemptError, &'static str)> {
        let reply = || "GET http://10.0.0.7:9000/bucket/tenants/acme: 403".into();
        let action = "fetch an object";
        let code = Some("bucket".to_owned());
        let key = "bucket/ring.jpg".to_owned();
        let refused = LedgerError::Corrupt("SELECT at 10.0.0.7".to_owned());
        let how = "exit status: 101: panicked at src/main.rs:1: /srv/work".to_owned();
        let fate = Fate::Crashed;
        vec![
            (
                of_objects(ObjectsError::Missing { key: key.clone() }),
                "fetching products/ring.jpg failed: it is not there",
            ),
            (
                of_objects(ObjectsError::TooLarge { key, limit: 5 }),
                "fetching products/ring.jpg failed: it has more than 5 bytes",
            ),
            (
                of_objects(ObjectsError::Unavailable {
                    action,
                    source: reply(),
                }),
                "fetching products/ring.jpg failed: the store is out of service",
            ),
            (
                of_objects(ObjectsError::Refused {
                    action,
                    code,
                    source: reply(),
                }),
                "fetching products/ring.jpg failed: the store refused it",
            ),
            (
                of_objects(ObjectsError::Interrupted(reply())),
                "fetching products/ring.jpg failed: its bytes stopped coming",
            ),
            (
                of_objects(ObjectsError::Local(system())),
                "fetching products/ring.jpg failed: a file of the worker could not be used",
            ),
            (
                AttemptError::Ledger(refused),
                "looking up the job's assets failed",
            ),
            (
                AttemptError::Workspace(system()),
                "the working folder cannot be used",
            ),
            (
                ChildError::Ended { fate, how }.into(),
                "the render gave no result: the process broke down",
            ),
            (
                ChildError::System(system()).into(),
                "the render gave no result: the process cannot be run",
            ),
        ]
    }

    #[test]
    fn whoever_sent_the_job_hears_nothing_of_the_insides() {
        for (error, brief) in every_kind() {
            assert_eq!(error.brief(), brief);
            for inside in INSIDES {
                assert!(!brief.contains(inside), "{inside} in {brief}");
            }
        }
    }

    #[test]
    fn of_a_render_its_brief_counts_and_not_its_message() {
        let failed = |brief: &str| AttemptError::Render {
            code: "environment".into(),
            class: RenderClass::Recoverable,
            brief: brief.into(),
            message: "cannot open /srv/work".into(),
        };
        assert_eq!(failed("why").brief(), "the render failed: why");
        assert_eq!(failed("").brief(), "the render failed");
        let logged = "the render failed: cannot open /srv/work";
        assert_eq!(failed("why").to_string(), logged);
    }
}
