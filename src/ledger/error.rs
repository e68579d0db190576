//! What can go wrong with the ledger.

use std::fmt::Display;

use sqlx::migrate::MigrateError;

/// Why a step was not taken, or why it is not known whether it was.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database is away, restarting, full, or too busy. The step may have been taken: only its answer is missing. It is
    /// safe to repeat.
    #[error("the ledger is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The database refused the step, and would again.
    #[error("the ledger refused a step")]
    Query(#[source] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("the ledger's tables could not be brought up to date")]
    Migrate(#[source] MigrateError),
    /// The tables are missing, or older than this release.
    #[error("the ledger's tables are not those of this release: run `gildhall migrate` first")]
    NotMigrated,
    /// Something is stored that this release cannot read.
    #[error("the ledger holds something that this release cannot read: {0}")]
    Corrupt(String),
}

impl LedgerError {
    /// Whether it is the database's state and not the step that is at fault, so that the same step may succeed later.
    pub fn is_outage(&self) -> bool {
        matches!(self, LedgerError::Unavailable(_))
    }

    /// The database said nothing at all: its host may be gone.
    pub fn no_answer() -> LedgerError {
        let silence = std::io::Error::from(std::io::ErrorKind::TimedOut);
        LedgerError::Unavailable(sqlx::Error::Io(silence))
    }

    /// Something stored that cannot be read, with the reason.
    pub(super) fn corrupt(what: &str, reason: impl Display) -> LedgerError {
        LedgerError::Corrupt(format!("{what}: {reason}"))
    }

    /// Whether the step broke a rule of the table: a second row where one may be, for example.
    pub(super) fn breaks_unique(&self) -> bool {
        matches!(self, LedgerError::Query(error)
            if error.as_database_error().is_some_and(|reason| reason.is_unique_violation()))
    }
}

impl From<sqlx::Error> for LedgerError {
    fn from(error: sqlx::Error) -> LedgerError {
        use sqlx::Error::{
            BeginFailed, ColumnDecode, Database, Decode, Io, PoolClosed, PoolTimedOut, Tls,
            WorkerCrashed,
        };
        let outage = match &error {
            Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed | BeginFailed => true,
            Database(reason) => reason.code().is_some_and(|code| is_outage(&code)),
            _ => false,
        };
        match error {
            error if outage => LedgerError::Unavailable(error),
            ColumnDecode { .. } | Decode(_) => LedgerError::Corrupt(error.to_string()),
            error => LedgerError::Query(error),
        }
    }
}

impl From<MigrateError> for LedgerError {
    fn from(error: MigrateError) -> LedgerError {
        match error {
            MigrateError::Execute(error) => LedgerError::from(error),
            error => LedgerError::Migrate(error),
        }
    }
}

/// SQLSTATEs that tell of the server and not of the step (PostgreSQL manual, appendix A).
fn is_outage(code: &str) -> bool {
    // Connection exceptions; insufficient resources.
    let classes = ["08", "53"];
    let codes = [
        "25006", // read-only: a standby, in the middle of a failover
        "40001", // serialization failure
        "40P01", // deadlock detected
        "55P03", // lock not available
        "57014", // query cancelled: over the statement time-out
        "57P01", // admin shutdown
        "57P02", // crash shutdown
        "57P03", // cannot connect now
        "57P05", // idle session time-out
    ];
    classes.iter().any(|class| code.starts_with(class)) || codes.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_goes_or_is_full_is_an_outage() {
        for code in ["08006", "57P01", "57P02", "57P03", "53300", "53100"] {
            assert!(is_outage(code), "{code}");
        }
        for code in ["23505", "23514", "42501", "42P01", "22P02"] {
            assert!(!is_outage(code), "{code}");
        }
    }

    #[test]
    fn lost_connections_are_outages_and_wrong_steps_are_not() {
        let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(LedgerError::from(sqlx::Error::Io(lost)).is_outage());
        assert!(LedgerError::from(sqlx::Error::PoolTimedOut).is_outage());
        assert!(LedgerError::from(sqlx::Error::PoolClosed).is_outage());
        assert!(!LedgerError::from(sqlx::Error::RowNotFound).is_outage());
    }
}
