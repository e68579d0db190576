//! Sound: from any accepted file to mastered AAC packets that last exactly as long as the video.
//!
//! Everything streams in blocks of interleaved stereo f32 at 48 kHz, so memory stays the same however long the
//! material is. A pass that needs the material again opens the file again: decoding costs far less than keeping
//! minutes of samples.
//!
//! Reading order: [`Pcm`] (file → samples), [`AudioEdit`] and [`EditedPcm`] (which samples, in which order),
//! [`scan`] (the first pass, for the beat analysis), [`master`] (loudness, limiter, AAC, proof).

mod aac;
mod decibel;
mod decode;
mod edit;
mod error;
mod gain;
mod limiter;
mod loudness;
mod master;
mod measure;
mod note;
mod play;
mod program;
mod resample;
mod true_peak;

pub use aac::{AacCoder, AacPacket, AacSettings};
pub use decode::Pcm;
pub use edit::{AudioEdit, MIN_LOOP_SAMPLES};
pub use error::AudioError;
pub use limiter::Limiter;
pub use loudness::LoudnessMeter;
pub use master::{MasteredAudio, master};
pub use measure::{SourceFacts, scan};
pub use note::AudioNote;
pub use play::EditedPcm;
pub use true_peak::TruePeakMeter;

/// Samples per second and channel, everywhere in this room.
pub const SAMPLE_RATE_HZ: u32 = 48_000;
/// Interleaved channels, everywhere in this room.
pub const CHANNELS: usize = 2;

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
