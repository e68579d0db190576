//! Plays a source as an [`AudioEdit`] says: exactly `total_samples` come out.

use std::f32::consts::FRAC_PI_2;
use std::ops::Range;

use super::{AudioEdit, AudioError, AudioNote, CHANNELS, Pcm};
use crate::media::MediaSource;

/// Frames per block.
const BLOCK_FRAMES: u64 = 4_096;

/// A source, edited, as a stream of blocks.
pub struct EditedPcm {
    source: MediaSource,
    edit: AudioEdit,
    repeat: Option<Repeat>,
    now: Cursor,
    /// What leads up to the loop's start; there while the seam is being crossed.
    next: Option<Cursor>,
    /// Position of `now` in the source.
    position: u64,
    emitted: u64,
    missing: u64,
    damaged: u32,
    block: Vec<f32>,
    incoming: Vec<f32>,
}

/// The loop with its seam.
struct Repeat {
    range: Range<u64>,
    crossfade: u64,
}

impl EditedPcm {
    /// Opens the source at the edit's beginning.
    ///
    /// # Errors
    /// [`AudioError::InvalidEdit`], or what [`Pcm::open`] says.
    pub fn open(source: &MediaSource, edit: &AudioEdit) -> Result<Self, AudioError> {
        edit.check()?;
        let repeat = edit.loop_range.clone().map(|range| Repeat {
            crossfade: edit.loop_crossfade_samples.min(range.end - range.start),
            range,
        });
        Ok(Self {
            source: source.clone(),
            edit: edit.clone(),
            repeat,
            now: Cursor::open(source, i128::from(edit.source_start))?,
            next: None,
            position: edit.source_start,
            emitted: 0,
            missing: 0,
            damaged: 0,
            block: Vec::new(),
            incoming: Vec::new(),
        })
    }

    /// The next block of interleaved stereo samples; `None` once `total_samples` have come out.
    ///
    /// # Errors
    /// As [`Pcm::next_block`]; later rounds of a loop open the file again and may fail as [`Pcm::open`].
    pub fn next_block(&mut self) -> Result<Option<&[f32]>, AudioError> {
        let frames = self.frames_ahead();
        if frames == 0 {
            self.damaged = self.damaged.max(self.now.damaged());
            return Ok(None);
        }
        self.block.resize(frames as usize * CHANNELS, 0.0);
        let read = self.now.read(&mut self.block)?;
        self.missing += frames - read as u64;
        self.cross_seam(frames)?;
        self.fade(frames);
        self.emitted += frames;
        Ok(Some(&self.block))
    }

    /// What was odd about the source, as far as it has been played.
    #[must_use]
    pub fn notes(&self) -> Vec<AudioNote> {
        let damage = (self.damaged > 0).then_some(AudioNote::DamageSkipped {
            packets: self.damaged,
        });
        let early = (self.missing > 0).then_some(AudioNote::EndedEarly {
            missing_samples: self.missing,
        });
        damage.into_iter().chain(early).collect()
    }

    /// Frames until the block is full, the result ends, or the seam begins or ends.
    fn frames_ahead(&self) -> u64 {
        let left = BLOCK_FRAMES.min(self.edit.total_samples - self.emitted);
        match &self.repeat {
            None => left,
            Some(Repeat { range, crossfade }) => {
                let seam = range.end - crossfade;
                let border = match self.position < seam {
                    true => seam,
                    false => range.end,
                };
                left.min(border - self.position)
            }
        }
    }

    /// Moves on by a block; inside the seam it mixes the block, at the loop's end it jumps.
    fn cross_seam(&mut self, frames: u64) -> Result<(), AudioError> {
        let from = self.position;
        self.position += frames;
        let Some(Repeat { range, crossfade }) = &self.repeat else {
            return Ok(());
        };
        let seam = range.end - crossfade;
        if from >= seam {
            // The lead-in runs parallel to the way out, so that it arrives at the loop's start when this one ends.
            let lead_in = i128::from(range.start) - i128::from(range.end - from);
            let next = match &mut self.next {
                Some(next) => next,
                empty => empty.insert(Cursor::open(&self.source, lead_in)?),
            };
            self.incoming.resize(self.block.len(), 0.0);
            next.read(&mut self.incoming)?;
            mix(&mut self.block, &self.incoming, from - seam, *crossfade);
        }
        if self.position == range.end {
            self.damaged = self.damaged.max(self.now.damaged());
            self.now = match self.next.take() {
                Some(next) => next,
                None => Cursor::open(&self.source, i128::from(range.start))?,
            };
            self.position = range.start;
        }
        Ok(())
    }

    fn fade(&mut self, frames: u64) {
        let result = self.emitted..self.emitted + frames;
        if self.edit.fades_in(&result) {
            for (frame, index) in self.block.chunks_exact_mut(CHANNELS).zip(result) {
                let volume = self.edit.fade_at(index);
                frame.iter_mut().for_each(|sample| *sample *= volume);
            }
        }
    }
}

/// Mixes `incoming` into `outgoing` at equal power; `done` of `total` frames of the crossfade lie before.
fn mix(outgoing: &mut [f32], incoming: &[f32], done: u64, total: u64) {
    let frames = outgoing
        .chunks_exact_mut(CHANNELS)
        .zip(incoming.chunks_exact(CHANNELS));
    for (index, (out, other)) in (done..).zip(frames) {
        let angle = (index as f32 + 0.5) / total as f32 * FRAC_PI_2;
        let (rising, falling) = angle.sin_cos();
        for (sample, theirs) in out.iter_mut().zip(other) {
            *sample = *sample * falling + theirs * rising;
        }
    }
}

/// A position in the source; what lies before its beginning and after its end is silence.
struct Cursor {
    pcm: Pcm,
    silence_before: u64,
}

impl Cursor {
    fn open(source: &MediaSource, start: i128) -> Result<Self, AudioError> {
        let mut pcm = Pcm::open(source)?;
        pcm.skip(u64::try_from(start).unwrap_or(0))?;
        Ok(Self {
            pcm,
            silence_before: u64::try_from(-start).unwrap_or(0),
        })
    }

    /// Fills `out`; returns how many frames lie before the end of the source.
    fn read(&mut self, out: &mut [f32]) -> Result<usize, AudioError> {
        let frames = out.len() / CHANNELS;
        let silent = self.silence_before.min(frames as u64) as usize;
        self.silence_before -= silent as u64;
        let (before, sound) = out.split_at_mut(silent * CHANNELS);
        before.fill(0.0);
        let read = self.pcm.read(sound)?;
        sound[read * CHANNELS..].fill(0.0);
        Ok(silent + read)
    }

    fn damaged(&self) -> u32 {
        self.pcm.damaged_packets()
    }
}
