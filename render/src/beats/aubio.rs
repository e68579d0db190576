//! The one place that calls aubio: the phase vocoder and the spectral flux.
//!
//! aubio checks no lengths and its vectors borrow without lifetimes, so the lengths are fixed here at construction,
//! asserted at each call, and no buffer leaves this file while aubio may look at it. Its objects hold raw pointers and
//! are not `Send`.

use aubio_rs::{OnsetMode, PVoc, Result, SpecDesc, vec::CVec, vec::CVecMut};

/// Frames per second that the hop aims at: fine enough for 190 BPM sixteenths, coarse enough to be fast.
const FRAMES_PER_S: f64 = 94.0;

/// Windows are this many hops long.
const OVERLAP: usize = 4;

/// Short-time spectra of a stream.
pub(super) struct Vocoder {
    inner: PVoc,
    hop: usize,
    rate_hz: f64,
    norm: Vec<f32>,
    phase: Vec<f32>,
}

impl Vocoder {
    pub(super) fn new(rate_hz: f64) -> Result<Self> {
        let hop = 1_usize << (rate_hz / FRAMES_PER_S).log2().round() as u32;
        let window = hop * OVERLAP;
        Ok(Self {
            inner: PVoc::new(window, hop)?,
            hop,
            rate_hz,
            norm: vec![0.0; window / 2 + 1],
            phase: vec![0.0; window / 2 + 1],
        })
    }

    pub(super) fn hop(&self) -> usize {
        self.hop
    }

    pub(super) fn window(&self) -> usize {
        self.hop * OVERLAP
    }

    /// The magnitudes of the spectrum that ends with this hop.
    pub(super) fn run(&mut self, hop: &[f32]) -> Result<&[f32]> {
        assert_eq!(hop.len(), self.hop, "aubio reads exactly one hop");
        let grain = CVecMut::from_parts(&mut self.norm[..], &mut self.phase[..])?;
        self.inner.do_(hop, grain)?;
        Ok(&self.norm)
    }

    /// How frames relate to time. The flux of an attack peaks when the attack has just passed the middle of the
    /// (Hann) window, between this frame and the one before; `delay_s` is what the sound was late already.
    pub(super) fn clock(&self, delay_s: f64) -> Clock {
        let hop_s = self.hop as f64 / self.rate_hz;
        Clock {
            frames_per_s: 1.0 / hop_s,
            first_s: hop_s * (0.5 - 0.5 * OVERLAP as f64) - delay_s,
        }
    }
}

/// Converts between frames and seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) frames_per_s: f64,
    /// Time of frame 0 in seconds.
    pub(super) first_s: f64,
}

impl Clock {
    pub(super) fn time_s(&self, frame: f64) -> f64 {
        self.first_s + frame / self.frames_per_s
    }

    pub(super) fn frame(&self, time_s: f64) -> f64 {
        (time_s - self.first_s) * self.frames_per_s
    }
}

/// Spectral flux (Masri 1996) over a fixed number of values: the sum of what rose since the last call.
pub(super) struct Flux {
    inner: SpecDesc,
    phase: Vec<f32>,
}

impl Flux {
    /// `values` is at least 2.
    pub(super) fn new(values: usize) -> Result<Self> {
        assert!(values >= 2, "aubio sizes its spectra as window / 2 + 1");
        Ok(Self {
            inner: SpecDesc::new(OnsetMode::SpecFlux, 2 * (values - 1))?,
            phase: vec![0.0; values],
        })
    }

    pub(super) fn run(&mut self, values: &[f32]) -> Result<f32> {
        assert_eq!(
            values.len(),
            self.phase.len(),
            "aubio reads exactly one spectrum"
        );
        let grain = CVec::from_parts(values, &self.phase[..])?;
        self.inner.do_result(grain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flux_sums_what_rises() {
        let mut flux = Flux::new(3).unwrap();
        flux.run(&[1.0, 1.0, 1.0]).unwrap();
        assert_eq!(flux.run(&[3.0, 0.0, 1.5]).unwrap(), 2.5);
    }

    #[test]
    fn a_sine_shows_in_its_bin() {
        let mut vocoder = Vocoder::new(24_000.0).unwrap();
        let (hop, window) = (vocoder.hop(), vocoder.window());
        let bin = 40;
        let step = std::f32::consts::TAU * bin as f32 / window as f32;
        let mut loudest = 0;
        for frame in 0..8 {
            let samples: Vec<f32> = (0..hop)
                .map(|i| (step * (frame * hop + i) as f32).sin())
                .collect();
            let norm = vocoder.run(&samples).unwrap();
            loudest = (0..norm.len())
                .max_by(|&a, &b| norm[a].total_cmp(&norm[b]))
                .unwrap();
        }
        assert_eq!(loudest, bin);
    }

    #[test]
    #[should_panic(expected = "exactly one hop")]
    fn a_wrong_length_never_reaches_aubio() {
        let _ = Vocoder::new(24_000.0).unwrap().run(&[0.0; 3]);
    }
}
