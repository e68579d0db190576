//! Mastering: the edited track at −14 LUFS with true peaks at or below −1 dBTP, as proven on the decoded AAC.
//!
//! The loudness of the edited source gives the gain. If the peaks then stay below the limiter's ceiling, the level is
//! linear and nothing else is needed; otherwise passes through the limiter correct the gain for what it takes away.
//! AAC moves peaks by up to 2 dB, so the ceiling lies below the target and the encoder's output is decoded and
//! measured; a result outside the tolerance is corrected and encoded again.

use ffmpeg_next::codec;
use ffmpeg_next::format::stream::StreamMut;

use super::aac::{AacEncoder, Encoded};
use super::loudness::Reading;
use super::program::{Level, Program};
use super::{AacPacket, AacSettings, AudioEdit, AudioError, AudioNote, CHANNELS, SAMPLE_RATE_HZ};
use crate::media::MediaSource;

/// What streaming platforms play at; louder is turned down by them, quieter sounds weak beside others.
pub(super) const TARGET_LUFS: f64 = -14.0;
/// The greatest true peak of the result.
pub(super) const MAX_TRUE_PEAK_DBTP: f64 = -1.0;
/// Results this far from the target are encoded again; the promise is ±0.5.
const TOLERANCE_LU: f64 = 0.35;
/// Kept below [`MAX_TRUE_PEAK_DBTP`], because meters differ by some hundredths of a decibel.
const PEAK_MARGIN_DB: f64 = 0.1;
/// The limiter's first ceiling: with it most tracks stay below the maximum after AAC at the first attempt.
const FIRST_CEILING_DBTP: f64 = -2.0;
/// More would mostly raise noise.
const MAX_GAIN_DB: f64 = 30.0;
/// Passes through the limiter to find a gain.
const MAX_GAIN_PASSES: u32 = 6;
/// A limited level this close is taken; the decoded result decides anyway.
const GAIN_PRECISION_LU: f64 = 0.15;
/// A limited level this close needs one last correction, which then need not be measured.
const GAIN_NEAR_LU: f64 = 0.5;
/// Encoding attempts.
const MAX_ATTEMPTS: u32 = 5;

/// A finished sound track.
#[derive(Clone)]
pub struct MasteredAudio {
    /// AAC-LC frames, in order, without gaps; the first ones lie before 0.
    pub packets: Vec<AacPacket>,
    /// The AudioSpecificConfig (ISO/IEC 14496-3) for the container.
    pub extradata: Vec<u8>,
    /// Samples per channel that the decoder puts out before sample 0; the container's edit list cuts them.
    pub priming_samples: u32,
    /// Length in samples per channel.
    pub total_samples: u64,
    /// Integrated loudness of the decoded packets in LUFS; −∞ for silence.
    pub loudness_lufs: f64,
    /// True peak of the decoded packets in dBTP; −∞ for silence.
    pub true_peak_dbtp: f64,
    /// The gain applied before the limiter, in dB.
    pub gain_db: f64,
    /// What came out other than asked.
    pub notes: Vec<AudioNote>,
    parameters: codec::Parameters,
}

/// Masters the edited source.
///
/// # Errors
/// [`AudioError::InvalidEdit`], [`AudioError::Media`] for what is wrong with the file, [`AudioError::Encode`].
pub fn master(
    source: &MediaSource,
    edit: &AudioEdit,
    aac: &AacSettings,
) -> Result<MasteredAudio, AudioError> {
    let (raw, notes) = Program::open(source, edit, Level::UNCHANGED)?.measure()?;
    let job = Job {
        source,
        edit,
        aac,
        raw,
    };
    job.run(notes)
}

impl MasteredAudio {
    /// A track of digital silence, for videos without music.
    ///
    /// # Errors
    /// [`AudioError::Encode`].
    pub fn silence(total_samples: u64, aac: &AacSettings) -> Result<Self, AudioError> {
        let mut encoder = AacEncoder::open(aac)?;
        let block = [0.0; 4_096 * CHANNELS];
        let mut left = total_samples;
        while left > 0 {
            let frames = left.min(4_096);
            encoder.add(&block[..frames as usize * CHANNELS])?;
            left -= frames;
        }
        Ok(Self::new(encoder.finish()?, total_samples, 0.0, Vec::new()))
    }

