//! From composed frames to files: H.264 in MP4, and JPEG stills.
//!
//! [`VideoEncoder`] encodes, by software or by hardware that proved usable ([`choose`]); [`Mp4`] writes packets of
//! picture and sound into one file; [`FrameBuffer`] is the memory both work on.

mod buffer;
mod choose;
mod error;
mod jpeg;
mod mp4;
mod scaled;
mod settings;
mod vaapi;
mod video;

pub use buffer::FrameBuffer;
pub use choose::{Chosen, choose, usable_encoders};
pub use error::EncodeError;
pub use jpeg::write_jpeg;
pub use mp4::{Mp4, Mp4Settings};
pub use scaled::FrameScaler;
pub use settings::{Backend, EncoderChoice, VideoSettings};
pub use video::{EncodedPacket, VideoEncoder};
