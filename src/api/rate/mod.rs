//! How often somebody may ask: a token bucket for each, in this process. With several replicas, each counts by itself.

mod bucket;
mod recent;
mod told;

pub use told::later;

use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::bucket::Bucket;
use self::recent::Recent;

/// How many of something may happen: `burst` at once, and `per_minute` in the long run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In a minute, at least 1.
    pub per_minute: u32,
    /// At once, at least 1.
    pub burst: u32,
}

impl Rate {
    /// A minute's worth may come at once. 0 is taken for 1.
    pub fn even(per_minute: u32) -> Rate {
        Rate {
            per_minute: per_minute.max(1),
            burst: per_minute.max(1),
        }
    }
}

/// Whether it may happen now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Yes.
    Now,
    /// Not before this time has passed.
    Later(Duration),
}

/// A bucket for each of those who came lately.
pub struct Buckets<K> {
    buckets: Mutex<Recent<K, Bucket>>,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    /// Buckets for at most so many at a time. Who is forgotten starts anew with a full one, so a flood of strangers costs
    /// memory to a limit, and nobody a turn.
    pub fn for_at_most(many: usize) -> Buckets<K> {
        Buckets {
            buckets: Mutex::new(Recent::of(many)),
        }
    }

    /// Takes a turn, if there is one. A changed rate counts at once.
    pub fn take(&self, who: &K, rate: Rate, now: Instant) -> Turn {
        let mut buckets = self.lock();
        let bucket = buckets.get_or_insert_with(who, || Bucket::full(rate, now));
        bucket.take(rate, now)
    }

    /// Whether there is a turn, without taking it.
    pub fn look(&self, who: &K, rate: Rate, now: Instant) -> Turn {
        let mut buckets = self.lock();
        match buckets.get(who) {
            Some(bucket) => bucket.look(rate, now),
            None => Turn::Now,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recent<K, Bucket>> {
        // A bucket is changed by plain arithmetic, so a panic elsewhere leaves it whole.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_minute: 60,
        burst: 3,
    };

    #[test]
    fn everybody_has_a_bucket_of_their_own() {
        let (buckets, now) = (Buckets::for_at_most(100), Instant::now());
        for _ in 0..3 {
            assert_eq!(buckets.take(&"a", RATE, now), Turn::Now);
        }
        let wait = Turn::Later(Duration::from_secs(1));
        assert_eq!(buckets.take(&"a", RATE, now), wait);
        assert_eq!(buckets.take(&"b", RATE, now), Turn::Now);
    }

    #[test]
    fn looking_takes_nothing() {
        let (buckets, now) = (Buckets::for_at_most(100), Instant::now());
        for _ in 0..10 {
            assert_eq!(buckets.look(&"a", RATE, now), Turn::Now);
        }
        while buckets.take(&"a", RATE, now) == Turn::Now {}
        let wait = Turn::Later(Duration::from_secs(1));
        assert_eq!(buckets.look(&"a", RATE, now), wait);
        let later = now + Duration::from_secs(1);
        assert_eq!(buckets.look(&"a", RATE, later), Turn::Now);
        assert_eq!(buckets.take(&"a", RATE, later), Turn::Now);
    }
}
