//! What a finished job gave.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One file of a job's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JobFile {
    /// Its name among the job's files, such as `video.mp4` or `video.poster.jpg`.
    pub name: String,
    /// Its object key in the store.
    pub key: String,
    /// Its media type.
    pub content_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Everything that a finished job gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobOutput {
    /// The video.
    pub video: JobFile,
    /// The poster.
    pub poster: Option<JobFile>,
    /// Thumbnails, in the order of the video.
    #[serde(default)]
    pub thumbnails: Vec<JobFile>,
    /// The video in further sizes.
    #[serde(default)]
    pub renditions: Vec<JobFile>,
    /// Length of the video in milliseconds.
    pub duration_ms: u64,
    /// Length of the video in frames.
    pub frames: u32,
    /// The encoder that was used.
    pub encoder: String,
    /// `full`, or `reduced` where an earlier attempt ran out of memory or time.
    pub quality: String,
    /// Everything that was degraded, each with a stable `code`.
    #[serde(default)]
    pub warnings: Vec<Value>,
    /// Milliseconds each stage of the job took.
    #[serde(default)]
    pub timings: Map<String, Value>,
}

impl JobOutput {
    /// All files, the video first.
    pub fn files(&self) -> impl Iterator<Item = &JobFile> {
        std::iter::once(&self.video)
            .chain(&self.poster)
            .chain(&self.thumbnails)
            .chain(&self.renditions)
    }
}

/// An asset that a render used, as its bytes were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UsedAsset {
    /// What it was used as: `image`, `audio`, `overlay` or `frame`.
    pub role: String,
    /// Its place among those of its role, from 0.
    pub position: u32,
    /// The key by which the job named it.
    pub asset: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}
