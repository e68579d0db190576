//! Whether a worker takes jobs, for those who look after it, whatever it is doing.

use super::slot::Phase;
use crate::broker::Listening;
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;

/// What a worker needs in order to take jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It is not on its way to its end.
    Running,
    /// The broker would bring it messages.
    Broker,
    /// The breaker of the ledger is closed. It counts what the worker tries: of a ledger that went away while there was
    /// nothing to do it knows nothing.
    Ledger,
    /// The breaker of the store is closed, which counts in the same way.
    Objects,
    /// The breaker of its working folder is closed.
    Folder,
}

impl Need {
    /// All there are.
    pub const ALL: [Need; 5] = [
        Need::Running,
        Need::Broker,
        Need::Ledger,
        Need::Objects,
        Need::Folder,
    ];
}

/// A view of a worker that keeps nothing of it alive.
#[derive(Clone)]
pub struct Standing {
    pub(super) phase: watch::Receiver<Phase>,
    /// One for each slot, once they have begun.
    pub(super) slots: Arc<OnceLock<Vec<Listening>>>,
    pub(super) ledger_open: watch::Receiver<bool>,
    pub(super) objects_open: watch::Receiver<bool>,
    pub(super) folder_open: watch::Receiver<bool>,
}

impl Standing {
    /// Whether the worker has this.
    ///
    /// # Errors
    /// Why it has not.
    pub fn has(&self, need: Need) -> Result<(), &'static str> {
        const OPEN: &str = "it failed five times in a row: no job is taken until a probe succeeds";
        let closed = |open: &watch::Receiver<bool>| if *open.borrow() { Err(OPEN) } else { Ok(()) };
        match need {
            Need::Running if *self.phase.borrow() > Phase::Running => {
                Err("it drains: no new job is taken")
            }
            Need::Running => Ok(()),
            Need::Broker if self.is_heard() => Ok(()),
            Need::Broker => Err("not subscribed"),
            Need::Ledger => closed(&self.ledger_open),
            Need::Objects => closed(&self.objects_open),
            Need::Folder => closed(&self.folder_open),
        }
    }

    /// Whether messages would come. A worker that wants none is not subscribed, which is no fault of the broker's.
    fn is_heard(&self) -> bool {
        let others = [Need::Running, Need::Ledger, Need::Objects, Need::Folder];
        others.into_iter().any(|need| self.has(need).is_err()) || self.is_subscribed()
    }

    /// Whether messages would come to one of its slots at least.
    pub fn is_subscribed(&self) -> bool {
        let slots = self.slots.get().map_or(&[][..], Vec::as_slice);
        slots.iter().any(Listening::is_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Worker {
        phase: watch::Sender<Phase>,
        breakers: [watch::Sender<bool>; 3],
        standing: Standing,
    }

    fn worker() -> Worker {
        let phase = watch::Sender::new(Phase::Running);
        let breakers = [false; 3].map(watch::Sender::new);
        let [ledger_open, objects_open, folder_open] =
            [0, 1, 2].map(|place: usize| breakers[place].subscribe());
        Worker {
            standing: Standing {
                phase: phase.subscribe(),
                slots: Arc::default(),
                ledger_open,
                objects_open,
                folder_open,
            },
            phase,
            breakers,
        }
    }

    fn missing(standing: &Standing) -> Vec<Need> {
        let missing = Need::ALL.into_iter();
        missing
            .filter(|&need| standing.has(need).is_err())
            .collect()
    }

    #[test]
    fn before_it_has_subscribed_only_the_broker_is_missing() {
        let worker = worker();
        assert_eq!(missing(&worker.standing), [Need::Broker]);
        let slots = vec![Listening::default()];
        assert!(worker.standing.slots.set(slots).is_ok());
        assert_eq!(missing(&worker.standing), [Need::Broker]);
    }

    #[test]
    fn each_breaker_is_named_and_not_the_broker_for_it() {
        let worker = worker();
        let needs = [Need::Ledger, Need::Objects, Need::Folder];
        for (breaker, need) in worker.breakers.iter().zip(needs) {
            breaker.send_replace(true);
            assert_eq!(missing(&worker.standing), [need]);
            breaker.send_replace(false);
        }
        assert_eq!(missing(&worker.standing), [Need::Broker]);
    }

    #[test]
    fn draining_is_named() {
        let worker = worker();
        for phase in [Phase::Draining, Phase::GivingBack] {
            worker.phase.send_replace(phase);
            assert_eq!(missing(&worker.standing), [Need::Running]);
        }
    }
}
