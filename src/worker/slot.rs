//! One place of a worker: takes one message at a time and sees it through.

use super::Deps;
use super::gauges::Busy;
use super::numbers;
use super::stop::{self, StopReason};
use super::trace::{self, Spans};
use super::way::{Verdict, way};
use crate::broker::{Consumer, Delivery};
use crate::telemetry::chain;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long a slot that gives its job back waits for the ledger to write that down.
const LAST_WORD: Duration = Duration::from_secs(10);

/// Where a worker is on its way to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It takes jobs.
    Running,
    /// It takes no new job and finishes the one that it has.
    Draining,
    /// Its grace time is over: it gives back the job that it has.
    GivingBack,
}

/// Takes jobs until the worker drains. The slot's name stands on its leases.
pub async fn serve(
    deps: Arc<Deps>,
    name: String,
    mut consumer: Consumer,
    mut phase: watch::Receiver<Phase>,
) {
    loop {
        if deps.is_paused() {
            consumer.pause().await;
            tokio::select! {
                () = deps.resumed() => consumer.resume().await,
                () = reaches(&mut phase, Phase::Draining) => break,
            }
        }
        tokio::select! {
            biased;
            () = reaches(&mut phase, Phase::Draining) => break,
            () = deps.paused() => {}
            delivery = consumer.next() => match delivery {
                Some(delivery) => {
                    let spans = Spans::of(&delivery);
                    spans.around(see_through(&deps, &name, delivery, phase.clone())).await;
                }
                None => break,
            },
        }
    }
    consumer.pause().await;
}

async fn see_through(
    deps: &Arc<Deps>,
    name: &str,
    delivery: Delivery,
    mut phase: watch::Receiver<Phase>,
) {
    let _busy = Busy::begin();
    let began = Instant::now();
    let (stopper, stop) = stop::signal();
    let drain = stopper.clone();
    let verdict = {
        let way = way(deps, name, &delivery, stopper, stop);
        tokio::pin!(way);
        tokio::select! {
            verdict = &mut way => verdict,
            () = reaches(&mut phase, Phase::GivingBack) => {
                drain.stop(StopReason::Drained);
                // Without the ledger there is nobody to give the job back to: its lease runs out, and its message comes again.
                tokio::time::timeout(LAST_WORD, way).await.unwrap_or(Verdict::Leave)
            }
        }
    };
    numbers::processed(began);
    trace::judged(&verdict);
    settle_message(deps, delivery, verdict).await;
}

/// Whatever happens here, the ledger knows how the job stands: a message that stays unacknowledged comes again and finds its
/// work done, and one that could not be sent into a wait queue is sent again by the relay.
async fn settle_message(deps: &Deps, delivery: Delivery, verdict: Verdict) {
    deps.drills.after_telling(&deps.courier).await;
    let sent = match &verdict {
        Verdict::Ack => Ok(()),
        Verdict::Leave => return delivery.leave(),
        Verdict::Later(after) => deps.publisher.later(&delivery, *after).await,
        Verdict::Dead(failure) => deps.publisher.dead(&delivery, failure).await,
    };
    if let Err(error) = sent {
        tracing::warn!(error = chain(&error), "a message was not passed on");
        if matches!(verdict, Verdict::Dead(_)) {
            return delivery.leave();
        }
    }
    if let Err(error) = delivery.ack().await {
        tracing::warn!(error = chain(&error), "a message was not acknowledged");
    }
}

async fn reaches(phase: &mut watch::Receiver<Phase>, wanted: Phase) {
    if phase.wait_for(|phase| *phase >= wanted).await.is_err() {
        // Nobody will drain this worker any more.
        std::future::pending().await
    }
}
