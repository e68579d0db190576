//! The janitor: removes what is past its time, a bounded batch after the other, with a rest between full ones. Any number may
//! run at once, and each may be stopped or killed anywhere: the next one goes on.
//!
//! What only the ledger has goes first, so that an outage of the store holds up nothing of it. Then uploads and videos: rows
//! are marked, their objects deleted, the rows told so. At last the rows themselves, and objects that nothing names.

mod bytes;
mod error;
mod leftovers;
mod policy;
mod rows;
mod tally;

pub use error::JanitorError;
pub use policy::Policy;
pub use tally::Tally;

use crate::config;
use crate::ledger::{Ledger, Past, PastAfter};
use crate::objects::Objects;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// A janitor that is ready to run.
#[derive(Debug)]
pub struct Janitor {
    ledger: Ledger,
    objects: Objects,
    config: config::Retention,
    stop: watch::Receiver<bool>,
}

impl Janitor {
    /// A janitor that ends after the batch in hand once `stop` holds `true`.
    pub fn new(
        ledger: Ledger,
        objects: Objects,
        config: config::Retention,
        stop: watch::Receiver<bool>,
    ) -> Janitor {
        Janitor {
            ledger,
            objects,
            config,
            stop,
        }
    }

    /// Removes everything that is past its time, and counts it in `tally`, also where it ends early.
    ///
    /// # Errors
    /// [`JanitorError`]; what was not done by then the next run does.
    pub async fn run(&self, tally: &mut Tally) -> Result<(), JanitorError> {
        let policies = self.policies().await?;
        self.forget_lines(&policies, tally).await?;
        self.expire(&policies, tally).await?;
        self.clear(tally).await?;
        self.forget_jobs(&policies, tally).await?;
        self.remove_leftovers(&policies, tally).await
    }

    /// Counts what a run would take, and takes nothing. Of leftovers it counts those that there are before the run.
    ///
    /// # Errors
    /// [`JanitorError`].
    pub async fn look(&self, tally: &mut Tally) -> Result<(), JanitorError> {
        let policies = self.policies().await?;
        for policy in &policies {
            if self.is_stopped() {
                return Ok(());
            }
            let past = self.ledger.count_past(Some(&policy.tenant), &policy.after);
            tally.count(&past.await?);
        }
        let nobodys = PastAfter {
            audit: self.nobodys_audit_days(),
            ..PastAfter::default()
        };
        let past: Past = self.ledger.count_past(None, &nobodys).await?;
        tally.count(&past);
        self.count_leftovers(&policies, tally).await
    }

    /// Whether it was told to stop.
    pub fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    async fn policies(&self) -> Result<Vec<Policy>, JanitorError> {
        let keep = self.ledger.list_keep().await?;
        let policy = |(tenant, keep)| Policy::of(tenant, &keep, &self.config);
        Ok(keep.into_iter().map(policy).collect())
    }

    /// Of what is no tenant's, the audit log has the installation's days.
    fn nobodys_audit_days(&self) -> Option<u32> {
        policy::some_days(self.config.audit_days)
    }

    /// Rests between two batches; not when it is told to stop.
    async fn rest(&self) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = sleep(Duration::from_millis(self.config.pause_ms.into())) => {}
            // An error: nobody is left who could tell it to stop.
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
}
