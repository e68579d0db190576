//! What crashes and lost messages leave behind, and how it is mended.

use super::{Relay, RoundError, numbers};
use crate::broker::JOBS_QUEUE;
use crate::courier::tell_failures;
use crate::ledger::{OutboxEntry, OutboxItem};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How old an entry of the outbox is before it counts as left behind: whoever wrote it is about to carry it.
const LEFT_BEHIND: Duration = Duration::from_secs(3);
/// How long a lease is over before its job is taken from a worker that seems dead: its message comes again at once when the
/// broker notices, so this is for messages that were lost as well.
const DEAD_WORKER: Duration = Duration::from_secs(5);

impl Relay {
    /// One round of mending: outbox entries that nobody carried, jobs of dead workers, and messages that vanished.
    pub(super) async fn repair(&self) -> Result<(), RoundError> {
        self.sweep(LEFT_BEHIND).await?;
        let reaped = self
            .ledger
            .reap(DEAD_WORKER, self.config.batch.into())
            .await?;
        numbers::reaped(reaped.again.len(), ends(&reaped.events));
        tell_failures(&reaped.events);
        self.courier.send(reaped.events);
        self.publish(reaped.again, "overdue").await;
        self.send_again().await
    }

    /// Sends jobs again whose message has vanished: the ledger believes in more messages than the broker has, twice in a row,
    /// since a worker may have taken one whose job it is just about to claim. The broker is asked first: what is claimed
    /// meanwhile is then missed by nobody. Those that are sent twice do no harm: the second message finds the job's work done.
    async fn send_again(&self) -> Result<(), RoundError> {
        let patience = Duration::from_millis(self.config.redispatch_after_ms.into());
        let expected = || self.ledger.waiting_on_broker(patience);
        if expected().await? == 0 {
            self.missed.store(false, Ordering::Relaxed);
            return Ok(());
        }
        let ready = self.broker.ready_messages(JOBS_QUEUE).await?;
        let expected = expected().await?;
        let misses = expected > i64::from(ready);
        if !(self.missed.swap(misses, Ordering::Relaxed) && misses) {
            return Ok(());
        }
        let overdue = self
            .ledger
            .overdue(patience, self.config.batch.into())
            .await?;
        tracing::warn!(
            expected,
            ready,
            again = overdue.len(),
            "messages have vanished: jobs are sent again"
        );
        self.publish(overdue, "overdue").await;
        Ok(())
    }
}

/// How many jobs these entries tell the end of: each has one event, and a failed one a dead letter beside it.
fn ends(entries: &[OutboxEntry]) -> usize {
    let is_event = |entry: &&OutboxEntry| matches!(entry.item, OutboxItem::Event(_));
    entries.iter().filter(is_event).count()
}
