//! What a caller asks for.

use super::RenderError;
use crate::assets::AssetRoot;
use crate::encode::EncoderChoice;
use crate::media::MediaSource;
use gildhall_proto::JobSpec;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// One render.
#[derive(Clone, Copy, Debug)]
pub struct RenderRequest<'a> {
    /// The job.
    pub spec: &'a JobSpec,
    /// Where its assets are.
    pub assets: &'a AssetRoot,
    /// The main video's file; stills and renditions are named after it.
    pub output: &'a Path,
    /// How to render.
    pub options: &'a RenderOptions,
}

/// How to render; nothing here changes what is seen or heard, encoder settings aside.
#[derive(Debug)]
pub struct RenderOptions {
    /// The encoder to use.
    pub encoder: EncoderChoice,
    /// Threads of the encoder; the same count gives the same bytes.
    pub threads: usize,
    /// Set to stop the render; it ends within a few frames.
    pub cancel: Arc<AtomicBool>,
    /// When the render has to be over, if ever; it then ends within a few frames with [`RenderError::TimeUp`]. One packet
    /// of a media file or one photo that is being decoded is finished first.
    pub deadline: Option<Instant>,
    /// A folder in which measurements of music are kept for further renders, if any. It is made when it is first needed, and
    /// nothing here bounds it.
    pub cache: Option<PathBuf>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            encoder: EncoderChoice::default(),
            threads: std::thread::available_parallelism()
                .map_or(1, usize::from)
                .min(16),
            cancel: Arc::default(),
            deadline: None,
            cache: None,
        }
    }
}

impl RenderOptions {
    /// Fails once the caller has cancelled or the time is up.
    pub(super) fn check_cancel(&self) -> Result<(), RenderError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(RenderError::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(RenderError::TimeUp),
            _ => Ok(()),
        }
    }

    /// The same file, whose reads fail once the time is up.
    pub(super) fn timed(&self, source: MediaSource) -> MediaSource {
        match self.deadline {
            Some(deadline) => source.with_deadline(deadline),
            None => source,
        }
    }
}

/// How far a render has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Frames handed to the encoder.
    pub done: u32,
    /// Frames of the video.
    pub frames: u32,
}
