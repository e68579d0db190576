//! A token bucket, counted in whole numbers.

use std::time::{Duration, Instant};

use super::{Rate, Turn};

/// Millionths of a turn: buckets are filled without rounding a slow one to nothing.
const ONE: u64 = 1_000_000;
const MINUTE_US: u64 = 60_000_000;

/// Holds a burst, and fills evenly.
#[derive(Debug)]
pub struct Bucket {
    /// Millionths of a turn.
    filled: u64,
    /// Until when it was filled.
    until: Instant,
}

impl Bucket {
    /// A full one.
    pub fn full(rate: Rate, now: Instant) -> Bucket {
        Bucket {
            filled: capacity(rate),
            until: now,
        }
    }

    /// Takes a turn, if there is one.
    pub fn take(&mut self, rate: Rate, now: Instant) -> Turn {
        let turn = self.look(rate, now);
        if turn == Turn::Now {
            self.filled -= ONE;
        }
        turn
    }

    /// Whether there is a turn.
    pub fn look(&mut self, rate: Rate, now: Instant) -> Turn {
        self.fill(rate, now);
        match ONE.saturating_sub(self.filled) {
            0 => Turn::Now,
            missing => {
                let wait_us = (missing * 60).div_ceil(u64::from(rate.per_minute.max(1)));
                Turn::Later(Duration::from_micros(wait_us))
            }
        }
    }

    /// One turn in 60 s divided by the rate: so many millionths in a microsecond.
    fn fill(&mut self, rate: Rate, now: Instant) {
        let per_minute = u64::from(rate.per_minute.max(1));
        let passed = now.saturating_duration_since(self.until).as_micros();
        let passed_us = u64::try_from(passed).unwrap_or(u64::MAX);
        if passed_us >= (u64::from(rate.burst.max(1)) * MINUTE_US).div_ceil(per_minute) {
            *self = Bucket::full(rate, now);
            return;
        }
        let gained = passed_us * per_minute / 60;
        self.filled = (self.filled + gained).min(capacity(rate));
        // Only the time that was turned into turns has been used.
        self.until += Duration::from_micros(gained * 60 / per_minute);
    }
}

fn capacity(rate: Rate) -> u64 {
    u64::from(rate.burst.max(1)) * ONE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bucket: &mut Bucket, rate: Rate, now: Instant) -> u32 {
        let mut turns = 0;
        while bucket.take(rate, now) == Turn::Now {
            turns += 1;
        }
        turns
    }

    fn rate(per_minute: u32, burst: u32) -> Rate {
        Rate { per_minute, burst }
    }

    #[test]
    fn a_burst_at_once_and_not_one_more() {
        let now = Instant::now();
        for rate in [Rate::even(60), rate(60, 1), rate(1, 600)] {
            let mut bucket = Bucket::full(rate, now);
            assert_eq!(taken(&mut bucket, rate, now), rate.burst);
        }
    }

    #[test]
    fn waiting_as_long_as_told_is_enough_and_shorter_is_not() {
        let bursts = [1, 7, 600, 1_000_000].map(Rate::even);
        let others = [rate(6_000, 10), rate(7, 1_000), rate(10_000_000, 1)];
        for rate in bursts.into_iter().chain(others) {
            let now = Instant::now();
            let mut bucket = Bucket::full(rate, now);
            taken(&mut bucket, rate, now);
            let Turn::Later(wait) = bucket.look(rate, now) else {
                unreachable!("the bucket is empty")
            };
            if wait > Duration::from_micros(2) {
                let early = now + wait - Duration::from_micros(2);
                assert_ne!(bucket.take(rate, early), Turn::Now, "{rate:?}");
            }
            assert_eq!(bucket.take(rate, now + wait), Turn::Now, "{rate:?}");
        }
    }

    #[test]
    fn asking_all_the_time_does_not_keep_a_slow_bucket_empty() {
        let (start, rate) = (Instant::now(), Rate::even(1));
        let mut bucket = Bucket::full(rate, start);
        taken(&mut bucket, rate, start);
        let served = (1..=120_000_u64)
            .filter(|ms| bucket.take(rate, start + Duration::from_millis(*ms)) == Turn::Now);
        assert_eq!(served.count(), 2);
    }

    #[test]
    fn a_rest_fills_the_bucket_and_no_more() {
        let (start, rate) = (Instant::now(), rate(60, 600));
        let mut bucket = Bucket::full(rate, start);
        taken(&mut bucket, rate, start);
        for (rest_s, turns) in [(0, 0), (120, 120), (599, 599), (600, 600), (86_400, 600)] {
            let mut rested = Bucket {
                filled: bucket.filled,
                until: bucket.until,
            };
            let later = start + Duration::from_secs(rest_s);
            assert_eq!(taken(&mut rested, rate, later), turns, "{rest_s} s");
        }
    }

    #[test]
    fn a_changed_rate_counts_at_once() {
        let start = Instant::now();
        let mut bucket = Bucket::full(Rate::even(600), start);
        bucket.take(Rate::even(600), start);
        assert_eq!(taken(&mut bucket, Rate::even(10), start), 10);
        let later = start + Duration::from_secs(6);
        assert_eq!(taken(&mut bucket, Rate::even(600), later), 60);
    }
}
