//! Upper bounds of histograms' buckets: fine enough that a percentile read from them is of use, few enough to be stored for
//! every worker.

const MIB: f64 = 1024.0 * 1024.0;

/// What a histogram measures, which decides its buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Seconds of a request or a round trip, from a millisecond to the deadline of the API.
    RoundTrip,
    /// Seconds of waiting, from a tenth to a day.
    Wait,
    /// Seconds of work, from a hundredth to longer than any render may take.
    Work,
    /// Bytes of memory, from 64 MiB to 16 GiB.
    Memory,
    /// How many times faster than real time.
    Speed,
}

impl Scale {
    /// Upper bounds, rising; beyond the last one there is a bucket for everything.
    #[must_use]
    pub const fn bounds(self) -> &'static [f64] {
        match self {
            Scale::RoundTrip => &ROUND_TRIP_S,
            Scale::Wait => &WAIT_S,
            Scale::Work => &WORK_S,
            Scale::Memory => &MEMORY_BYTES,
            Scale::Speed => &SPEED,
        }
    }
}

/// OpenTelemetry's advice for `http.server.request.duration`, with finer steps below 5 ms and the deadline above.
const ROUND_TRIP_S: [f64; 17] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    30.0,
];

const WAIT_S: [f64; 26] = [
    0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0,
    180.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14_400.0, 28_800.0, 86_400.0,
];

const WORK_S: [f64; 29] = [
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0,
    32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0, 768.0, 1024.0, 1536.0,
];

const MEMORY_BYTES: [f64; 17] = [
    64.0 * MIB,
    96.0 * MIB,
    128.0 * MIB,
    192.0 * MIB,
    256.0 * MIB,
    384.0 * MIB,
    512.0 * MIB,
    768.0 * MIB,
    1024.0 * MIB,
    1536.0 * MIB,
    2048.0 * MIB,
    3072.0 * MIB,
    4096.0 * MIB,
    6144.0 * MIB,
    8192.0 * MIB,
    12_288.0 * MIB,
    16_384.0 * MIB,
];

const SPEED: [f64; 20] = [
    0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0, 12.0,
    16.0, 32.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Scale; 5] = [
        Scale::RoundTrip,
        Scale::Wait,
        Scale::Work,
        Scale::Memory,
        Scale::Speed,
    ];

    #[test]
    fn bounds_rise() {
        for scale in ALL {
            assert!(
                scale.bounds().is_sorted_by(|low, high| low < high),
                "{scale:?}"
            );
        }
    }

    /// A percentile is interpolated within its bucket, so it is wrong by less than the bucket is wide.
    #[test]
    fn percentiles_of_renders_are_off_by_less_than_half() {
        let of_renders = Scale::Work.bounds().iter().filter(|bound| **bound >= 0.5);
        let of_renders: Vec<&f64> = of_renders.collect();
        for pair in of_renders.windows(2) {
            assert!(pair[1] / pair[0] <= 1.5, "{pair:?}");
        }
        for pair in Scale::Memory.bounds().windows(2) {
            assert!(pair[1] / pair[0] <= 1.5, "{pair:?}");
        }
    }
}
