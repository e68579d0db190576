//! What a render gives back.

use crate::warning::Warning;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The finished files and the facts about them.
#[derive(Clone, Debug, Serialize)]
pub struct RenderReport {
    /// The main video.
    pub video: OutputFile,
    /// The poster.
    pub poster: OutputFile,
    /// Thumbnails, in the order of the video.
    pub thumbnails: Vec<OutputFile>,
    /// Further sizes of the video.
    pub renditions: Vec<OutputFile>,
    /// Length in seconds.
    pub duration_s: f64,
    /// Length in frames.
    pub frames: u32,
    /// The encoder used.
    pub encoder: String,
    /// Encoder threads used.
    pub threads: usize,
    /// The soundtrack; `None` where the video is silent.
    pub sound: Option<SoundReport>,
    /// Everything that was degraded.
    pub warnings: Vec<Warning>,
    /// Where the time went.
    pub timings: Timings,
    /// Most memory the process ever had resident, in bytes; 0 where the system does not tell.
    pub peak_memory_bytes: u64,
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutputFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl OutputFile {
    pub(super) fn new(path: &Path, bytes: u64, [width, height]: [u32; 2]) -> Self {
        Self {
            path: path.to_owned(),
            bytes,
            width,
            height,
        }
    }
}

/// The soundtrack as measured after encoding and decoding it again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SoundReport {
    /// Integrated loudness in LUFS (EBU R 128); `None` where nothing can be heard.
    pub loudness_lufs: Option<f64>,
    /// True peak in dBTP; `None` where nothing can be heard.
    pub true_peak_dbtp: Option<f64>,
    /// Gain applied in dB.
    pub gain_db: f64,
}

/// Milliseconds each stage was busy; stages run side by side, so they do not add up to the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timings {
    /// Opening and measuring the assets, the beat analysis included.
    pub measure_ms: u64,
    /// Decoding and preparing photos.
    pub photos_ms: u64,
    /// Decoding and packing the overlay.
    pub atmosphere_ms: u64,
    /// Drawing frame and hook once.
    pub layers_ms: u64,
    /// Composing frames.
    pub compose_ms: u64,
    /// Mastering and encoding the sound.
    pub sound_ms: u64,
    /// Encoding and writing the main video.
    pub encode_ms: u64,
    /// From start to finished files.
    pub total_ms: u64,
}

impl Timings {
    /// Adds what another stage measured.
    pub(super) fn add(&mut self, other: &Timings) {
        self.measure_ms += other.measure_ms;
        self.photos_ms += other.photos_ms;
        self.atmosphere_ms += other.atmosphere_ms;
        self.layers_ms += other.layers_ms;
        self.compose_ms += other.compose_ms;
        self.sound_ms += other.sound_ms;
        self.encode_ms += other.encode_ms;
    }
}
