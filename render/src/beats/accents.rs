//! How heavily each moment is struck, per group of bands, as odds in 0..1 that a listener would count it as a hit.
//!
//! Onset strength is compressed so far that a hi-hat counts nearly as much as a snare, which is right for finding
//! onsets. Metre lives from the difference between them, so accents are hardly compressed.

use aubio_rs::Result;

use super::aubio::Clock;
use super::bands::BandLog;
use super::strength::{KINDS, group_flux, percentile, rises};

/// γ of the compression, as in `strength`.
const COMPRESSION: f32 = 1.0;

/// A hit is certain from this share of the strongest hits on; the strongest are the 98th percentile of all frames.
const CERTAIN: f32 = 0.9;
const STRONGEST: f64 = 0.98;

/// A hit counts this many frames to either side, for players are not exact.
const REACH: usize = 2;

/// Accents of a track.
pub(super) struct Accents {
    clock: Clock,
    hits: [Vec<f32>; KINDS],
    /// Mean of each group over the track, kept off 0 and 1.
    pub(super) usual: [f64; KINDS],
}

impl Accents {
    pub(super) fn new(log: &BandLog, clock: Clock) -> Result<Self> {
        let flux = group_flux(log, COMPRESSION)?;
        let hits = flux.map(|raw| odds(&rises(&raw, clock.frames_per_s)));
        let mean = |values: &Vec<f32>| {
            let sum: f64 = values.iter().copied().map(f64::from).sum();
            (sum / values.len().max(1) as f64).clamp(0.03, 0.9)
        };
        let usual = std::array::from_fn(|group| mean(&hits[group]));
        Ok(Self { clock, hits, usual })
    }

    /// The odds of every group at a time.
    pub(super) fn at(&self, time_s: f64) -> [f64; KINDS] {
        let frame = self.clock.frame(time_s).round().max(0.0) as usize;
        std::array::from_fn(|group| {
            let hits = &self.hits[group];
            let nearest = frame.min(hits.len().saturating_sub(1));
            hits.get(nearest).copied().map_or(0.0, f64::from)
        })
    }
}

/// Rises relative to the strongest, widened by [`REACH`].
fn odds(rises: &[f32]) -> Vec<f32> {
    let certain = CERTAIN * percentile(&mut rises.to_vec(), STRONGEST) + 1e-6;
    (0..rises.len())
        .map(|frame| {
            let near = &rises[frame.saturating_sub(REACH)..(frame + REACH + 1).min(rises.len())];
            let top = near.iter().copied().fold(0.0, f32::max);
            (top / certain).min(1.0)
        })
        .collect()
}
