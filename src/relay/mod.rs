//! The relay: hands runnable jobs to the broker, and repairs what crashes left behind. Any number of relays may run; the
//! ledger lets one at a time choose what to dispatch.

mod gauges;
mod numbers;
mod repair;

use crate::broker::{Broker, BrokerError, PublishError, Publisher, TerminalEvents};
use crate::config;
use crate::courier::{Courier, carry};
use crate::ledger::{Dispatch, Ledger, LedgerError};
use crate::telemetry::{self, Labels, Outbound, chain};
use futures_util::future::join_all;
use gauges::Gauges;
use gildhall_proto::names::{JOBS_EXCHANGE, JOBS_KEY};
use numbers::Round;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tracing::{Instrument, Span};

/// Longest rest between two looks at the ledger because of jobs that ended.
const LONGEST_REST: Duration = Duration::from_millis(50);

/// A relay that is ready to run.
pub struct Relay {
    ledger: Arc<Ledger>,
    broker: Broker,
    publisher: Publisher,
    courier: Courier,
    wake: Arc<Notify>,
    labels: Labels,
    config: config::Relay,
    /// Whether the last round of mending missed messages.
    missed: AtomicBool,
}

/// Why a round ended early. The next one tries again.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("the ledger did not answer")]
    Ledger(#[from] LedgerError),
    #[error("the broker did not answer")]
    Broker(#[from] BrokerError),
}

impl Relay {
    /// A relay; `wake` is notified when a job was accepted in this process.
    pub fn new(
        ledger: Arc<Ledger>,
        broker: Broker,
        publisher: Publisher,
        courier: Courier,
        wake: Arc<Notify>,
        labels: Labels,
        config: config::Relay,
    ) -> Relay {
        numbers::begin();
        Relay {
            ledger,
            broker,
            publisher,
            courier,
            wake,
            labels,
            config,
            missed: AtomicBool::new(false),
        }
    }

    /// Relays until `shutdown`. It looks for work when a job is accepted here, when one ends anywhere (its tenant may run
    /// another), and at every poll, which finds what no signal told of.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let ended = Arc::new(Notify::new());
        let hearing = tokio::spawn(hear(self.broker.terminal_events(), Arc::clone(&ended)));
        let measuring = tokio::spawn(self.gauges().keep());
        let mut rested = Instant::now();
        let mut poll = every(Duration::from_millis(self.config.poll_ms.into()));
        let mut repairs = every(Duration::from_secs(1));
        tokio::pin!(shutdown);
        loop {
            let repair = tokio::select! {
                () = &mut shutdown => break,
                _ = repairs.tick() => true,
                () = self.wake.notified() => false,
                () = after(rested, &ended) => false,
                _ = poll.tick() => false,
            };
            if repair {
                note(self.repair().await, Round::Repair);
            }
            let began = Instant::now();
            note(self.dispatch_all().await, Round::Dispatch);
            rested = Instant::now() + rest(began.elapsed());
        }
        hearing.abort();
        measuring.abort();
        self.courier.flush().await;
    }

    fn gauges(&self) -> Gauges {
        Gauges {
            ledger: Arc::clone(&self.ledger),
            broker: self.broker.clone(),
            labels: self.labels.clone(),
        }
    }

    /// Dispatches until the ledger has nothing runnable left.
    async fn dispatch_all(&self) -> Result<(), RoundError> {
        loop {
            let batch = self.ledger.dispatch(self.config.batch.into()).await?;
            let count = batch.len();
            self.publish(batch, "new").await;
            if count < usize::from(self.config.batch) {
                return Ok(());
            }
        }
    }

    /// Publishes jobs and their events. A job whose publish fails is queued in the ledger without a message; the repair
    /// finds it. The reason is the one of the metric.
    async fn publish(&self, batch: Vec<Dispatch>, reason: &'static str) {
        let tenants = batch.iter().map(|job| job.message.tenant_id.as_str());
        self.labels.tenants.seed(tenants);
        let confirms = batch.iter().map(|job| self.publish_one(job));
        for (job, confirm) in batch.iter().zip(join_all(confirms).await) {
            match confirm {
                Ok(()) => numbers::dispatched(reason),
                Err(error) => {
                    tracing::warn!(
                        job = %job.message.job_id,
                        tenant = %job.message.tenant_id,
                        trace_id = telemetry::trace_id(job.traceparent.as_deref()),
                        error = chain(&error),
                        "a job was not published"
                    );
                }
            }
        }
        let events = batch.into_iter().flat_map(|job| job.events).collect();
        self.courier.send(events);
    }

    /// Publishes a job within its trace.
    async fn publish_one(&self, job: &Dispatch) -> Result<(), PublishError> {
        let publish = async {
            let own = telemetry::traceparent_of_current();
            let traceparent = own.as_deref().or(job.traceparent.as_deref());
            let sent = self.publisher.job(&job.message, traceparent).await;
            sent.inspect_err(|error| telemetry::failed(error))
        };
        publish.instrument(publishing(job)).await
    }

    /// Carries entries of the outbox that nobody carried.
    async fn sweep(&self, older_than: Duration) -> Result<(), RoundError> {
        let limit = self.config.batch;
        loop {
            let entries = self.ledger.outbox(older_than, limit.into()).await?;
            let count = entries.len();
            let arrived = carry(&self.ledger, &self.publisher, entries).await;
            if count < usize::from(limit) || arrived == 0 {
                return Ok(());
            }
        }
    }
}

/// The span of a publish, below the request that submitted the job.
fn publishing(job: &Dispatch) -> Span {
    let message = &job.message;
    let span = telemetry::publishing(Outbound {
        exchange: JOBS_EXCHANGE,
        routing_key: &JOBS_KEY,
        message_id: &message.job_id,
        job: &message.job_id,
        tenant: &message.tenant_id,
    });
    telemetry::continue_from(&span, job.traceparent.as_deref());
    span
}

/// Wakes the relay whenever a job has ended. A task of its own, so that no poll interrupts a subscription half-way, again and
/// again where the broker is slow.
async fn hear(mut ended: TerminalEvents, wake: Arc<Notify>) {
    loop {
        ended.next().await;
        wake.notify_one();
    }
}

/// Where jobs end one after the other, each end would have the ledger asked again: the rest gathers them, so that asking
/// takes a tenth of the time at most. Submitted jobs do not wait for it.
fn rest(took: Duration) -> Duration {
    (took * 9).min(LONGEST_REST)
}

/// An end of a job, heard of once the rest is over.
async fn after(rested: Instant, ended: &Notify) {
    tokio::time::sleep_until(rested).await;
    ended.notified().await;
}

fn note(result: Result<(), RoundError>, round: Round) {
    numbers::ended(round, &result);
    if let Err(error) = result {
        tracing::warn!(
            round = round.as_str(),
            error = chain(&error),
            "a round of the relay ended early"
        );
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
