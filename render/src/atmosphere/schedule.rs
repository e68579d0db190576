//! Which frame of the overlay is seen at which time.

/// Times of the overlay's frames from its first frame on, strictly ascending, and the length of one round.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    times_us: Vec<i64>,
    round_us: Option<i64>,
}

impl Schedule {
    /// Appends a frame that the file says is shown at `time_us`; times that do not ascend are mended with `frame_us`.
    pub fn push(&mut self, time_us: Option<i64>, frame_us: i64) {
        let time = match self.times_us.last() {
            None => 0,
            Some(&last) => {
                let ascending = time_us.filter(|&t| t > last && t < last + MAX_GAP_US);
                ascending.unwrap_or(last + frame_us.max(1))
            }
        };
        self.times_us.push(time);
    }

    /// Ends the first round: the last frame is shown for `frame_us`.
    pub fn close(&mut self, frame_us: i64) {
        self.round_us = self.times_us.last().map(|last| last + frame_us.max(1));
    }

    /// How many frames are known.
    pub fn len(&self) -> usize {
        self.times_us.len()
    }

    /// Time of the newest known frame.
    pub fn last_us(&self) -> Option<i64> {
        self.times_us.last().copied()
    }

    /// The frame seen at `time_us` from the start, whichever round that is; only once the first round is closed.
    pub fn looped(&self, time_us: i64) -> Option<usize> {
        let within = time_us.rem_euclid(self.round_us?);
        Some(self.seen_at(within))
    }

    /// The newest frame not after `time_us`, rounding towards the nearest by half a millisecond.
    pub fn seen_at(&self, time_us: i64) -> usize {
        self.times_us
            .partition_point(|&t| t <= time_us + 500)
            .saturating_sub(1)
    }
}

/// Frames further apart than this are a fault of the file, not a pause.
const MAX_GAP_US: i64 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(times: &[i64], frame_us: i64) -> Schedule {
        let mut schedule = Schedule::default();
        times.iter().for_each(|&t| schedule.push(Some(t), frame_us));
        schedule.close(frame_us);
        schedule
    }

    #[test]
    fn a_round_repeats() {
        let s = schedule(&[0, 33_333, 66_667], 33_333);
        let seen: Vec<_> = (0..7).map(|n| s.looped(n * 1_000_000 / 30)).collect();
        assert_eq!(seen, [0, 1, 2, 0, 1, 2, 0].map(Some));
    }

    #[test]
    fn other_rates_show_the_nearest_earlier_frame() {
        let s = schedule(&[0, 41_667, 83_333, 125_000], 41_667);
        let seen: Vec<_> = (0..5).map(|n| s.looped(n * 1_000_000 / 30)).collect();
        assert_eq!(seen, [0, 0, 1, 2, 3].map(Some));
    }

    #[test]
    fn times_that_stand_still_or_leap_are_mended() {
        let s = schedule(&[0, 0, -5, 90_000_000], 40_000);
        assert_eq!(s.times_us, [0, 40_000, 80_000, 120_000]);
    }

    #[test]
    fn before_the_round_is_closed_nothing_loops() {
        let mut s = Schedule::default();
        s.push(None, 1);
        assert_eq!(s.looped(5), None);
    }
}
