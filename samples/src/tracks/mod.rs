//! Music with known beats, made from a seed: the default 30 s track that ships with the project, and a suite of
//! tracks on which beat trackers are measured.
//!
//! The beats of a track are those a listener would tap. They follow the written grid (not the humanised hits on
//! it), begin with the first sounding beat and end with the last one. They go on through a breakdown: the breaks
//! here last at most 8 s where something still marks the pulse and at most 4.5 s where nothing does, and people who
//! tap along keep the pulse over such gaps.
//!
//! Reading order: [`TrackSpec`] says what a track is, `timeline` turns its tempo into beat times, `patterns` says
//! which instrument plays on which step, `arrange` plays the steps with the voices of `drums` and `tones` on a
//! `mixer`. The default track has its own score in `sample_track`.

mod arrange;
mod drums;
mod filter;
mod mixer;
mod patterns;
mod reverb;
mod rng;
mod sample_track;
mod score;
mod spec;
mod suite;
mod timeline;
mod tones;

pub use arrange::render;
pub use sample_track::sample_track;
pub use spec::{BassStyle, Breakdown, Groove, TempoCurve, TrackSpec};
pub use suite::{NamedTrack, held_out, pulseless, suite};

/// Sample rate of every generated track, in Hz.
pub const SAMPLE_RATE: u32 = 48_000;

/// A rendered track and the truth about its beats.
#[derive(Debug, Clone)]
pub struct Track {
    /// Always [`SAMPLE_RATE`].
    pub sample_rate: u32,
    /// Interleaved left/right samples in −1..1.
    pub stereo: Vec<f32>,
    /// Times of the beats from the start of the track in seconds, ascending.
    pub beats_s: Vec<f64>,
}

impl Track {
    /// The mean of both channels, as analysers read it.
    pub fn mono(&self) -> Vec<f32> {
        self.stereo
            .chunks_exact(2)
            .map(|pair| 0.5 * (pair[0] + pair[1]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_spec_gives_the_same_samples() {
        let spec = suite()[0].spec.clone();
        assert_eq!(render(&spec).stereo, render(&spec).stereo);
    }

    #[test]
    fn tracks_are_as_long_as_asked_and_do_not_clip() {
        for named in suite().into_iter().step_by(7) {
            let track = render(&named.spec);
            let frames = (named.spec.duration_s * f64::from(SAMPLE_RATE)) as usize;
            assert_eq!(track.stereo.len(), frames * 2, "{}", named.name);
            let peak = track.stereo.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
            assert!(peak < 0.9 && peak > 0.02, "{}: peak {peak}", named.name);
            assert!(track.beats_s.is_sorted());
        }
    }

    #[test]
    fn the_default_track_has_headroom_and_no_clicks() {
        let track = sample_track();
        assert_eq!(track.stereo.len(), 30 * 2 * SAMPLE_RATE as usize);
        let peak = track.stereo.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
        assert!(
            peak < 0.89 && peak > 0.5,
            "peak {peak} is not below -1 dBFS or too quiet"
        );
        let last = &track.stereo[track.stereo.len() - 64..];
        assert!(last.iter().all(|x| x.abs() < 1e-3), "the end is cut off");
        let first = &track.stereo[..2];
        assert!(first.iter().all(|x| x.abs() < 1e-2), "the start clicks");
    }
}
