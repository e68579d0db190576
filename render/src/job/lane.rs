//! One video on its way from frames to a file.

use super::error::RenderError;
use super::staging::Staged;
use crate::audio::MasteredAudio;
use crate::encode::{EncodedPacket, FrameBuffer, Mp4, Mp4Settings, VideoEncoder};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The soundtrack, once it is mastered; `Err` if that failed. FFmpeg's part of it wants one reader at a time.
pub(super) type Sound = OnceLock<Result<Mutex<MasteredAudio>, ()>>;

/// An encoder and the file it writes. The picture may be ahead of the sound: packets wait until it is known.
pub(super) struct Lane<'a> {
    encoder: VideoEncoder,
    staged: Staged,
    settings: Mp4Settings,
    sound: &'a Sound,
    waiting: Vec<EncodedPacket>,
    mp4: Option<Mp4>,
}

impl<'a> Lane<'a> {
    /// A lane that writes `staged`.
    pub fn new(
        encoder: VideoEncoder,
        staged: Staged,
        settings: Mp4Settings,
        sound: &'a Sound,
    ) -> Self {
        Self {
            encoder,
            staged,
            settings,
            sound,
            waiting: Vec::new(),
            mp4: None,
        }
    }

    /// Encodes a frame and writes what the encoder has ready.
    pub fn push(&mut self, buffer: &mut FrameBuffer, index: u32) -> Result<(), RenderError> {
        self.encoder.send(buffer, index)?;
        self.drain()
    }

    /// Ends the stream and completes the file, waiting for the sound if it is not there yet.
    pub fn finish(mut self) -> Result<Staged, RenderError> {
        self.encoder.finish()?;
        self.sound.wait();
        self.drain()?;
        match self.mp4 {
            Some(mp4) => mp4.finish()?,
            None => return Err(RenderError::Stopped),
        }
        Ok(self.staged)
    }

    fn drain(&mut self) -> Result<(), RenderError> {
        while let Some(packet) = self.encoder.receive()? {
            self.waiting.push(packet);
        }
        let mp4 = match (&mut self.mp4, self.sound.get()) {
            (Some(mp4), _) => mp4,
            (None, None) => return Ok(()),
            (None, Some(Err(()))) => return Err(RenderError::Stopped),
            (none, Some(Ok(sound))) => none.insert(Mp4::create(
                self.staged.path(),
                &self.encoder,
                &sound.lock().unwrap_or_else(PoisonError::into_inner),
                &self.settings,
            )?),
        };
        for packet in self.waiting.drain(..) {
            mp4.write(packet)?;
        }
        Ok(())
    }
}
