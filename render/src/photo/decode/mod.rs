//! From bytes to a picture as the file stores it: one file per decoder.

mod avif;
mod avif_boxes;
mod ffmpeg_still;
mod jpeg;
mod jpeg_header;
mod library;
mod pixels;
mod planes;
mod tiff_inks;
mod webp;

pub(super) use pixels::Pixels;

use super::colour::Colour;
use super::cover::Crop;
use super::limits::Limits;
use super::orient::Orientation;
use super::raster::Raster;
use super::{Format, PhotoError, PhotoInfo, PhotoNote};
use jpeg_header::JpegHeader;
use planes::Planes;

/// A picture at its full size, and what the file says about showing it.
pub(super) struct Decoded {
    pub picture: Picture,
    pub orientation: Orientation,
    pub colour: Colour,
    pub notes: Vec<PhotoNote>,
}

/// Pixels as the decoder left them, so that no copy at full size is made before resizing.
pub(super) enum Picture {
    Pixels(Pixels),
    Planes(Planes),
}

impl Picture {
    /// Stored width and height.
    pub(super) fn size(&self) -> (u32, u32) {
        match self {
            Self::Pixels(pixels) => pixels.size(),
            Self::Planes(planes) => planes.size(),
        }
    }

    /// Takes `crop` at `size`, with straight alpha; the full-size pixels are freed on the way.
    pub(super) fn resample(self, crop: &Crop, size: (u32, u32)) -> Result<Raster, PhotoError> {
        match self {
            Self::Pixels(pixels) => pixels.resample(crop, size),
            Self::Planes(planes) => planes.resample(crop, size),
        }
    }

    /// The whole picture as it is.
    pub(super) fn into_raster(self) -> Result<Raster, PhotoError> {
        match self {
            Self::Pixels(pixels) if pixels.is_whole() => Ok(pixels.into_raster()),
            other => {
                let size = other.size();
                other.resample(&Crop::whole(size), size)
            }
        }
    }
}

/// Reads headers only.
pub(super) fn probe(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
) -> Result<PhotoInfo, PhotoError> {
    match format {
        Format::Jpeg => jpeg::probe(bytes, limits),
        Format::Avif => avif::probe(bytes, limits),
        other => library::probe(other, bytes, limits),
    }
}

/// Decodes the picture; every size is checked against `limits` before its pixels are allocated.
pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Decoded, PhotoError> {
    match format {
        Format::Jpeg => jpeg::decode(bytes, limits),
        Format::Avif => avif::decode(bytes, limits),
        other => library::decode(other, bytes, limits),
    }
}
