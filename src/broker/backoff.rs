//! How long to wait before connecting again.

use std::time::Duration;

const FIRST_MS: u64 = 100;
const LONGEST_MS: u64 = 10_000;

/// The wait after so many failures in a row, counted from 1: it doubles from 100 ms to 10 s, and is shortened by up to
/// half, so that many processes that lost the same broker do not come back in step.
///
/// `random` is in 0..1; what lies outside counts as the nearest end.
pub(super) fn delay(failures: u32, random: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(u64::BITS - 1);
    let longest_ms = FIRST_MS.saturating_mul(1 << doublings).min(LONGEST_MS);
    Duration::from_millis(longest_ms).mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_ten_seconds() {
        for (failures, ms) in [
            (0, 100),
            (1, 100),
            (2, 200),
            (3, 400),
            (7, 6_400),
            (8, 10_000),
            (64, 10_000),
            (u32::MAX, 10_000),
        ] {
            assert_eq!(
                delay(failures, 0.0),
                Duration::from_millis(ms),
                "{failures}"
            );
        }
    }

    #[test]
    fn chance_takes_off_up_to_half() {
        assert_eq!(delay(2, 0.5), Duration::from_millis(150));
        assert_eq!(delay(2, 1.0), Duration::from_millis(100));
        assert_eq!(delay(2, 7.0), Duration::from_millis(100));
        assert_eq!(delay(2, -7.0), Duration::from_millis(200));
    }
}
