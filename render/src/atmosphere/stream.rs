//! Frame after frame of the atmosphere, for a video of any length.

use super::pack::pack;
use super::schedule::Schedule;
use super::store::Store;
use crate::Plain;
use crate::compose::Canvas;
use crate::compose::planes::EvenRect;
use crate::media::{MediaError, MediaSource, VideoReader};
use crate::plan::{FPS, Seen};
use std::path::Path;

/// Why the atmosphere could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AtmosphereError {
    /// The overlay file is at fault.
    #[error("the overlay cannot be read")]
    Media(#[from] MediaError),
    /// The temporary file is at fault.
    #[error("the temporary file for the overlay cannot be used")]
    Store(#[source] std::io::Error),
}

impl Plain for AtmosphereError {
    fn below(&self) -> Option<&dyn Plain> {
        match self {
            Self::Media(media) => Some(media),
            Self::Store(_) => None,
        }
    }
}

/// The overlay as packed frames at 30 fps.
pub struct Atmosphere {
    reader: VideoReader,
    rects: Vec<EvenRect>,
    /// Bytes of the rectangles of the mat, which come first.
    mat_bytes: usize,
    schedule: Schedule,
    frame_us: i64,
    store: Option<Store>,
    /// Index of the frame in `current`, counted over all rounds while there is no store.
    current_index: Option<usize>,
    current: Vec<u8>,
    /// The frame after the current one, decoded to learn when it begins.
    ahead: Vec<u8>,
    /// Time at which the round being decoded began.
    round_start_us: i64,
    /// Damage in the middle of the file, which ends every round there.
    fault: Option<AtmosphereError>,
}

/// The rectangles that have to be composed.
pub fn seen_rects(canvas: &Canvas, seen: Seen) -> Vec<EvenRect> {
    match seen {
        Seen::Mat => canvas.mat().to_vec(),
        // The mat comes first, so that it can be had alone.
        Seen::Everywhere => canvas.mat().into_iter().chain([canvas.content]).collect(),
    }
}

impl Atmosphere {
    /// Opens an overlay for a video of `frames` frames and decodes its first one. Where one round is enough by the file's
    /// own word, nothing is kept. What is packed are the rectangles of [`seen_rects`], in their order.
    ///
    /// # Errors
    /// [`AtmosphereError::Media`] for an unusable file, [`AtmosphereError::Store`] if `temp_dir` cannot be written.
    pub fn open(
        source: &MediaSource,
        canvas: &Canvas,
        seen: Seen,
        frames: u32,
        temp_dir: &Path,
    ) -> Result<Self, AtmosphereError> {
        let reader = VideoReader::open(source, canvas.width as u32, canvas.height as u32)?;
        let rects = seen_rects(canvas, seen);
        let mat_bytes = canvas.mat().iter().map(|rect| rect.bytes()).sum();
        let frame_bytes = rects.iter().map(|rect| rect.bytes()).sum();
        let video_us = i64::from(frames) * 1_000_000 / i64::from(FPS);
        let store = match reader.duration_us() {
            Some(round_us) if round_us >= video_us => None,
            _ => Some(Store::new(temp_dir, frame_bytes).map_err(AtmosphereError::Store)?),
        };
        let mut atmosphere = Self {
            frame_us: reader.frame_duration_us(),
            reader,
            rects,
            mat_bytes,
            schedule: Schedule::default(),
            store,
            current_index: None,
            current: Vec::with_capacity(frame_bytes),
            ahead: Vec::with_capacity(frame_bytes),
            round_start_us: 0,
            fault: None,
        };
        if !atmosphere.decode_ahead()? {
            return Err(MediaError::NoVideoStream.into());
        }
        atmosphere.advance();
        Ok(atmosphere)
    }

    /// Damage met in the middle of the file: the part before it was used.
    pub fn fault(&self) -> Option<&AtmosphereError> {
        self.fault.as_ref()
    }

    /// The packed samples of video frame `index`, as much as is seen of them: at most what the atmosphere was opened for.
    /// Frames have to be asked for in ascending order.
    ///
    /// # Errors
    /// As [`Atmosphere::open`].
    pub fn frame(
        &mut self,
        index: u32,
        seen: Seen,
        out: &mut Vec<u8>,
    ) -> Result<(), AtmosphereError> {
        let wanted = match seen {
            Seen::Mat => self.mat_bytes,
            Seen::Everywhere => self.current.len(),
        };
        let time_us = i64::from(index) * 1_000_000 / i64::from(FPS);
        if let (Some(stored), Some(store)) = (self.schedule.looped(time_us), &self.store) {
            out.resize(wanted, 0);
            return store.read(stored, out).map_err(AtmosphereError::Store);
        }
        self.decode_until(time_us)?;
        out.clear();
        out.extend_from_slice(&self.current[..wanted]);
        Ok(())
    }

    /// Decodes until the frame seen at `time_us` is the current one.
    fn decode_until(&mut self, time_us: i64) -> Result<(), AtmosphereError> {
        loop {
            let within = time_us - self.round_start_us;
            let newest = self.schedule.last_us().unwrap_or(0);
            if within + 500 < newest {
                return Ok(());
            }
            if self.current_index != Some(self.schedule.len() - 1) {
                self.advance();
                continue;
            }
            if self.decode_ahead()? {
                continue;
            }
            let round_us = newest + self.frame_us;
            if within + 500 < round_us {
                return Ok(());
            }
            if self.finish_round(round_us)? {
                // From now on the store answers.
                return self.read_stored(time_us);
            }
        }
    }

    /// The end of the file was reached and time goes on: true if the store holds the whole round.
    fn finish_round(&mut self, round_us: i64) -> Result<bool, AtmosphereError> {
        if self.store.is_some() {
            self.schedule.close(self.frame_us);
            return Ok(true);
        }
        self.round_start_us += round_us;
        self.schedule = Schedule::default();
        self.reader.rewind()?;
        if !self.decode_ahead()? {
            return Err(MediaError::NoVideoStream.into());
        }
        self.advance();
        Ok(false)
    }

    fn read_stored(&mut self, time_us: i64) -> Result<(), AtmosphereError> {
        if let (Some(stored), Some(store)) = (self.schedule.looped(time_us), &self.store) {
            store
                .read(stored, &mut self.current)
                .map_err(AtmosphereError::Store)?;
        }
        Ok(())
    }

    /// Makes the frame decoded last the current one.
    fn advance(&mut self) {
        std::mem::swap(&mut self.current, &mut self.ahead);
        self.current_index = self.schedule.len().checked_sub(1);
    }

    /// Decodes one frame into `ahead` and keeps it in the store while that has room; false at the end of the file.
    fn decode_ahead(&mut self) -> Result<bool, AtmosphereError> {
        let picture = match self.reader.next_picture() {
            Ok(Some(picture)) => picture,
            Ok(None) => return Ok(false),
            Err(error) if error.is_permanent() && self.schedule.len() > 0 => {
                self.fault = Some(error.into());
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        pack(&picture, &self.rects, &mut self.ahead);
        self.schedule.push(picture.time_us, self.frame_us);
        match &mut self.store {
            Some(store) if store.has_room() => {
                store.push(&self.ahead).map_err(AtmosphereError::Store)?;
            }
            // A part of a round is of no use.
            _ => self.store = None,
        }
        Ok(true)
    }
}
