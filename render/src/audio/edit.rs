//! Which part of a track is heard when. Pure data; the plan computes it.

use std::ops::Range;

use super::AudioError;

/// The shortest loop, in samples (0.1 s): each round opens the file anew.
pub const MIN_LOOP_SAMPLES: u64 = 4_800;

/// How a track becomes a sound track. All figures are samples per channel at 48 kHz.
///
/// The track plays from `source_start`. With a loop, whenever playing reaches its end it goes on at its start, so
/// the grid of beats continues exactly when the loop's length is a whole number of beats. The last
/// `loop_crossfade_samples` before the end are mixed, at equal power, with what leads up to the loop's start: what
/// sounds at the start itself stays untouched. Where the file ends too early, silence follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct AudioEdit {
    /// Where in the source playing begins.
    pub source_start: u64,
    /// The stretch of the source that repeats; `None` plays on to the end of the source.
    pub loop_range: Option<Range<u64>>,
    /// Length of the result.
    pub total_samples: u64,
    /// Raised-cosine fade at the beginning; 0 for none.
    pub fade_in_samples: u64,
    /// Raised-cosine fade at the end, the last sample being zero; 0 for none.
    pub fade_out_samples: u64,
    /// Length of the crossfade at the loop's seam; 0 for a plain cut. Bounded by the loop's length.
    pub loop_crossfade_samples: u64,
}

impl AudioEdit {
    /// Plays the first `total_samples` of a track.
    #[must_use]
    pub fn plain(total_samples: u64) -> Self {
        Self {
            total_samples,
            ..Self::default()
        }
    }

    /// Checks that the edit does not contradict itself.
    ///
    /// # Errors
    /// [`AudioError::InvalidEdit`] for an empty result, a loop shorter than [`MIN_LOOP_SAMPLES`], or one that ends
    /// before playing begins.
    pub fn check(&self) -> Result<(), AudioError> {
        let invalid = |reason| Err(AudioError::InvalidEdit { reason });
        if self.total_samples == 0 {
            return invalid("it is empty");
        }
        let Some(range) = &self.loop_range else {
            return Ok(());
        };
        if range.end.saturating_sub(range.start) < MIN_LOOP_SAMPLES {
            return invalid("the loop is too short");
        }
        if self.source_start >= range.end {
            return invalid("playing begins after the loop");
        }
        Ok(())
    }

    /// The volume at sample `index` of the result, from the two fades.
    pub(super) fn fade_at(&self, index: u64) -> f32 {
        let fade_in = raised_cosine(index, self.fade_in_samples.min(self.total_samples));
        let from_end = self.total_samples.saturating_sub(index + 1);
        let fade_out = raised_cosine(from_end, self.fade_out_samples.min(self.total_samples));
        fade_in * fade_out
    }

    /// Whether any sample of this range of the result is faded.
    pub(super) fn fades_in(&self, result: &Range<u64>) -> bool {
        let out_from = self.total_samples.saturating_sub(self.fade_out_samples);
        result.start < self.fade_in_samples || result.end > out_from
    }
}

/// Half a cosine from 0 at `index` 0 to 1 at `length`.
fn raised_cosine(index: u64, length: u64) -> f32 {
    if index >= length {
        return 1.0;
    }
    let phase = index as f64 / length as f64 * std::f64::consts::PI;
    (0.5 - 0.5 * phase.cos()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fades_reach_zero_at_both_ends_and_one_between() {
        let edit = AudioEdit {
            fade_in_samples: 100,
            fade_out_samples: 200,
            ..AudioEdit::plain(1_000)
        };
        assert_eq!(edit.fade_at(0), 0.0);
        assert_eq!(edit.fade_at(100), 1.0);
        assert_eq!(edit.fade_at(799), 1.0);
        assert_eq!(edit.fade_at(999), 0.0);
        assert!((edit.fade_at(50) - 0.5).abs() < 1e-6);
        assert!(edit.fades_in(&(0..10)) && edit.fades_in(&(790..801)));
        assert!(!edit.fades_in(&(100..800)));
    }

    #[test]
    fn impossible_edits_are_refused() {
        let looped = |range| AudioEdit {
            loop_range: Some(range),
            source_start: 10_000,
            ..AudioEdit::plain(96_000)
        };
        assert!(looped(0..48_000).check().is_ok());
        assert!(looped(0..10_000).check().is_err());
        assert!(looped(20_000..20_100).check().is_err());
        #[expect(clippy::reversed_empty_ranges, reason = "it is what must be refused")]
        let reversed = looped(48_000..0);
        assert!(reversed.check().is_err());
        assert!(AudioEdit::plain(0).check().is_err());
    }
}
