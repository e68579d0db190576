//! From bytes to a picture as the file stores it: one file per decoder.

mod avif;
mod avif_bounds;
mod avif_boxes;
mod ffmpeg_still;
mod jpeg;
mod jpeg_header;
mod jpeg_scans;
mod library;
mod obu;
mod pixels;
mod planes;
mod tiff_bounds;
mod tiff_inks;
mod webp;
mod webp_chunks;

pub(super) use pixels::Pixels;

use super::colour::Colour;
use super::cover::Crop;
use super::limits::{Limits, pixel_bytes};
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

    /// Most memory that [`Self::resample`] takes, the picture itself among it: the rows between its two passes, and
    /// the result with what is made of it.
    pub(super) fn resample_bytes(&self, crop: &Crop, size: (u32, u32)) -> u64 {
        // A kernel reaches beyond the crop, by less than this even where it shrinks a side of 16384 to 480.
        const REACH_PX: f64 = 256.0;
        // Saturates, as a crop is a part of a picture.
        let columns = (crop.width + REACH_PX).ceil() as u32;
        let between = pixel_bytes(columns, size.1, self.px_bytes());
        let after = pixel_bytes(size.0, size.1, self.px_bytes()).saturating_mul(4);
        self.held_bytes()
            .saturating_add(between)
            .saturating_add(after)
    }

    /// Most memory that it takes to show the whole picture as it is, itself among it: its colours are converted into a
    /// copy, and that one is turned into another.
    pub(super) fn whole_bytes(&self) -> u64 {
        let (width, height) = self.size();
        let copies = pixel_bytes(width, height, self.px_bytes()).saturating_mul(2);
        self.held_bytes().saturating_add(copies)
    }

    fn held_bytes(&self) -> u64 {
        match self {
            Self::Pixels(pixels) => pixels.held_bytes(),
            Self::Planes(planes) => planes.held_bytes(),
        }
    }

    /// Bytes of a pixel once it has colour.
    fn px_bytes(&self) -> u64 {
        match self {
            Self::Pixels(pixels) => pixels.px_bytes(),
            Self::Planes(planes) => planes.px_bytes(),
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
