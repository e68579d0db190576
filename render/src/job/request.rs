//! What a caller asks for.

use super::RenderError;
use crate::assets::AssetRoot;
use crate::encode::EncoderChoice;
use gildhall_proto::JobSpec;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            encoder: EncoderChoice::default(),
            threads: std::thread::available_parallelism()
                .map_or(1, usize::from)
                .min(16),
            cancel: Arc::default(),
        }
    }
}

impl RenderOptions {
    /// Fails once the caller has cancelled.
    pub(super) fn check_cancel(&self) -> Result<(), RenderError> {
        match self.cancel.load(Ordering::Relaxed) {
            true => Err(RenderError::Cancelled),
            false => Ok(()),
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
