//! What keeps the janitor from its work.

use crate::ledger::LedgerError;
use crate::objects::ObjectsError;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum JanitorError {
    /// The ledger did not take a step.
    #[error("the ledger did not take a step")]
    Ledger(#[from] LedgerError),
    /// The store did not list or delete objects. What was marked stays marked, and its objects go with the next run.
    #[error("the object store did not list or delete objects")]
    Objects(#[from] ObjectsError),
}
