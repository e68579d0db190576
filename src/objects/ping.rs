//! Is the bucket there?

use super::{Objects, ObjectsError};
use std::time::Duration;

const ACTION: &str = "show its bucket";

/// Longer than a connection may take, shorter than a readiness probe waits.
const PATIENCE: Duration = Duration::from_secs(4);

impl Objects {
    /// Asks whether the bucket is there and our keys open it; answers within 4 s.
    ///
    /// # Errors
    /// [`ObjectsError::Refused`] where there is no such bucket or it is not for us, [`ObjectsError::Unavailable`] where
    /// there is no answer.
    pub async fn ping(&self) -> Result<(), ObjectsError> {
        let request = self.client.head_bucket().bucket(&self.bucket).send();
        match tokio::time::timeout(PATIENCE, request).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(ObjectsError::of(ACTION, error)),
            Err(elapsed) => Err(ObjectsError::Unavailable {
                action: ACTION,
                source: elapsed.into(),
            }),
        }
    }
}
