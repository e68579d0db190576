//! Integrated loudness as EBU R 128 and ITU-R BS.1770-4 define it, and true peak beside it.

use ebur128::{EbuR128, Mode};

use super::{AudioError, CHANNELS, SAMPLE_RATE_HZ, TruePeakMeter, decibel};

/// What lies below is silence to the meter: its absolute gate, in LUFS.
pub(super) const GATE_LUFS: f64 = -70.0;

/// Measures a stream of interleaved stereo blocks at 48 kHz.
pub struct LoudnessMeter {
    meter: EbuR128,
    peak: TruePeakMeter,
}

/// A meter's reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    /// Integrated loudness in LUFS; `None` where nothing reaches the gate.
    pub(super) loudness_lufs: Option<f64>,
    /// True peak in dBTP; −∞ for digital silence.
    pub(super) true_peak_dbtp: f64,
}

impl LoudnessMeter {
    /// A meter that has heard nothing.
    ///
    /// # Errors
    /// [`AudioError::Loudness`] when the meter cannot be made.
    pub fn new() -> Result<Self, AudioError> {
        Ok(Self {
            meter: EbuR128::new(CHANNELS as u32, SAMPLE_RATE_HZ, Mode::I)?,
            peak: TruePeakMeter::new(),
        })
    }

    /// Listens to a block.
    ///
    /// # Errors
    /// [`AudioError::Loudness`] when the meter refuses it.
    pub fn add(&mut self, block: &[f32]) -> Result<(), AudioError> {
        self.meter.add_frames_f32(block)?;
        self.peak.add(block);
        Ok(())
    }

    /// Integrated loudness so far in LUFS; `None` where nothing reached the gate of −70 LUFS.
    ///
    /// # Errors
    /// [`AudioError::Loudness`] when the meter fails.
    pub fn integrated_lufs(&self) -> Result<Option<f64>, AudioError> {
        let loudness = self.meter.loudness_global()?;
        Ok((loudness > GATE_LUFS).then_some(loudness))
    }

    /// True peak so far in dBTP; −∞ for digital silence.
    #[must_use]
    pub fn true_peak_dbtp(&self) -> f64 {
        decibel::of(f64::from(self.peak.peak()))
    }

    pub(super) fn reading(&self) -> Result<Reading, AudioError> {
        Ok(Reading {
            loudness_lufs: self.integrated_lufs()?,
            true_peak_dbtp: self.true_peak_dbtp(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::test_support::sine;

    #[test]
    fn the_reference_tone_of_the_standard_reads_minus_23() {
        // EBU Tech 3341, case 1: a stereo sine of 1 kHz at −23 dBFS per channel, 20 s.
        let mut meter = LoudnessMeter::new().expect("a meter");
        let level = decibel::factor(-23.0) as f32;
        meter
            .add(&sine(1_000.0, level, 20 * 48_000))
            .expect("measured");
        let loudness = meter.integrated_lufs().expect("read").expect("audible");
        assert!((loudness + 23.0).abs() < 0.1, "{loudness}");
        assert!((meter.true_peak_dbtp() + 23.0).abs() < 0.1);
    }

    #[test]
    fn silence_has_no_loudness() {
        let mut meter = LoudnessMeter::new().expect("a meter");
        meter.add(&[0.0; 96_000]).expect("measured");
        assert_eq!(meter.integrated_lufs().expect("read"), None);
        assert_eq!(meter.true_peak_dbtp(), f64::NEG_INFINITY);
    }
}
