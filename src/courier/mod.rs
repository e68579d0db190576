//! Carries what the outbox holds to the broker: publish, wait for the confirm, then delete the row. A crash in between
//! leaves the row, and the relay's sweep carries it again: consumers drop repeats by the event's id.

mod ends;
mod trace;

pub use ends::tell_failures;

use crate::broker::{PublishError, Publisher};
use crate::ledger::{Ledger, OutboxEntry, OutboxItem};
use crate::telemetry::{self, Labels, chain};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

/// Batches that may wait for the courier; what does not fit waits in the ledger for the sweep.
const WAITING: usize = 1024;
/// Entries carried in one go.
const BATCH: usize = 128;
/// How long entries that have arrived may wait for their deletion, so that one statement deletes many.
const FORGET: Duration = Duration::from_millis(50);
/// How long a process that ends waits for what it handed over; the sweep of another carries the rest.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Takes entries of the outbox and sees to it that they arrive.
#[derive(Clone, Debug)]
pub struct Courier {
    parcels: mpsc::Sender<Parcel>,
    labels: Labels,
}

#[derive(Debug)]
enum Parcel {
    Entries(Vec<OutboxEntry>),
    Flush(oneshot::Sender<()>),
}

impl Courier {
    /// Starts a courier; it ends with its last handle.
    pub fn start(ledger: Arc<Ledger>, publisher: Publisher, labels: Labels) -> Courier {
        ends::begin();
        let (parcels, receiver) = mpsc::channel(WAITING);
        tokio::spawn(carry_all(ledger, publisher, receiver));
        Courier { parcels, labels }
    }

    /// Hands entries over, just written by this process, without waiting for them. Where the courier cannot take them, the
    /// sweep will. In a trace, their publishes come below the current span.
    pub fn send(&self, mut entries: Vec<OutboxEntry>) {
        ends::count(&entries, &self.labels);
        trace::follow_current(&mut entries);
        if !entries.is_empty() && self.parcels.try_send(Parcel::Entries(entries)).is_err() {
            tracing::debug!("the courier is busy: the sweep carries these entries");
        }
    }

    /// Waits until everything handed over so far was tried, but not for long.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        let tried = async {
            if self.parcels.send(Parcel::Flush(done)).await.is_ok() {
                let _ = flushed.await;
            }
        };
        if tokio::time::timeout(LAST_WAIT, tried).await.is_err() {
            tracing::warn!("the broker does not answer: what is left to tell stays in the outbox");
        }
    }
}

async fn carry_all(
    ledger: Arc<Ledger>,
    publisher: Publisher,
    mut receiver: mpsc::Receiver<Parcel>,
) {
    let mut parcels = Vec::new();
    let mut arrived = Vec::new();
    let mut due = Instant::now();
    loop {
        if arrived.is_empty() {
            due = Instant::now() + FORGET;
        }
        let came = tokio::select! {
            // However much comes: entries that stay for seconds would be told again by the sweep.
            biased;
            () = sleep_until(due), if !arrived.is_empty() => {
                forget(&ledger, &mut arrived).await;
                continue;
            }
            came = receiver.recv_many(&mut parcels, BATCH) => came,
        };
        let mut entries = Vec::new();
        let mut flushes = Vec::new();
        for parcel in parcels.drain(..) {
            match parcel {
                Parcel::Entries(more) => entries.extend(more),
                Parcel::Flush(done) => flushes.push(done),
            }
        }
        arrived.extend(publish_all(&publisher, entries).await);
        if arrived.len() >= BATCH || !flushes.is_empty() || came == 0 {
            forget(&ledger, &mut arrived).await;
        }
        for done in flushes {
            // Whoever waited may have gone.
            let _ = done.send(());
        }
        if came == 0 {
            return;
        }
    }
}

/// Publishes entries and deletes those whose confirm came; gives back how many did.
pub async fn carry(ledger: &Ledger, publisher: &Publisher, entries: Vec<OutboxEntry>) -> usize {
    let mut arrived = publish_all(publisher, entries).await;
    let count = arrived.len();
    forget(ledger, &mut arrived).await;
    count
}

/// Deletes what has arrived. Where that fails it is told again, and consumers drop the repeat.
async fn forget(ledger: &Ledger, arrived: &mut Vec<i64>) {
    if !arrived.is_empty()
        && let Err(error) = ledger.published(arrived).await
    {
        tracing::warn!(
            error = chain(&error),
            "entries that arrived stay in the outbox and are told again"
        );
    }
    arrived.clear();
}

/// Publishes entries; gives back those whose confirm came.
async fn publish_all(publisher: &Publisher, entries: Vec<OutboxEntry>) -> Vec<i64> {
    let confirms = join_all(entries.iter().map(|entry| publish(publisher, entry))).await;
    let mut arrived = Vec::with_capacity(entries.len());
    for (entry, confirm) in entries.iter().zip(confirms) {
        match confirm {
            Ok(()) => arrived.push(entry.id),
            Err(error) => trace::kept(entry, &error),
        }
    }
    arrived
}

/// Publishes an entry within its trace, and lets it carry the publish's own `traceparent`.
async fn publish(publisher: &Publisher, entry: &OutboxEntry) -> Result<(), PublishError> {
    let publish = async {
        let followed = trace::following_current(&entry.item);
        let sent = send(publisher, followed.as_ref().unwrap_or(&entry.item)).await;
        sent.inspect_err(|error| telemetry::failed(error))
    };
    publish.instrument(trace::publishing(&entry.item)).await
}

async fn send(publisher: &Publisher, item: &OutboxItem) -> Result<(), PublishError> {
    match item {
        OutboxItem::Event(event) => publisher.event(event).await,
        OutboxItem::DeadLetter {
            message,
            failure,
            traceparent,
        } => {
            publisher
                .dead_job(message, traceparent.as_deref(), failure)
                .await
        }
    }
}
