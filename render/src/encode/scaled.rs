//! Composed frames at other sizes, for renditions.

use super::{EncodeError, FrameBuffer};
use crate::media::Scaler;
use ffmpeg_next::format::Pixel;
use ffmpeg_next::frame;

/// Scales composed frames to one size.
#[derive(Default)]
pub struct FrameScaler {
    scaler: Option<Scaler>,
}

impl FrameScaler {
    /// A copy of `source` at `width` × `height`.
    ///
    /// # Errors
    /// [`EncodeError::Scale`] if swscale refuses.
    pub fn scale(
        &mut self,
        source: &FrameBuffer,
        width: u32,
        height: u32,
    ) -> Result<FrameBuffer, EncodeError> {
        let scaler = match &mut self.scaler {
            Some(scaler) => scaler,
            empty => empty.insert(
                Scaler::new(source.frame(), Pixel::YUV420P, width, height)
                    .map_err(EncodeError::Scale)?,
            ),
        };
        let mut target = frame::Video::empty();
        scaler
            .run(source.frame(), &mut target)
            .map_err(EncodeError::Scale)?;
        Ok(FrameBuffer::tagged(target))
    }
}
