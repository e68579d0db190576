//! The edited source at a level: what the meter measures and the encoder gets.

use super::loudness::Reading;
use super::{
    AudioEdit, AudioError, AudioNote, CHANNELS, EditedPcm, Limiter, LoudnessMeter, decibel,
};
use crate::media::MediaSource;

/// A level for the whole track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    /// Gain in dB.
    pub(super) gain_db: f64,
    /// The limiter's ceiling in dBTP; `None` where nothing can reach it.
    pub(super) ceiling_dbtp: Option<f64>,
}

impl Level {
    /// The source as it is.
    pub(super) const UNCHANGED: Self = Self {
        gain_db: 0.0,
        ceiling_dbtp: None,
    };
}

/// A pass over the edited source at a level.
pub(super) struct Program {
    source: EditedPcm,
    gain: f32,
    limiter: Option<Limiter>,
    scaled: Vec<f32>,
    out: Vec<f32>,
    ended: bool,
}

impl Program {
    pub(super) fn open(
        source: &MediaSource,
        edit: &AudioEdit,
        level: Level,
    ) -> Result<Self, AudioError> {
        let limiter = |ceiling| Limiter::new(decibel::factor(ceiling) as f32);
        Ok(Self {
            source: EditedPcm::open(source, edit)?,
            gain: decibel::factor(level.gain_db) as f32,
            limiter: level.ceiling_dbtp.map(limiter),
            scaled: Vec::new(),
            out: Vec::new(),
            ended: false,
        })
    }

    /// The next block; `None` after exactly as many samples as the edit asks for.
    pub(super) fn next_block(&mut self) -> Result<Option<&[f32]>, AudioError> {
        self.out.clear();
        while self.out.is_empty() && !self.ended {
            self.advance()?;
        }
        Ok((!self.out.is_empty()).then_some(&*self.out))
    }

    fn advance(&mut self) -> Result<(), AudioError> {
        let Some(block) = self.source.next_block()? else {
            self.ended = true;
            if let Some(limiter) = self.limiter.take() {
                limiter.finish(&mut self.out);
            }
            return Ok(());
        };
        let scaled = block.iter().map(|sample| sample * self.gain);
        match &mut self.limiter {
            None => self.out.extend(scaled),
            Some(limiter) => {
                self.scaled.clear();
                self.scaled.extend(scaled);
                limiter.process(&self.scaled, &mut self.out);
            }
        }
        Ok(())
    }

    /// Plays it to the end into a meter.
    pub(super) fn measure(mut self) -> Result<(Reading, Vec<AudioNote>), AudioError> {
        let mut meter = LoudnessMeter::new()?;
        while let Some(block) = self.next_block()? {
            debug_assert_eq!(block.len() % CHANNELS, 0);
            meter.add(block)?;
        }
        Ok((meter.reading()?, self.source.notes()))
    }
}
