//! The one place that opens untrusted audio and video files with FFmpeg.
//!
//! A file is opened through [`open`]: its bytes come from a plain reader with a byte budget and a deadline, its
//! container and codecs must be on the lists in [`allowed`], and it can name no other file and no network
//! address. Everything above works with [`Input`] and the decoders it hands out.
//!
//! Reading order: [`MediaSource`] (what to open), [`open`] and [`Input`] (packets), [`probe`] (facts without
//! decoding), [`decoder`] (frames).

pub mod allowed;
pub mod decoder;
mod error;
mod input;
pub mod probe;
mod reader;
mod scale;
mod source;
mod version;
mod video;

pub use error::MediaError;
pub use input::{Input, Read, open, quieten_ffmpeg};
pub use scale::Scaler;
pub use source::MediaSource;
pub use version::library_versions;
pub use video::{Picture, VideoReader};

#[cfg(test)]
mod tests;
