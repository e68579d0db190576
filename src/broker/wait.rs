//! The queues in which a message waits before it comes back.

use std::time::Duration;

/// A queue that nobody consumes: what lies in it expires, and returns to the jobs queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaitQueue {
    /// At most one second.
    S1,
    /// At most two seconds.
    S2,
    /// At most four seconds.
    S4,
    /// At most eight seconds.
    S8,
}

impl WaitQueue {
    /// Every wait queue, the shortest first.
    pub(super) const ALL: [WaitQueue; 4] =
        [WaitQueue::S1, WaitQueue::S2, WaitQueue::S4, WaitQueue::S8];

    /// The queue for a wait, and the message's own time to live in milliseconds.
    ///
    /// A queue expires messages from its head only, so one message can hold up those behind it: by no more than the
    /// difference between its queue's bound and their own wait. That is why the shortest queue that fits is taken. A wait
    /// beyond the longest queue is cut: whoever receives the message too early sends it to wait again.
    pub(super) fn fit(wait: Duration) -> (WaitQueue, u128) {
        let queue = WaitQueue::ALL
            .into_iter()
            .find(|queue| wait <= queue.longest())
            .unwrap_or(WaitQueue::S8);
        let wait_ms = wait.min(queue.longest()).as_nanos().div_ceil(1_000_000);
        (queue, wait_ms.max(1))
    }

    /// The longest wait.
    pub(super) const fn longest(self) -> Duration {
        Duration::from_secs(match self {
            WaitQueue::S1 => 1,
            WaitQueue::S2 => 2,
            WaitQueue::S4 => 4,
            WaitQueue::S8 => 8,
        })
    }

    /// The longest wait in milliseconds: the queue's time to live.
    pub(super) fn ttl_ms(self) -> i32 {
        i32::try_from(self.longest().as_millis()).expect("eight seconds at most")
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            WaitQueue::S1 => "gildhall.retry.1s",
            WaitQueue::S2 => "gildhall.retry.2s",
            WaitQueue::S4 => "gildhall.retry.4s",
            WaitQueue::S8 => "gildhall.retry.8s",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_queue_that_fits_is_taken() {
        use WaitQueue::{S1, S2, S4, S8};
        for (wait_us, expected) in [
            (0, (S1, 1)),
            (1, (S1, 1)),
            (800_000, (S1, 800)),
            (1_000_000, (S1, 1_000)),
            (1_000_001, (S2, 1_001)),
            (3_200_000, (S4, 3_200)),
            (8_000_000, (S8, 8_000)),
            (8_000_001, (S8, 8_000)),
            (u64::MAX, (S8, 8_000)),
        ] {
            assert_eq!(
                WaitQueue::fit(Duration::from_micros(wait_us)),
                expected,
                "{wait_us} µs"
            );
        }
    }

    #[test]
    fn queues_are_named_by_their_seconds() {
        for queue in WaitQueue::ALL {
            let seconds = queue.longest().as_secs();
            assert_eq!(queue.name(), format!("gildhall.retry.{seconds}s"));
            assert_eq!(u64::try_from(queue.ttl_ms()), Ok(seconds * 1_000));
        }
    }
}
