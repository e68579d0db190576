//! The inks of a CMYK TIFF.
//!
//! `image` mixes them into RGB by a rule of thumb, and the profile that says what they look like would then describe
//! other pixels. So they are read with the decoder below it, and stay inks until their profile is known.

use std::io::Cursor;

use image::{ExtendedColorType, ImageBuffer, ImageDecoder, Rgba, RgbaImage};
use tiff::TiffError;
use tiff::decoder::{Decoder, DecodingResult, Limits as TiffLimits};

use super::super::limits::Limits;
use super::super::{Format, PhotoError};
use super::Pixels;

/// Bytes of one pixel of inks; `None` where the decoder has another kind of picture.
pub(super) fn bytes_per_px(decoder: &dyn ImageDecoder) -> Option<u64> {
    match decoder.original_color_type() {
        ExtendedColorType::Cmyk8 => Some(4),
        ExtendedColorType::Cmyk16 => Some(8),
        _ => None,
    }
}

/// Reads the inks of the first page, whose size has been checked against `limits` already.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Pixels, PhotoError> {
    let translate = |error| translate(error, limits);
    let decoder = Decoder::new(Cursor::new(bytes)).map_err(translate)?;
    let mut decoder = decoder.with_limits(tiff_limits(limits));
    let (width, height) = decoder.dimensions().map_err(translate)?;
    let layout = decoder.image_buffer_layout().map_err(translate)?;
    if layout.planes > 1 {
        return Err(PhotoError::unsupported("a CMYK TIFF in separate planes"));
    }
    let mut samples = DecodingResult::U8(Vec::new());
    decoder
        .read_image_to_buffer(&mut samples)
        .map_err(translate)?;
    let pixels = match samples {
        DecodingResult::U8(inks) => RgbaImage::from_raw(width, height, inks).map(Pixels::of_inks),
        DecodingResult::U16(inks) => {
            ImageBuffer::<Rgba<u16>, _>::from_raw(width, height, inks).map(Pixels::of_inks)
        }
        _ => return Err(PhotoError::unsupported("this kind of CMYK sample")),
    };
    pixels.ok_or_else(|| PhotoError::malformed(Format::Tiff, "a size that does not fit its data"))
}

fn tiff_limits(limits: &Limits) -> TiffLimits {
    let bytes = usize::try_from(limits.max_alloc_bytes).unwrap_or(usize::MAX);
    let mut own = TiffLimits::default();
    own.decoding_buffer_size = bytes;
    own.intermediate_buffer_size = bytes;
    own
}

pub(super) fn translate(error: TiffError, limits: &Limits) -> PhotoError {
    match error {
        TiffError::LimitsExceeded => limits.too_much_memory(0),
        TiffError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoError::Truncated {
                format: Format::Tiff,
            }
        }
        TiffError::UnsupportedError(error) => PhotoError::Unsupported {
            what: format!("this TIFF ({error})"),
        },
        error => PhotoError::malformed(Format::Tiff, error),
    }
}