    /// Sets up a muxer's stream for these packets: codec parameters with the extradata, and time base 1/48000.
    ///
    /// Nothing else is needed. After the muxer's header is written it may have chosen another time base: rescale
    /// each packet of [`AacPacket::to_ffmpeg`] from 1/48000 to it.
    pub fn apply_parameters(&self, stream: &mut StreamMut) {
        stream.set_parameters(self.parameters.clone());
        stream.set_time_base((1, SAMPLE_RATE_HZ as i32));
    }

    fn new(encoded: Encoded, total_samples: u64, gain_db: f64, notes: Vec<AudioNote>) -> Self {
        Self {
            packets: encoded.packets,
            extradata: encoded.extradata,
            priming_samples: encoded.priming_samples,
            total_samples,
            loudness_lufs: encoded.reading.loudness_lufs.unwrap_or(f64::NEG_INFINITY),
            true_peak_dbtp: encoded.reading.true_peak_dbtp,
            gain_db,
            notes,
            parameters: encoded.parameters,
        }
    }
}

impl std::fmt::Debug for MasteredAudio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MasteredAudio")
            .field("packets", &self.packets.len())
            .field("total_samples", &self.total_samples)
            .field("loudness_lufs", &self.loudness_lufs)
            .field("true_peak_dbtp", &self.true_peak_dbtp)
            .field("gain_db", &self.gain_db)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

struct Job<'a> {
    source: &'a MediaSource,
    edit: &'a AudioEdit,
    aac: &'a AacSettings,
    /// The edited source as it is.
    raw: Reading,
}

/// One encoding with its distance from what was asked.
struct Attempt {
    encoded: Encoded,
    gain_db: f64,
    /// Loudness minus target; 0 where there is no loudness to set.
    off_lu: f64,
    /// True peak minus maximum; positive is too much.
    over_db: f64,
}

