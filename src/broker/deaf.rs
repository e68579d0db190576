//! Notices a subscription that is alive, but deaf: the queue has messages ready, and none arrives.

use std::time::Duration;

use tokio::time::Instant;

/// How long nothing has to arrive before the queue is looked at.
const QUIET: Duration = Duration::from_secs(15);
/// Between two looks.
const AGAIN: Duration = Duration::from_secs(5);
/// Looks in a row that have to find messages ready. One proves nothing: they may have come that very moment.
const LOOKS: u32 = 2;

/// How long a subscriber has heard nothing, and what that means.
#[derive(Debug)]
pub(super) struct Hearing {
    next_look: Instant,
    suspicions: u32,
}

impl Hearing {
    /// Something was heard, or there was nothing to hear, at this moment.
    pub(super) fn fresh(now: Instant) -> Hearing {
        Hearing {
            next_look: now + QUIET,
            suspicions: 0,
        }
    }

    /// When the queue has to be looked at, if nothing is heard until then.
    pub(super) fn next_look(&self) -> Instant {
        self.next_look
    }

    /// The queue was looked at and has so many messages ready; whether the subscriber is deaf.
    pub(super) fn is_deaf(&mut self, now: Instant, ready: u32) -> bool {
        self.suspicions = if ready == 0 { 0 } else { self.suspicions + 1 };
        self.next_look = now + AGAIN;
        self.suspicions >= LOOKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_looked_at_after_a_quiet_while_and_then_more_often() {
        let start = Instant::now();
        let mut hearing = Hearing::fresh(start);
        assert_eq!(hearing.next_look(), start + QUIET);
        assert!(!hearing.is_deaf(start + QUIET, 0));
        assert_eq!(hearing.next_look(), start + QUIET + AGAIN);
    }

    #[test]
    fn messages_at_two_looks_in_a_row_mean_deaf() {
        let now = Instant::now();
        // Messages ready at each look, and whether the last look finds the subscriber deaf.
        let cases: [(&[u32], bool); 7] = [
            (&[0, 0, 0], false),
            (&[1], false),
            (&[0, 1], false),
            (&[1, 0, 1], false),
            (&[1, 1], true),
            (&[9, 1], true),
            (&[1, 0, 3, 2], true),
        ];
        for (looks, deaf) in cases {
            let mut hearing = Hearing::fresh(now);
            let mut last = false;
            for ready in looks {
                last = hearing.is_deaf(now, *ready);
            }
            assert_eq!(last, deaf, "{looks:?}");
        }
    }

    #[test]
    fn a_message_clears_every_suspicion() {
        let now = Instant::now();
        let mut hearing = Hearing::fresh(now);
        assert!(!hearing.is_deaf(now, 1));
        hearing = Hearing::fresh(now);
        assert!(!hearing.is_deaf(now, 1));
    }
}
