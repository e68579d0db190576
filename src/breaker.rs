//! A circuit breaker for each thing that a process depends on: after five failures in a row it opens, nobody relies on the
//! thing any more, and a probe finds out when they may.

use crate::telemetry::names;
use failsafe::backoff::{self, Constant};
use failsafe::failure_policy::{self, ConsecutiveFailures};
use failsafe::futures::CircuitBreaker as _;
use failsafe::{Config, StateMachine};
use std::future::Future;
use std::time::Duration;
use tokio::sync::watch;

/// Failures in a row that open a breaker.
const FAILURES: u32 = 5;
/// How long a breaker stays open before the next probe.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// The breaker of one dependency.
#[derive(Debug)]
pub struct Breaker {
    name: &'static str,
    circuit: StateMachine<ConsecutiveFailures<Constant>, ()>,
    open: watch::Sender<bool>,
}

impl Breaker {
    /// A closed breaker for the dependency of this name.
    pub fn new(name: &'static str) -> Breaker {
        metrics::gauge!(names::BREAKER_STATE, "dependency" => name).set(0.0);
        let policy = failure_policy::consecutive_failures(FAILURES, backoff::constant(PROBE_EVERY));
        Breaker {
            name,
            circuit: Config::new().failure_policy(policy).build(),
            open: watch::Sender::new(false),
        }
    }

    /// Does something that needs the dependency and counts how it ended: `is_outage` tells a failure of the dependency from
    /// one of the request. While the breaker is open the work is done all the same: what was begun is brought to its end if
    /// it can be. Who is about to begin asks [`Breaker::is_open`].
    ///
    /// # Errors
    /// Those of the work.
    pub async fn watch<T, E>(
        &self,
        is_outage: impl Fn(&E) -> bool,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let result = work.await;
        let failed = result.as_ref().is_err_and(is_outage);
        self.count(failed).await;
        result
    }

    /// Whether the breaker is open, now and later, for others to look at.
    pub fn subscribe(&self) -> watch::Receiver<bool> {
        self.open.subscribe()
    }

    /// Whether the breaker is open.
    pub fn is_open(&self) -> bool {
        *self.open.borrow()
    }

    /// Waits until the breaker is open.
    pub async fn opened(&self) {
        // The sender lives as long as this value.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }

    /// Waits until the breaker is closed.
    pub async fn closed(&self) {
        let _ = self.open.subscribe().wait_for(|open| !open).await;
    }

    /// Probes the dependency while the breaker is open; never ends.
    pub async fn probe<E, F: Future<Output = Result<(), E>>>(&self, ping: impl Fn() -> F) {
        loop {
            self.opened().await;
            tokio::time::sleep(PROBE_EVERY).await;
            let failed = ping().await.is_err();
            self.count(failed).await;
        }
    }

    async fn count(&self, failed: bool) {
        let outcome = if failed { Err(()) } else { Ok(()) };
        // An open circuit refuses the call and counts nothing until its time is over; then one success closes it.
        let refused = matches!(
            self.circuit.call(std::future::ready(outcome)).await,
            Err(failsafe::Error::Rejected)
        );
        let open = refused || !self.circuit.is_call_permitted();
        let was_open = self.open.send_replace(open);
        if open != was_open {
            metrics::gauge!(names::BREAKER_STATE, "dependency" => self.name).set(f64::from(open));
            tracing::warn!(
                dependency = self.name,
                open,
                "the circuit breaker changed its state"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fail(breaker: &Breaker) {
        let failed: Result<(), ()> = breaker.watch(|_| true, async { Err(()) }).await;
        assert!(failed.is_err());
    }

    #[tokio::test]
    async fn five_failures_in_a_row_open_it_and_four_do_not() {
        let breaker = Breaker::new("test");
        for _ in 0..4 {
            fail(&breaker).await;
        }
        assert!(!breaker.is_open());
        breaker
            .watch(|_: &()| true, async { Ok(()) })
            .await
            .expect("a success");
        for _ in 0..4 {
            fail(&breaker).await;
        }
        assert!(!breaker.is_open(), "a success in between starts anew");
        fail(&breaker).await;
        assert!(breaker.is_open());
    }

    #[tokio::test]
    async fn faults_of_the_request_do_not_count() {
        let breaker = Breaker::new("test");
        for _ in 0..10 {
            let refused: Result<(), ()> = breaker.watch(|_| false, async { Err(()) }).await;
            assert!(refused.is_err());
        }
        assert!(!breaker.is_open());
    }

    #[tokio::test]
    async fn a_probe_that_succeeds_closes_it() {
        let breaker = Breaker::new("test");
        for _ in 0..FAILURES {
            fail(&breaker).await;
        }
        let probes = std::sync::atomic::AtomicU32::new(0);
        let ping = || async {
            let first = probes.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
            if first { Err(()) } else { Ok(()) }
        };
        tokio::select! {
            () = breaker.probe(ping) => unreachable!("it never ends"),
            () = breaker.closed() => {}
            () = tokio::time::sleep(Duration::from_secs(30)) => panic!("it stayed open"),
        }
        assert!(probes.into_inner() >= 2);
    }
}
