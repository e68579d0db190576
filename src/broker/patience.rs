//! The waits of a subscriber that keeps trying.

use tokio::time::{Instant, sleep_until};

use super::backoff;
use super::error::BrokerError;

/// Counts the failures since something last worked, and waits accordingly. Dropping the wait half-way loses nothing:
/// the next one ends when this one would have.
#[derive(Debug, Default)]
pub(super) struct Patience {
    failures: u32,
    not_before: Option<Instant>,
}

impl Patience {
    /// Waits until the next attempt is due.
    pub(super) async fn wait(&mut self) {
        if let Some(due) = self.not_before {
            sleep_until(due).await;
            self.not_before = None;
        }
    }

    /// Something failed.
    pub(super) fn failed(&mut self, error: &BrokerError) {
        let wait = match error {
            BrokerError::Down { retry_in } => *retry_in,
            _ => {
                self.failures = self.failures.saturating_add(1);
                backoff::delay(self.failures, fastrand::f64())
            }
        };
        self.not_before = Some(Instant::now() + wait);
    }

    /// A message arrived: the next failure is the first one again. (That a connection was made is not enough, or one
    /// that breaks at once would be made again without a pause.)
    pub(super) fn worked(&mut self) {
        self.failures = 0;
    }
}
