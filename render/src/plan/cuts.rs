//! Where the picture changes.
//!
//! Candidates are the frames nearest to the beats. A dynamic programme over them picks the cheapest sequence: slots as
//! long as wanted, two to four seconds, and changing on every second or fourth beat rather than on odd counts.

use super::FPS;

/// Shortest slot where the music allows: 2 s.
pub const MIN_SLOT_FRAMES: u32 = 2 * FPS;
/// Longest slot where the music allows: 4 s.
pub const MAX_SLOT_FRAMES: u32 = 4 * FPS;

/// Cost of a slot for each second it is too short or too long, and for being so at all.
const OUT_OF_RANGE: f64 = 60.0;
/// Cost of a cut that lies on no beat.
const OFF_BEAT: f64 = 8.0;
/// Costs of a slot of an odd count of beats, and of an even count that is not a multiple of four, in s².
const ODD_BEATS: f64 = 0.5;
const HALF_BAR: f64 = 0.12;

/// The start of a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cut {
    /// The first frame of the slot.
    pub frame: u32,
    /// The beat it lies on, in seconds.
    pub beat_s: Option<f64>,
}

/// Slot length to aim at: each image once where that fits, within the limits.
pub(super) fn wanted_slot_frames(frames: u32, images: usize) -> u32 {
    let images = u32::try_from(images).unwrap_or(u32::MAX).max(1);
    (frames / images).clamp(MIN_SLOT_FRAMES, MAX_SLOT_FRAMES - FPS / 3)
}

/// Evenly spaced cuts, the first at frame 0.
pub(super) fn fixed(frames: u32, wanted: u32) -> Vec<Cut> {
    let slots = slot_count(frames, wanted);
    (0..slots)
        .map(|i| Cut {
            frame: (u64::from(i) * u64::from(frames) / u64::from(slots)) as u32,
            beat_s: None,
        })
        .collect()
}

/// How many slots of about `wanted` frames make `frames`, none shorter than the minimum where possible.
fn slot_count(frames: u32, wanted: u32) -> u32 {
    let rounded = (frames + wanted / 2) / wanted;
    rounded.clamp(1, (frames / MIN_SLOT_FRAMES).max(1))
}

/// Cuts on beats, the first at frame 0.
pub(super) fn on_beats(frames: u32, wanted: u32, beats_s: &[f64]) -> Vec<Cut> {
    let points = candidates(frames, wanted, beats_s);
    let mut best: Vec<(f64, usize)> = vec![(f64::INFINITY, 0); points.len()];
    best[0].0 = 0.0;
    for to in 1..points.len() {
        for from in (0..to).rev() {
            let cost = best[from].0 + slot_cost(&points[from], &points[to], wanted);
            if cost < best[to].0 {
                best[to] = (cost, from);
            }
            // Ever longer slots only cost more; the nearest earlier point is always tried.
            if points[to].frame - points[from].frame > 3 * MAX_SLOT_FRAMES {
                break;
            }
        }
    }
    let mut cuts = Vec::new();
    let mut at = points.len() - 1;
    while at > 0 {
        at = best[at].1;
        cuts.push(Cut {
            frame: points[at].frame,
            beat_s: points[at].beat_s,
        });
    }
    cuts.reverse();
    cuts
}

/// A place where a slot may start or end.
struct Point {
    frame: u32,
    beat_s: Option<f64>,
    /// How many beats lie before it.
    beats_before: usize,
    /// First and last frame of the video: they cost nothing off the beat.
    edge: bool,
}

fn candidates(frames: u32, wanted: u32, beats_s: &[f64]) -> Vec<Point> {
    let edge = |frame, beats_before| Point {
        frame,
        beat_s: None,
        beats_before,
        edge: true,
    };
    let mut points = vec![edge(0, 0)];
    for (index, &beat) in beats_s.iter().enumerate() {
        let frame = (beat * f64::from(FPS)).round();
        let previous = points.last().map_or(0, |p| p.frame);
        if frame <= f64::from(previous) || frame >= f64::from(frames) {
            continue;
        }
        push_fillers(&mut points, frame as u32, wanted, index);
        points.push(Point {
            frame: frame as u32,
            beat_s: Some(beat),
            beats_before: index,
            edge: false,
        });
    }
    push_fillers(&mut points, frames, wanted, beats_s.len());
    points.push(edge(frames, beats_s.len()));
    points
}

/// Where no beat comes for longer than a slot may last, evenly spaced places off the beat.
fn push_fillers(points: &mut Vec<Point>, until: u32, wanted: u32, beats_before: usize) {
    let start = points.last().map_or(0, |p| p.frame);
    let gap = until - start;
    if gap <= MAX_SLOT_FRAMES {
        return;
    }
    let parts = slot_count(gap, wanted).max(2);
    points.extend((1..parts).map(|i| Point {
        frame: start + (u64::from(i) * u64::from(gap) / u64::from(parts)) as u32,
        beat_s: None,
        beats_before,
        edge: false,
    }));
}

