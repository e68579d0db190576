//! Stopping an attempt from outside.

use std::fmt;
use tokio::sync::watch;

/// Why an attempt must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody cancelled the job.
    Cancelled,
    /// Another worker holds the job now.
    LeaseLost,
    /// This worker shuts down and its grace time is over.
    Drained,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StopReason::Cancelled => "the job was cancelled",
            StopReason::LeaseLost => "another worker took the job over",
            StopReason::Drained => "this worker shuts down",
        })
    }
}

/// The end that stops. The first reason stays.
#[derive(Clone, Debug)]
pub struct Stopper(watch::Sender<Option<StopReason>>);

/// The end that is stopped.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Option<StopReason>>);

/// Both ends of a new signal.
pub fn signal() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(None);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks the attempt to stop.
    pub fn stop(&self, reason: StopReason) {
        self.0.send_if_modified(|current| match current {
            Some(_) => false,
            None => {
                *current = Some(reason);
                true
            }
        });
    }
}

impl Stop {
    /// Waits for the reason; for ever if nobody stops the attempt.
    pub async fn requested(&mut self) -> StopReason {
        let requested = self.0.wait_for(Option::is_some).await;
        // Without a stopper nobody will ever ask.
        match requested.ok().and_then(|reason| *reason) {
            Some(reason) => reason,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stays() {
        let (stopper, mut stop) = signal();
        stopper.stop(StopReason::Cancelled);
        stopper.stop(StopReason::Drained);
        assert_eq!(stop.requested().await, StopReason::Cancelled);
    }
}
