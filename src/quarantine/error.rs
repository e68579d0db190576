//! Why an upload could not be brought to its end this time.

use crate::ledger::LedgerError;
use crate::objects::ObjectsError;
use crate::scan::ScanError;
use std::io;

/// It stays in quarantine, and is looked at again.
#[derive(Debug, thiserror::Error)]
pub(super) enum PorterError {
    #[error("the ledger did not take a step")]
    Ledger(#[from] LedgerError),
    #[error("the store did not do its part")]
    Objects(#[from] ObjectsError),
    #[error("it could not be scanned")]
    Scan(#[from] ScanError),
    #[error("the folder of the porter cannot be used")]
    Folder(#[from] io::Error),
    #[error("the file changed on this disk after it was scanned")]
    Changed,
}
