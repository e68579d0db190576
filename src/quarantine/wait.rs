//! How long an upload waits that could not be scanned.

use std::time::Duration;

/// After the first try that failed.
const SHORTEST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// The wait after so many tries: it doubles each time, up to 10 minutes. The scanner being away is no try, so this is for
/// files that it does not get along with, and for outages of the store.
pub(super) fn before_next(tries: u32) -> Duration {
    let doublings = tries.saturating_sub(1).min(16);
    (SHORTEST * 2u32.pow(doublings)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_ten_minutes() {
        let seconds = [0, 1, 2, 3, 9, 10, u32::MAX].map(|tries| before_next(tries).as_secs());
        assert_eq!(seconds, [2, 2, 4, 8, 512, 600, 600]);
    }
}