impl Job<'_> {
    fn run(&self, mut notes: Vec<AudioNote>) -> Result<MasteredAudio, AudioError> {
        let (mut aim_lufs, mut ceiling) = (TARGET_LUFS, FIRST_CEILING_DBTP);
        let mut best: Option<Attempt> = None;
        for _ in 0..MAX_ATTEMPTS {
            let attempt = self.attempt(aim_lufs, ceiling)?;
            let (off_lu, over_db) = (attempt.off_lu, attempt.over_db);
            let bounded = off_lu < 0.0 && attempt.gain_db >= MAX_GAIN_DB;
            let loud_enough = off_lu.abs() <= TOLERANCE_LU || bounded;
            if best.as_ref().is_none_or(|best| attempt.beats(best)) {
                best = Some(attempt);
            }
            if loud_enough && over_db <= -PEAK_MARGIN_DB {
                break;
            }
            if over_db > -PEAK_MARGIN_DB {
                ceiling -= over_db + 2.0 * PEAK_MARGIN_DB;
            }
            if !loud_enough {
                aim_lufs -= off_lu;
            }
        }
        // The loop runs at least once.
        let Some(best) = best else {
            return MasteredAudio::silence(self.edit.total_samples, self.aac);
        };
        notes.extend(self.notes_on(&best));
        let Attempt {
            encoded, gain_db, ..
        } = best;
        let total = self.edit.total_samples;
        Ok(MasteredAudio::new(encoded, total, gain_db, notes))
    }

    fn attempt(&self, aim_lufs: f64, ceiling_dbtp: f64) -> Result<Attempt, AudioError> {
        let level = self.level_for(aim_lufs, ceiling_dbtp)?;
        let mut program = Program::open(self.source, self.edit, level)?;
        let mut encoder = AacEncoder::open(self.aac)?;
        while let Some(block) = program.next_block()? {
            encoder.add(block)?;
        }
        let encoded = encoder.finish()?;
        let reading = encoded.reading;
        let off_lu = match (self.raw.loudness_lufs, reading.loudness_lufs) {
            (Some(_), Some(loudness)) => loudness - TARGET_LUFS,
            _ => 0.0,
        };
        Ok(Attempt {
            over_db: reading.true_peak_dbtp - MAX_TRUE_PEAK_DBTP,
            off_lu,
            gain_db: level.gain_db,
            encoded,
        })
    }

    /// The level at which the track, limited to the ceiling, is as loud as aimed at.
    fn level_for(&self, aim_lufs: f64, ceiling_dbtp: f64) -> Result<Level, AudioError> {
        let linear_db = match self.raw.loudness_lufs {
            Some(loudness) => (aim_lufs - loudness).min(MAX_GAIN_DB),
            None => 0.0,
        };
        if self.raw.true_peak_dbtp + linear_db <= ceiling_dbtp {
            return Ok(Level {
                gain_db: linear_db,
                ceiling_dbtp: None,
            });
        }
        let ceiling_dbtp = Some(ceiling_dbtp);
        let gain_db = match self.raw.loudness_lufs {
            Some(_) => self.limited_gain(aim_lufs, linear_db, ceiling_dbtp)?,
            None => 0.0,
        };
        Ok(Level {
            gain_db,
            ceiling_dbtp,
        })
    }

    /// Raises the gain until the limited track is as loud as aimed at: a secant search, since the limiter takes the
    /// more away the louder it gets.
    fn limited_gain(
        &self,
        aim_lufs: f64,
        first_db: f64,
        ceiling_dbtp: Option<f64>,
    ) -> Result<f64, AudioError> {
        let mut gain_db = first_db;
        let mut before: Option<(f64, f64)> = None;
        for _ in 0..MAX_GAIN_PASSES {
            let level = Level {
                gain_db,
                ceiling_dbtp,
            };
            let (reading, _) = Program::open(self.source, self.edit, level)?.measure()?;
            let loudness = reading.loudness_lufs.unwrap_or(aim_lufs);
            let missing = aim_lufs - loudness;
            if missing.abs() <= GAIN_PRECISION_LU {
                break;
            }
            let slope = before.map_or(0.85, |(gain, before)| {
                ((loudness - before) / (gain_db - gain)).clamp(0.15, 1.0)
            });
            before = Some((gain_db, loudness));
            let next_db = (gain_db + missing / slope).min(MAX_GAIN_DB);
            let settled = missing.abs() < GAIN_NEAR_LU || next_db == gain_db;
            gain_db = next_db;
            if settled {
                break;
            }
        }
        Ok(gain_db)
    }

    fn notes_on(&self, best: &Attempt) -> Vec<AudioNote> {
        let mut notes = Vec::new();
        if self.raw.loudness_lufs.is_none() {
            notes.push(AudioNote::Silent);
        }
        if best.gain_db >= MAX_GAIN_DB && best.off_lu < -TOLERANCE_LU {
            notes.push(AudioNote::GainBounded {
                gain_db: best.gain_db,
            });
        } else if best.off_lu.abs() > 0.5 {
            notes.push(AudioNote::LoudnessMissed {
                loudness_lufs: best.off_lu + TARGET_LUFS,
            });
        }
        if best.over_db > 0.0 {
            notes.push(AudioNote::PeakMissed {
                true_peak_dbtp: best.over_db + MAX_TRUE_PEAK_DBTP,
            });
        }
        notes
    }
}

impl Attempt {
    /// Peaks within the limit come first, then the loudness that is nearer.
    fn beats(&self, other: &Self) -> bool {
        match (self.over_db <= 0.0, other.over_db <= 0.0) {
            (true, false) => true,
            (false, true) => false,
            (true, true) => self.off_lu.abs() < other.off_lu.abs(),
            (false, false) => self.over_db < other.over_db,
        }
    }
}
