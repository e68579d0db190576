//! Why an inspection did not find a usable file.

use super::answer::Refusal;
use crate::child::ChildError;

/// Why an inspection did not find a usable file.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The file is at fault.
    #[error("the file is refused: {0}")]
    Refused(Refusal),
    /// This machine is: nothing is known of the file.
    #[error("the inspection failed")]
    Failed(#[source] ChildError),
}
