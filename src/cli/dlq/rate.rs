//! How fast letters are replayed.

use std::str::FromStr;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// So many in such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// From one to the next.
    pub every: Duration,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Rate, String> {
        let (count, unit) = text.split_once('/').unwrap_or((text, "s"));
        let unit_s = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => 0,
        };
        match count.parse::<u32>() {
            Ok(count) if (1..=10_000).contains(&count) && unit_s > 0 => Ok(Rate {
                every: Duration::from_secs(unit_s) / count,
            }),
            _ => Err("must be such as 5/s, 30/m or 100/h; at most 10000".to_owned()),
        }
    }
}

/// Keeps to a rate.
#[derive(Debug)]
pub struct Pace {
    every: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// As fast as it goes, where there is no rate.
    pub fn new(rate: Option<Rate>) -> Pace {
        Pace {
            every: rate.map_or(Duration::ZERO, |rate| rate.every),
            next: None,
        }
    }

    /// Waits until the next one is due.
    pub async fn turn(&mut self) {
        sleep_until(self.due(Instant::now())).await;
    }

    /// When the next one is due. Time that was lost is not made up for: the rate is a limit.
    fn due(&mut self, now: Instant) -> Instant {
        let due = self.next.map_or(now, |next| next.max(now));
        self.next = Some(due + self.every);
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_a_number_and_perhaps_a_unit() {
        let every = |text: &str| text.parse::<Rate>().map(|rate| rate.every.as_millis());
        for (text, ms) in [("5", 200), ("5/s", 200), ("30/m", 2_000), ("100/h", 36_000)] {
            assert_eq!(every(text), Ok(ms), "{text}");
        }
        for bad in ["", "0", "0/s", "-1", "5/d", "5/", "/s", "1.5/s", "10001/s"] {
            assert!(every(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rate_is_kept_and_lost_time_stays_lost() {
        let mut pace = Pace::new("10/s".parse().ok());
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(pace.due(start), start);
        assert_eq!(pace.due(at(10)), at(100));
        assert_eq!(pace.due(at(1_000)), at(1_000));
        assert_eq!(pace.due(at(1_001)), at(1_100));
    }

    #[test]
    fn without_a_rate_nobody_waits() {
        let mut pace = Pace::new(None);
        let now = Instant::now();
        assert_eq!(pace.due(now), now);
        assert_eq!(pace.due(now), now);
    }
}
