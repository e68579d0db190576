//! JPEG through zune-jpeg, which decodes with SIMD into a buffer of ours.

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};
use zune_core::bytestream::{ZByteReaderTrait, ZCursor};
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::super::colour::Colour;
use super::super::limits::{Limits, pixel_bytes};
use super::super::orient::Orientation;
use super::super::{Format, PhotoError, PhotoInfo, PhotoNote};
use super::jpeg_header::damaged;
use super::jpeg_scans::{self, MAX_SCANS};
use super::{Decoded, JpegHeader, Picture, Pixels};

/// How the stored components become pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Grey,
    /// YCbCr, or RGB where the component names say so.
    Colour,
    /// RGB marked only by Adobe's transform 0.
    AdobeRgb,
    /// Inks; Adobe's writers store them inverted.
    Cmyk {
        inverted: bool,
    },
    /// Inks behind the YCbCr transform, which undoes Adobe's inversion of all but black.
    Ycck,
}

impl Kind {
    fn of(header: &JpegHeader) -> Result<Self, PhotoError> {
        let transform = header.adobe.map(|(transform, _)| transform);
        match (header.components.len(), transform) {
            (1, _) => Ok(Self::Grey),
            (3, Some(0)) => Ok(Self::AdobeRgb),
            (3, _) => Ok(Self::Colour),
            (4, Some(2)) => Ok(Self::Ycck),
            (4, adobe) => Ok(Self::Cmyk {
                inverted: adobe.is_some(),
            }),
            (count, _) => Err(PhotoError::unsupported(format!(
                "JPEG with {count} components"
            ))),
        }
    }

