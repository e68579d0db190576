//! Decodes a file to 48 kHz stereo, block by block.

use ffmpeg_next::{Packet, decoder, error, frame};

use super::resample::Resampler;
use super::{AudioError, CHANNELS};
use crate::media::{self, Input, MediaError, MediaSource, Read};

/// Damaged packets that are passed over before the file counts as broken.
const MAX_DAMAGED: u32 = 1_000;
/// Damaged packets before the first good one: then it is not what it claims to be.
const MAX_DAMAGED_AT_START: u32 = 64;
/// A stream may change its rate, layout or kind of samples this often: each change costs as much as seconds of sound.
const MAX_CHANGES: u32 = 100;
/// Packets in a row that may yield no sound.
const MAX_FRUITLESS: u32 = 2_000;

/// A streaming decoder; memory does not grow with the length of the file.
///
/// Encoder delay and padding are cut as the container's tags say, so that sample 0 is the first sample of the music
/// and beat times measured on this stream hold for every later pass.
pub struct Pcm {
    input: Input,
    /// The index of the stream that is decoded.
    stream: usize,
    decoder: decoder::Audio,
    packet: Packet,
    frame: frame::Audio,
    resampler: Option<Resampler>,
    /// Resamplers made so far.
    resamplers: u32,
    block: Vec<f32>,
    /// How much of `block` was handed out, in values.
    taken: usize,
    damaged: u32,
    fruitless: u32,
    any_sound: bool,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Reading,
    /// The decoder was told that no more packets come.
    Draining,
    Done,
}

impl Pcm {
    /// Opens the best audio stream of a file.
    ///
    /// # Errors
    /// Everything [`media::open`] may say, and [`MediaError::NoAudioStream`], [`MediaError::CodecNotAllowed`].
    pub fn open(source: &MediaSource) -> Result<Self, AudioError> {
        let mut input = media::open(source)?;
        let (stream, decoder) = input.audio_decoder()?;
        Ok(Self {
            input,
            stream,
            decoder,
            packet: Packet::empty(),
            frame: frame::Audio::empty(),
            resampler: None,
            resamplers: 0,
            block: Vec::new(),
            taken: 0,
            damaged: 0,
            fruitless: 0,
            any_sound: false,
            stage: Stage::Reading,
        })
    }

    /// The next block of interleaved stereo samples, never empty; `None` at the end.
    ///
    /// # Errors
    /// [`MediaError::Corrupt`], [`MediaError::TimedOut`] or [`MediaError::Io`] inside [`AudioError::Media`].
    pub fn next_block(&mut self) -> Result<Option<&[f32]>, AudioError> {
        if !self.ensure_block()? {
            return Ok(None);
        }
        let from = std::mem::replace(&mut self.taken, self.block.len());
        Ok(Some(&self.block[from..]))
    }

    /// Fills `out` (interleaved) as far as the file goes; returns the number of frames written.
    ///
    /// # Errors
    /// As [`Self::next_block`].
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, AudioError> {
        let mut filled = 0;
        while filled < out.len() && self.ensure_block()? {
            let count = (out.len() - filled).min(self.block.len() - self.taken);
            out[filled..filled + count]
                .copy_from_slice(&self.block[self.taken..self.taken + count]);
            self.taken += count;
            filled += count;
        }
        Ok(filled / CHANNELS)
    }

    /// Passes over `frames` frames, or to the end.
    ///
    /// # Errors
    /// As [`Self::next_block`].
    pub fn skip(&mut self, frames: u64) -> Result<(), AudioError> {
        let mut left = frames.saturating_mul(CHANNELS as u64);
        while left > 0 && self.ensure_block()? {
            let count = left.min((self.block.len() - self.taken) as u64);
            self.taken += count as usize;
            left -= count;
        }
        Ok(())
    }

    /// Damaged packets passed over so far.
    #[must_use]
    pub fn damaged_packets(&self) -> u32 {
        self.damaged
    }

    /// Makes sure that `block` has samples left; false at the end.
    fn ensure_block(&mut self) -> Result<bool, AudioError> {
        while self.taken == self.block.len() {
            if self.stage == Stage::Done {
                return Ok(false);
            }
            self.block.clear();
            self.taken = 0;
            self.advance()?;
        }
        Ok(true)
    }

    /// One step: takes a frame from the decoder, or gives it a packet.
    fn advance(&mut self) -> Result<(), MediaError> {
        match self.decoder.receive_frame(&mut self.frame) {
            Ok(()) => self.take_frame(),
            Err(ffmpeg_next::Error::Eof) => self.finish(),
            Err(ffmpeg_next::Error::Other {
                errno: error::EAGAIN,
            }) if self.stage == Stage::Reading => self.feed(),
            // A decoder that was drained and asks for more breaks FFmpeg's rules: the sound ends here.
            Err(_) if self.stage == Stage::Draining => self.finish(),
            Err(_) => self.note_damage(),
        }
    }

    fn take_frame(&mut self) -> Result<(), MediaError> {
        self.fruitless = 0;
        if self.frame.samples() == 0 {
            return Ok(());
        }
        self.any_sound = true;
        if !self
            .resampler
            .as_ref()
            .is_some_and(|resampler| resampler.fits(&self.frame))
        {
            if self.resamplers > MAX_CHANGES {
                return Err(MediaError::Corrupt {
                    detail: "its sound changes its rate or channels all the time",
                });
            }
            self.resamplers += 1;
            // The stream changed its rate or layout: let the old resampler give out its tail first.
            if let Some(mut old) = self.resampler.take() {
                old.finish(&mut self.block)?;
            }
            self.resampler = Some(Resampler::for_frame(&self.frame)?);
        }
        match &mut self.resampler {
            Some(resampler) => resampler.convert(&self.frame, &mut self.block),
            None => Ok(()),
        }
    }

    fn feed(&mut self) -> Result<(), MediaError> {
        self.fruitless += 1;
        if self.fruitless > MAX_FRUITLESS {
            return Err(BROKEN);
        }
        match self.input.read_packet(&mut self.packet)? {
            Read::Damaged => self.note_damage(),
            Read::End => {
                self.stage = Stage::Draining;
                // Fails only where draining is impossible; then the next receive ends the stream.
                let _ = self.decoder.send_eof();
                Ok(())
            }
            // FFmpeg gives a cover picture of the file out all the same, although its stream is to be left out.
            Read::Packet if self.packet.stream() != self.stream => Ok(()),
            Read::Packet => match self.decoder.send_packet(&self.packet) {
                Ok(()) => Ok(()),
                Err(_) => self.note_damage(),
            },
        }
    }

    fn note_damage(&mut self) -> Result<(), MediaError> {
        self.damaged += 1;
        let limit = match self.any_sound {
            true => MAX_DAMAGED,
            false => MAX_DAMAGED_AT_START,
        };
        if self.damaged > limit {
            return Err(BROKEN);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), MediaError> {
        self.stage = Stage::Done;
        match &mut self.resampler {
            Some(resampler) => resampler.finish(&mut self.block),
            None if self.damaged > 0 => Err(BROKEN),
            None => Ok(()),
        }
    }
}

const BROKEN: MediaError = MediaError::Corrupt {
    detail: "its sound cannot be decoded",
};