fn slot_cost(from: &Point, to: &Point, wanted: u32) -> f64 {
    let length = to.frame - from.frame;
    let seconds = |frames: u32| f64::from(frames) / f64::from(FPS);
    let mut cost = (seconds(length) - seconds(wanted)).powi(2);
    let short = MIN_SLOT_FRAMES.saturating_sub(length);
    let long = length.saturating_sub(MAX_SLOT_FRAMES);
    if short + long > 0 {
        cost += OUT_OF_RANGE * (1.0 + seconds(short + long));
    }
    if to.beat_s.is_none() && !to.edge {
        cost += OFF_BEAT;
    }
    if from.beat_s.is_some() && to.beat_s.is_some() {
        cost += match (to.beats_before - from.beats_before) % 4 {
            0 => 0.0,
            2 => HALF_BAR,
            _ => ODD_BEATS,
        };
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steady(bpm: f64, first_s: f64, until_s: f64) -> Vec<f64> {
        let period = 60.0 / bpm;
        (0..)
            .map(|i| first_s + f64::from(i) * period)
            .take_while(|&b| b < until_s)
            .collect()
    }

    fn lengths(cuts: &[Cut], frames: u32) -> Vec<u32> {
        let ends = cuts.iter().skip(1).map(|c| c.frame).chain([frames]);
        cuts.iter()
            .zip(ends)
            .map(|(c, end)| end - c.frame)
            .collect()
    }

    #[test]
    fn steady_music_gives_slots_within_the_limits_on_beats() {
        for bpm in [
            60.0, 75.0, 90.0, 96.0, 100.0, 120.0, 128.0, 140.0, 174.0, 190.0,
        ] {
            let beats = steady(bpm, 0.21, 30.0);
            let cuts = on_beats(900, 110, &beats);
            for (cut, length) in cuts.iter().zip(lengths(&cuts, 900)) {
                assert!(
                    (MIN_SLOT_FRAMES..=MAX_SLOT_FRAMES).contains(&length),
                    "{bpm}: {length}"
                );
                if cut.frame > 0 {
                    let beat = cut.beat_s.expect("a cut of steady music lies on a beat");
                    assert!((beat * 30.0 - f64::from(cut.frame)).abs() <= 0.5);
                }
            }
        }
    }

    #[test]
    fn slots_of_steady_music_last_the_same_count_of_beats() {
        let beats = steady(120.0, 0.0, 30.0);
        let cuts = on_beats(900, 90, &beats);
        let inner = lengths(&cuts, 900);
        assert!(
            inner[1..inner.len() - 1]
                .iter()
                .all(|&l| l == 60 || l == 120 || l == 90),
            "{inner:?}"
        );
    }

    #[test]
    fn a_long_break_is_bridged_off_the_beat() {
        let mut beats = steady(120.0, 0.0, 5.0);
        beats.extend(steady(120.0, 20.0, 30.0));
        let cuts = on_beats(900, 90, &beats);
        assert!(
            lengths(&cuts, 900)
                .iter()
                .all(|l| (MIN_SLOT_FRAMES..=MAX_SLOT_FRAMES).contains(l))
        );
        assert!(
            cuts.iter()
                .any(|c| c.frame > 180 && c.frame < 600 && c.beat_s.is_none())
        );
    }

    #[test]
    fn a_video_of_a_second_is_one_slot() {
        assert_eq!(on_beats(30, 90, &steady(120.0, 0.1, 1.0)).len(), 1);
        assert_eq!(fixed(30, 90).len(), 1);
    }

    #[test]
    fn wanted_length_shows_each_image_once_where_it_fits() {
        assert_eq!(wanted_slot_frames(900, 8), 110);
        assert_eq!(wanted_slot_frames(900, 10), 90);
        assert_eq!(wanted_slot_frames(900, 50), 60);
        assert_eq!(wanted_slot_frames(5400, 1), 110);
    }

    proptest! {
        #[test]
        fn cuts_tile_any_video(
            frames in 30u32..5400,
            wanted in 60u32..=120,
            mut beats in proptest::collection::vec(0.0f64..200.0, 0..300),
        ) {
            beats.sort_by(f64::total_cmp);
            for cuts in [on_beats(frames, wanted, &beats), fixed(frames, wanted)] {
                prop_assert_eq!(cuts[0].frame, 0);
                prop_assert!(cuts.windows(2).all(|w| w[0].frame < w[1].frame));
                let lengths = lengths(&cuts, frames);
                prop_assert_eq!(lengths.iter().sum::<u32>(), frames);
                prop_assert!(lengths.iter().all(|&l| l <= 2 * MAX_SLOT_FRAMES));
                for cut in cuts {
                    if let Some(beat) = cut.beat_s {
                        prop_assert!((beat * 30.0 - f64::from(cut.frame)).abs() <= 0.5);
                    }
                }
            }
        }
    }
}