    fn output(self) -> ColorSpace {
        match self {
            Self::Grey => ColorSpace::Luma,
            Self::Colour => ColorSpace::RGB,
            // Asking for the colour space that zune-jpeg takes the input for gives the stored numbers.
            Self::AdobeRgb => ColorSpace::YCbCr,
            Self::Cmyk { .. } => ColorSpace::CMYK,
            Self::Ycck => ColorSpace::YCCK,
        }
    }
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<PhotoInfo, PhotoError> {
    let header = checked_header(bytes, limits)?;
    let mut decoder = decoder(ZCursor::new(bytes), Kind::of(&header)?, limits, false);
    decoder.decode_headers().map_err(translate)?;
    let (width, height) = orientation(&decoder).transpose_pair((header.width, header.height));
    Ok(PhotoInfo {
        format: Format::Jpeg,
        width,
        height,
        has_alpha: false,
        animated: false,
    })
}

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, PhotoError> {
    let header = checked_header(bytes, limits)?;
    jpeg_scans::check(bytes, header.scan_at)?;
    let kind = Kind::of(&header)?;
    match (kind, header.adobe) {
        (Kind::AdobeRgb, Some((_, at))) => {
            // zune-jpeg takes Adobe's transform 0 for CMYK whatever the number of components.
            let mut relabelled = bytes.to_vec();
            relabelled[at] = 1;
            decode_kind(&relabelled, &header, kind, limits)
        }
        _ => decode_kind(bytes, &header, kind, limits),
    }
}

fn checked_header(bytes: &[u8], limits: &Limits) -> Result<JpegHeader, PhotoError> {
    let header = JpegHeader::parse(bytes)?;
    limits.check_size(header.width, header.height)?;
    let output = pixel_bytes(header.width, header.height, header.components.len() as u64);
    // The decoder keeps profiles and the like from before the first scan, and `relabelled` is a copy of the file.
    let file = bytes.len() * (1 + usize::from(header.adobe.is_some())) + header.scan_at;
    let needed = output.saturating_add(header.coefficient_bytes());
    limits.check_alloc(needed.saturating_add(file as u64))?;
    Ok(header)
}

fn decode_kind(
    bytes: &[u8],
    header: &JpegHeader,
    kind: Kind,
    limits: &Limits,
) -> Result<Decoded, PhotoError> {
    let channels = header.components.len();
    let row_bytes = header.width as usize * channels;
    let mut pixels = vec![0; row_bytes * header.height as usize];
    let mut strict = decoder(ZCursor::new(bytes), kind, limits, true);
    let mut notes = Vec::new();
    let mut rows = header.height;
    let read = decode_into(&mut strict, header, &mut pixels);
    let (orientation, colour) = (orientation(&strict), colour(&strict));
    let ends = ends(bytes, header);
    if read.is_err() || !ends {
        let mut lenient = decoder(ZCursor::new(bytes), kind, limits, false);
        decode_into(&mut lenient, header, &mut pixels)?;
        rows = usable_rows(&pixels, row_bytes, header, ends)?;
        notes.push(damage_note(rows, header.height));
    }
    let mut pixels = into_pixels(pixels, header, kind)
        .ok_or_else(|| PhotoError::malformed(Format::Jpeg, "a size that does not fit its data"))?;
    pixels.keep_rows(rows);
    Ok(Decoded {
        picture: Picture::Pixels(pixels),
        orientation,
        colour,
        notes,
    })
}

/// Decodes what `header` says and nothing else: its word is what the memory was counted by.
fn decode_into<T: ZByteReaderTrait>(
    decoder: &mut JpegDecoder<T>,
    header: &JpegHeader,
    pixels: &mut [u8],
) -> Result<(), PhotoError> {
    decoder.decode_headers().map_err(translate)?;
    let agrees = decoder.info().is_some_and(|info| {
        (u32::from(info.width), u32::from(info.height)) == (header.width, header.height)
            && usize::from(info.components) == header.components.len()
            && info.sof.is_sequential_dct() != header.progressive
    });
    if !agrees {
        return Err(damaged("headers that contradict each other"));
    }
    decoder.decode_into(pixels).map_err(translate)
}

/// Whether an end-of-image marker follows the scan data; what comes after it does not matter.
fn ends(bytes: &[u8], header: &JpegHeader) -> bool {
    let scan = bytes.get(header.scan_at..).unwrap_or_default();
    scan.windows(2).rev().any(|pair| pair == [0xFF, 0xD9])
}

fn damage_note(rows_used: u32, rows_declared: u32) -> PhotoNote {
    if rows_used == rows_declared {
        return PhotoNote::DamageTolerated;
    }
    PhotoNote::TruncatedTail {
        rows_used,
        rows_declared,
    }
}

/// Rows above the flat grey that zune-jpeg leaves where data are missing. The last line of coding units
/// before it may be half garbage and is left out too, so that no grey band ever shows.
fn usable_rows(
    pixels: &[u8],
    row_bytes: usize,
    header: &JpegHeader,
    ends: bool,
) -> Result<u32, PhotoError> {
    const MISSING: u8 = 128;
    let missing = pixels
        .chunks_exact(row_bytes)
        .rev()
        .take_while(|row| row.iter().all(|&sample| sample == MISSING))
        .count();
    if missing == 0 && ends {
        return Ok(header.height);
    }
    // Fits: there are at most 65535 rows.
    let decoded = header.height - missing as u32;
    let usable = decoded.saturating_sub(header.unit_rows());
    if u64::from(usable) * 2 < u64::from(header.height) {
        return Err(PhotoError::Truncated {
            format: Format::Jpeg,
        });
    }
    Ok(usable)
}

fn decoder<T: ZByteReaderTrait>(
    input: T,
    kind: Kind,
    limits: &Limits,
    strict: bool,
) -> JpegDecoder<T> {
    let options = DecoderOptions::new_fast()
        .set_strict_mode(strict)
        .set_max_width(limits.max_side_px as usize)
        .set_max_height(limits.max_side_px as usize)
        .jpeg_set_max_scans(MAX_SCANS as usize)
        .jpeg_set_out_colorspace(kind.output());
    JpegDecoder::new_with_options(input, options)
}

fn orientation<T: ZByteReaderTrait>(decoder: &JpegDecoder<T>) -> Orientation {
    decoder.exif().map_or_else(Orientation::default, |block| {
        Orientation::from_exif_block(block)
    })
}

fn colour<T: ZByteReaderTrait>(decoder: &JpegDecoder<T>) -> Colour {
    decoder.icc_profile().map_or(Colour::Srgb, Colour::Icc)
}

fn into_pixels(mut pixels: Vec<u8>, header: &JpegHeader, kind: Kind) -> Option<Pixels> {
    let (width, height) = (header.width, header.height);
    match kind {
        Kind::Grey => GrayImage::from_raw(width, height, pixels)
            .map(|image| Pixels::new(DynamicImage::from(image))),
        Kind::Colour | Kind::AdobeRgb => RgbImage::from_raw(width, height, pixels)
            .map(|image| Pixels::new(DynamicImage::from(image))),
        Kind::Cmyk { inverted } => {
            if inverted {
                pixels.iter_mut().for_each(|ink| *ink = 255 - *ink);
            }
            RgbaImage::from_raw(width, height, pixels).map(Pixels::of_inks)
        }
        Kind::Ycck => {
            pixels.chunks_exact_mut(4).for_each(ycck_to_inks);
            RgbaImage::from_raw(width, height, pixels).map(Pixels::of_inks)
        }
    }
}

/// JFIF's YCbCr to RGB gives the three inks as amounts; black is stored inverted.
fn ycck_to_inks(pixel: &mut [u8]) {
    let [y, cb, cr] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    let (cb, cr) = (cb - 128.0, cr - 128.0);
    // `as` saturates, which is the clamp wanted here.
    pixel[0] = (y + 1.402 * cr).round() as u8;
    pixel[1] = (y - 0.344_136 * cb - 0.714_136 * cr).round() as u8;
    pixel[2] = (y + 1.772 * cb).round() as u8;
    pixel[3] = 255 - pixel[3];
}

fn translate(error: DecodeErrors) -> PhotoError {
    match error {
        DecodeErrors::ZeroError => PhotoError::ZeroSize,
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => PhotoError::Truncated {
            format: Format::Jpeg,
        },
        DecodeErrors::Unsupported(scheme) => {
            PhotoError::unsupported(format!("this JPEG coding ({scheme:?})"))
        }
        error => PhotoError::malformed(Format::Jpeg, error.to_string()),
    }
}
