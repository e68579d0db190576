//! The load that docs/operate/scaling.md states: as many jobs as the guide's own formula gives the chart's workers, at random
//! moments.

use std::time::Duration;

const JOBS_AN_HOUR: f64 = 1800.0;
/// What the sample job takes on the chart's two processors.
pub const RENDERS_FOR: Duration = Duration::from_secs(16);
/// From the wish for a pod to its first job: assumed. In the drill nine workers that start at once take as long.
pub const STARTS_FOR: Duration = Duration::from_secs(20);
/// How often a HorizontalPodAutoscaler asks.
pub const ASKED_EVERY: Duration = Duration::from_secs(15);
/// What a job may wait for a worker, 95 times of a hundred.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Moments at which jobs come, without end: a Poisson process, the same for each seed, of which each moment has its share
/// between 0 and 1.
pub fn arrivals(mut seed: u64, share: impl Fn(Duration) -> f64) -> impl Iterator<Item = Duration> {
    let mut even = move || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    let mut now = Duration::ZERO;
    std::iter::from_fn(move || {
        loop {
            now += Duration::from_secs_f64(-even().ln() * 3600.0 / JOBS_AN_HOUR);
            if even() < share(now) {
                return Some(now);
            }
        }
    })
}

/// The value that 95 of a hundred do not exceed.
pub fn p95<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[(values.len() * 95).div_ceil(100) - 1]
}
