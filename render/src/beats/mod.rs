//! Where the beats of a piece of music are.
//!
//! Way of the sound: `decimate` brings it down to about 24 kHz; `aubio` gives short spectra of it, `bands` sums them to
//! twenty bands and `fine` keeps a 3 ms envelope, both of bounded size; that is the streaming half. At the end
//! `strength` turns the bands into onset strengths and `accents` into hits, `tempogram` finds the path of the tempo,
//! `tracking` lays beats along it for every metrical level in question, `metre` chooses level and phase by the usual
//! `patterns`, `confidence` says whether there is a pulse at all, and `refine` moves the beats to within a few
//! milliseconds.
//!
//! All of it is deterministic and none of it keeps state between tracks.

mod accents;
mod aubio;
mod bands;
mod confidence;
mod decimate;
mod fine;
mod metre;
mod onsets;
mod patterns;
mod refine;
mod strength;
mod tempogram;
mod tracking;
mod vectors;

use std::ops::RangeInclusive;

use accents::Accents;
use aubio::Vocoder;
use bands::BandLog;
use decimate::Decimator;
use fine::FineEnvelope;
use strength::Strength;

/// Sample rates that can be analysed, in Hz.
pub const SAMPLE_RATES_HZ: RangeInclusive<u32> = 8_000..=192_000;

/// How much of a track is listened to, in seconds; what comes after it is ignored, so that memory stays bounded.
pub const LONGEST_S: u32 = 180;

/// Confidence from which on beats are reported, in 0..1.
pub const LEAST_CONFIDENCE: f32 = 0.5;

/// The version of the analysis: raise it with every change after which a track may get other beats, in here or in how its
/// sound is decoded and mixed down. Analyses that were kept under another version are made anew.
pub const ANALYSIS_VERSION: u32 = 1;

/// Why a track could not be analysed.
#[derive(Debug, thiserror::Error)]
pub enum BeatError {
    /// The sample rate lies outside [`SAMPLE_RATES_HZ`].
    #[error("cannot find beats at a sample rate of {0} Hz")]
    SampleRate(u32),
    /// aubio refused to start or to take a frame.
    #[error("aubio failed")]
    Aubio(#[source] aubio_rs::Error),
}

/// A moment at which something is struck.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Onset {
    /// Time from the start of the track in seconds.
    pub time_s: f64,
    /// How marked it is: 1 is typical of the track's clear onsets.
    pub strength: f32,
}

/// What is known about the beats of a track.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BeatTrack {
    /// Times of the beats from the start of the track in seconds, ascending. Empty when there is no clear pulse.
    pub beats_s: Vec<f64>,
    /// All clear onsets, ascending, on the beat or not.
    pub onsets: Vec<Onset>,
    /// Median tempo of the beats in beats per minute.
    pub tempo_bpm: Option<f64>,
    /// How sure the pulse is, 0..1; below [`LEAST_CONFIDENCE`] no beats are reported.
    pub confidence: f32,
}

/// Finds the beats of a whole track at once.
///
/// # Errors
/// [`BeatError`] for a sample rate outside [`SAMPLE_RATES_HZ`] or when aubio fails.
pub fn analyse(mono: &[f32], sample_rate: u32) -> Result<BeatTrack, BeatError> {
    let mut analyser = Analyser::new(sample_rate)?;
    analyser.push(mono)?;
    analyser.finish()
}

/// Finds the beats of a track that comes in pieces. Stays on the thread that made it, as aubio's objects must.
pub struct Analyser {
    decimator: Decimator,
    vocoder: Vocoder,
    bands: BandLog,
    fine: FineEnvelope,
    /// Decimated samples that wait for a full hop.
    waiting: Vec<f32>,
    /// Input samples still to be listened to.
    left: usize,
}

impl Analyser {
    /// Starts a track of `sample_rate` Hz.
    ///
    /// # Errors
    /// [`BeatError`] for a sample rate outside [`SAMPLE_RATES_HZ`] or when aubio fails.
    pub fn new(sample_rate: u32) -> Result<Self, BeatError> {
        if !SAMPLE_RATES_HZ.contains(&sample_rate) {
            return Err(BeatError::SampleRate(sample_rate));
        }
        let decimator = Decimator::new(sample_rate);
        let rate_hz = decimator.output_rate_hz();
        let vocoder = Vocoder::new(rate_hz).map_err(BeatError::Aubio)?;
        Ok(Self {
            bands: BandLog::new(rate_hz, vocoder.window()),
            fine: FineEnvelope::new(rate_hz),
            waiting: Vec::with_capacity(vocoder.hop()),
            left: LONGEST_S as usize * sample_rate as usize,
            decimator,
            vocoder,
        })
    }

    /// Listens to the next samples of the track, any number of them; what is not finite counts as silence.
    ///
    /// # Errors
    /// [`BeatError::Aubio`] when aubio fails.
    pub fn push(&mut self, mono: &[f32]) -> Result<(), BeatError> {
        let heard = &mono[..mono.len().min(self.left)];
        self.left -= heard.len();
        for &sample in heard {
            let clean = if sample.is_finite() { sample } else { 0.0 };
            if let Some(decimated) = self.decimator.push(clean) {
                self.listen(decimated)?;
            }
        }
        Ok(())
    }

    fn listen(&mut self, sample: f32) -> Result<(), BeatError> {
        self.fine.push(sample);
        self.waiting.push(sample);
        if self.waiting.len() == self.vocoder.hop() {
            let magnitudes = self.vocoder.run(&self.waiting).map_err(BeatError::Aubio)?;
            self.bands.push(magnitudes);
            self.waiting.clear();
        }
        Ok(())
    }

    /// Ends the track and finds its beats.
    ///
    /// # Errors
    /// [`BeatError::Aubio`] when aubio fails.
    pub fn finish(mut self) -> Result<BeatTrack, BeatError> {
        let length_s = self.fine.length_s();
        // What sounds in the last half window shows only in the frames after it.
        for _ in 0..self.vocoder.window() {
            self.listen(0.0)?;
        }
        let clock = self.vocoder.clock(self.decimator.delay_s());
        let fine = self.fine.finish(self.decimator.delay_s());
        let strength = Strength::new(&self.bands, clock).map_err(BeatError::Aubio)?;
        let accents = Accents::new(&self.bands, clock).map_err(BeatError::Aubio)?;
        Ok(find_beats(&strength, &accents, &fine, length_s))
    }
}

fn find_beats(
    strength: &Strength,
    accents: &Accents,
    fine: &fine::Attacks,
    length_s: f64,
) -> BeatTrack {
    let onsets = onsets::pick(strength, fine);
    let Some(sound_s) = strength.sounding_s() else {
        return BeatTrack::default();
    };
    let Some(tempo) = tempogram::tempo_path(strength) else {
        return BeatTrack {
            onsets,
            ..BeatTrack::default()
        };
    };
    let rough_s = metre::choose(strength, accents, &tempo);
    let confidence = confidence::of(strength, &rough_s);
    if confidence < LEAST_CONFIDENCE {
        return BeatTrack {
            onsets,
            confidence,
            ..BeatTrack::default()
        };
    }
    let mut beats_s = refine::refine(&rough_s, fine);
    refine::extend(&mut beats_s, (sound_s.start, sound_s.end.min(length_s)));
    BeatTrack {
        tempo_bpm: refine::median_bpm(&beats_s),
        beats_s,
        onsets,
        confidence,
    }
}

#[cfg(test)]
mod tests;
