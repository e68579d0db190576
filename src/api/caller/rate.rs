//! How often a tenant may ask: a token bucket for each, in this process. With several replicas a tenant may ask each of
//! them this often.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use gildhall_proto::TenantId;

/// Millionths of a request: buckets are filled without rounding a slow one to nothing.
const ONE_REQUEST: u64 = 1_000_000;
const MINUTE_US: u64 = 60_000_000;
/// Beyond this many tenants the full buckets are dropped: they say no more than none would.
const MANY: usize = 10_000;

/// Whether a request may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Yes.
    Now,
    /// Not before this time has passed.
    Later(Duration),
}

/// The buckets of all tenants.
#[derive(Default)]
pub struct RateLimits {
    buckets: Mutex<HashMap<TenantId, Bucket>>,
}

/// A bucket holds one minute's worth of requests, and fills evenly.
struct Bucket {
    /// Millionths of a request.
    filled: u64,
    /// Until when it was filled.
    until: Instant,
}

impl RateLimits {
    /// Takes one request of the `per_minute` (at least 1) that the tenant may make; a changed limit counts at once.
    pub fn take(&self, tenant: &TenantId, per_minute: u32, now: Instant) -> Turn {
        // A bucket is changed by plain arithmetic, so a panic elsewhere leaves it whole.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(tenant) {
            return bucket.take(u64::from(per_minute.max(1)), now);
        }
        if buckets.len() >= MANY {
            // A minute fills any bucket.
            let idle = |bucket: &Bucket| now.saturating_duration_since(bucket.until);
            buckets.retain(|_, bucket| idle(bucket) < Duration::from_mins(1));
        }
        let mut bucket = Bucket {
            filled: u64::from(per_minute.max(1)) * ONE_REQUEST,
            until: now,
        };
        let turn = bucket.take(u64::from(per_minute.max(1)), now);
        buckets.insert(tenant.clone(), bucket);
        turn
    }
}

impl Bucket {
    fn take(&mut self, per_minute: u64, now: Instant) -> Turn {
        self.fill(per_minute, now);
        match self.filled.checked_sub(ONE_REQUEST) {
            Some(rest) => {
                self.filled = rest;
                Turn::Now
            }
            None => {
                let missing = ONE_REQUEST - self.filled;
                Turn::Later(Duration::from_micros((missing * 60).div_ceil(per_minute)))
            }
        }
    }

    /// One request in 60 s divided by the limit: so many millionths in a microsecond.
    fn fill(&mut self, per_minute: u64, now: Instant) {
        let passed = now.saturating_duration_since(self.until).as_micros();
        let passed_us = u64::try_from(passed).unwrap_or(MINUTE_US).min(MINUTE_US);
        let gained = passed_us * per_minute / 60;
        self.filled = (self.filled + gained).min(per_minute * ONE_REQUEST);
        // Only the time that was turned into requests has been used.
        self.until = match passed_us {
            MINUTE_US => now,
            _ => self.until + Duration::from_micros(gained * 60 / per_minute),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).expect("a name")
    }

    fn taken(limits: &RateLimits, per_minute: u32, now: Instant) -> u32 {
        let acme = tenant("acme");
        (0..per_minute * 2)
            .take_while(|_| limits.take(&acme, per_minute, now) == Turn::Now)
            .count() as u32
    }

    #[test]
    fn a_minutes_worth_at_once_and_not_one_more() {
        let (limits, now) = (RateLimits::default(), Instant::now());
        assert_eq!(taken(&limits, 60, now), 60);
        let wait = limits.take(&tenant("acme"), 60, now);
        assert_eq!(wait, Turn::Later(Duration::from_secs(1)));
        assert_eq!(limits.take(&tenant("other"), 60, now), Turn::Now);
    }

    #[test]
    fn waiting_as_long_as_told_is_enough_and_shorter_is_not() {
        for per_minute in [1, 7, 600, 1_000_000] {
            let (limits, now) = (RateLimits::default(), Instant::now());
            let acme = tenant("acme");
            while limits.take(&acme, per_minute, now) == Turn::Now {}
            let Turn::Later(wait) = limits.take(&acme, per_minute, now) else {
                unreachable!("the bucket is empty")
            };
            let early = now + wait - Duration::from_micros(2);
            assert_ne!(limits.take(&acme, per_minute, early), Turn::Now);
            assert_eq!(limits.take(&acme, per_minute, now + wait), Turn::Now);
        }
    }

    #[test]
    fn asking_all_the_time_does_not_keep_a_slow_bucket_empty() {
        let (limits, start) = (RateLimits::default(), Instant::now());
        taken(&limits, 1, start);
        let served = (1..=120_000_u64).filter(|ms| {
            let now = start + Duration::from_millis(*ms);
            limits.take(&tenant("acme"), 1, now) == Turn::Now
        });
        assert_eq!(served.count(), 2);
    }

    #[test]
    fn a_changed_limit_counts_at_once() {
        let (limits, start) = (RateLimits::default(), Instant::now());
        limits.take(&tenant("acme"), 600, start);
        assert_eq!(taken(&limits, 10, start), 10);
        let later = start + Duration::from_secs(6);
        assert_eq!(taken(&limits, 600, later), 60);
    }
}
