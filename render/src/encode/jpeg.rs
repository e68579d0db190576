//! Stills as JPEG.

use super::EncodeError;
use crate::compose::planes::OwnedFrame;
use crate::compose::stills::to_rgb;
use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use std::io::Write;

/// JPEG quality of posters and thumbnails, 1–100.
const QUALITY: u8 = 90;

/// Writes a composed frame as JPEG, scaled down to `width` × `height` where it is larger.
///
/// # Errors
/// [`EncodeError::Jpeg`] when the writer fails.
pub fn write_jpeg(
    frame: &OwnedFrame,
    [width, height]: [u32; 2],
    writer: &mut impl Write,
) -> Result<(), EncodeError> {
    let (full_width, full_height) = (frame.width as u32, frame.height as u32);
    let full = RgbImage::from_raw(full_width, full_height, to_rgb(frame))
        .unwrap_or_else(|| RgbImage::new(full_width, full_height));
    let picture = match (full_width, full_height) > (width, height) {
        true => imageops::thumbnail(&full, width, height),
        false => full,
    };
    JpegEncoder::new_with_quality(writer, QUALITY)
        .encode_image(&picture)
        .map_err(EncodeError::Jpeg)
}
