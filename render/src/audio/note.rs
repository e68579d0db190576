//! What a person should know about a track that was mastered all the same.

use std::fmt;

/// Something that came out other than asked, for the job's warnings.
#[derive(Clone, Debug, PartialEq)]
pub enum AudioNote {
    /// Nothing reaches the meter's gate (−70 LUFS): the sound was left as quiet as it is.
    Silent,
    /// The track is so quiet that the greatest permitted gain does not lift it to the target.
    GainBounded {
        /// The gain applied, in dB.
        gain_db: f64,
    },
    /// The closest that could be reached.
    LoudnessMissed {
        /// Integrated loudness of the result, in LUFS.
        loudness_lufs: f64,
    },
    /// The closest that could be reached.
    PeakMissed {
        /// True peak of the result, in dBTP.
        true_peak_dbtp: f64,
    },
    /// Damaged stretches of the file were passed over.
    DamageSkipped {
        /// Number of damaged packets.
        packets: u32,
    },
    /// The file held less than the edit asked for; silence fills the rest.
    EndedEarly {
        /// Samples of silence per channel, at 48 kHz.
        missing_samples: u64,
    },
}

impl fmt::Display for AudioNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("the audio is silent and was left as it is"),
            Self::GainBounded { gain_db } => {
                write!(
                    f,
                    "the audio is very quiet; it was raised by {gain_db:.1} dB only"
                )
            }
            Self::LoudnessMissed { loudness_lufs } => {
                write!(f, "the audio came out at {loudness_lufs:.1} LUFS")
            }
            Self::PeakMissed { true_peak_dbtp } => {
                write!(f, "the audio peaks at {true_peak_dbtp:.1} dBTP")
            }
            Self::DamageSkipped { packets } => {
                write!(
                    f,
                    "{packets} damaged packets of the audio file were skipped"
                )
            }
            Self::EndedEarly { missing_samples } => write!(
                f,
                "the audio file ended early; {:.2} s of silence fill the rest",
                *missing_samples as f64 / f64::from(super::SAMPLE_RATE_HZ)
            ),
        }
    }
}
