//! PNG, WebP, GIF, BMP and TIFF through the `image` crate; a CMYK TIFF only as far as its header.

use std::io::{Cursor, ErrorKind};

use image::codecs::{
    bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder,
};
use image::error::ImageError;
use image::{DynamicImage, ImageDecoder};

use super::super::colour::Colour;
use super::super::limits::{Limits, pixel_bytes};
use super::super::orient::Orientation;
use super::super::{Format, PhotoError, PhotoInfo};
use super::webp_chunks::Facts;
use super::{Decoded, Picture, Pixels, tiff_bounds, tiff_inks, webp};

/// Memory for the profile, texts and camera data of a PNG, all of them unpacked; a profile that does not fit is ignored.
const PNG_METADATA_BYTES: u64 = 16 << 20;
/// What the decoder makes of each byte of that: it keeps the chunk, its unpacked form and its text in UTF-8, and hands out
/// a copy.
const PNG_METADATA_COPIES: u64 = 4;
/// The best that deflate can do (RFC 1951: 258 bytes from two bits).
const DEFLATE_RATIO: u64 = 1032;

struct Opened<'a> {
    decoder: Box<dyn ImageDecoder + 'a>,
    animated: bool,
    orientation: Orientation,
    colour: Colour,
}

pub(super) fn probe(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
) -> Result<PhotoInfo, PhotoError> {
    let opened = open(format, bytes, limits)?;
    let (width, height) = opened
        .orientation
        .transpose_pair(opened.decoder.dimensions());
    Ok(PhotoInfo {
        format,
        width,
        height,
        has_alpha: opened.decoder.color_type().has_alpha(),
        animated: opened.animated,
    })
}

pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Decoded, PhotoError> {
    let Opened {
        decoder,
        animated,
        orientation,
        colour,
    } = open(format, bytes, limits)?;
    let planes = if format == Format::WebP && !animated {
        webp::lossy_planes(bytes, decoder.dimensions(), limits)
    } else {
        None
    };
    let picture = match planes {
        Some(planes) => Picture::Planes(planes),
        None if tiff_inks::bytes_per_px(&*decoder).is_some() => {
            Picture::Pixels(tiff_inks::read(bytes, limits)?)
        }
        None => DynamicImage::from_decoder(decoder)
            .map(|image| Picture::Pixels(Pixels::new(image)))
            .map_err(|error| translate(format, error, limits))?,
    };
    Ok(Decoded {
        picture,
        orientation,
        colour,
        notes: Vec::new(),
    })
}

/// Opens the header and checks it; no decoder allocates pixels before it is asked to read them.
fn open<'a>(format: Format, bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, PhotoError> {
    let translate = |error| translate(format, error, limits);
    let input = Cursor::new(bytes);
    let facts = (format == Format::WebP).then(|| Facts::read(bytes));
    let mut opened = match format {
        Format::Png => {
            // These limits are for what comes before the pixels; the pixels are checked below.
            let own = image_limits(PNG_METADATA_BYTES.min(limits.max_alloc_bytes));
            let decoder = PngDecoder::with_limits(input, own).map_err(translate)?;
            let animated = decoder.is_apng().unwrap_or(false);
            boxed(decoder, animated)
        }
        Format::WebP => {
            let decoder = WebPDecoder::new(input).map_err(translate)?;
            let animated = decoder.has_animation();
            boxed(decoder, animated)
        }
        Format::Gif => boxed(GifDecoder::new(input).map_err(translate)?, gif_moves(bytes)),
        Format::Bmp => boxed(BmpDecoder::new(input).map_err(translate)?, false),
        Format::Tiff => {
            tiff_bounds::check(bytes, limits)?;
            boxed(TiffDecoder::new(input).map_err(translate)?, false)
        }
        Format::Jpeg | Format::Avif => {
            return Err(PhotoError::unsupported(format!("{format} by this path")));
        }
    };
    let (width, height) = opened.decoder.dimensions();
    limits.check_size(width, height)?;
    let file_bytes = bytes.len() as u64;
    let pixels = needed_bytes(format, &*opened.decoder, facts.as_ref());
    let metadata = metadata_bytes(format, file_bytes);
    limits.check_alloc(pixels.saturating_add(metadata + file_bytes))?;
    if let Some(Facts {
        orientation,
        colour,
        ..
    }) = facts
    {
        (opened.orientation, opened.colour) = (orientation, colour);
    } else {
        // Before the limits are set: for TIFF `image` makes the picture's size the limit of every tag as well, and
        // a small picture would lose its profile.
        opened.orientation = orientation(&mut *opened.decoder);
        opened.colour = colour(&mut *opened.decoder);
    }
    opened
        .decoder
        .set_limits(image_limits(limits.max_alloc_bytes))
        .map_err(translate)?;
    Ok(opened)
}

fn boxed<'a>(decoder: impl ImageDecoder + 'a, animated: bool) -> Opened<'a> {
    Opened {
        decoder: Box::new(decoder),
        animated,
        orientation: Orientation::default(),
        colour: Colour::Srgb,
    }
}

/// Most memory that the decoder takes for what is no pixel.
fn metadata_bytes(format: Format, file_bytes: u64) -> u64 {
    match format {
        Format::Png => {
            PNG_METADATA_COPIES * PNG_METADATA_BYTES.min(DEFLATE_RATIO.saturating_mul(file_bytes))
        }
        // Copies of what is in the file: of profile and texts, and of the frame that FFmpeg gets.
        Format::Gif | Format::WebP => 2 * file_bytes,
        // A profile of 1 MiB at most, and nothing.
        _ => 0,
    }
}

/// Most memory that the pixels take while they are decoded. `image`'s own limits do not count all of it.
fn needed_bytes(format: Format, decoder: &dyn ImageDecoder, webp: Option<&Facts>) -> u64 {
    let (width, height) = decoder.dimensions();
    let of_output = u64::from(decoder.color_type().bytes_per_pixel());
    let per_px = match (format, tiff_inks::bytes_per_px(decoder)) {
        (_, Some(of_inks)) => of_inks,
        // Decoded into a buffer of its own, then copied. What is reduced from 32 bits to 16 later takes less.
        (Format::Tiff, None) => 2 * of_output,
        // A first frame that does not fill the canvas is decoded beside it.
        (Format::Gif, None) => 2 * of_output,
        (Format::WebP, None) => of_output + webp.map_or(0, |facts| facts.scratch),
        _ => of_output,
    };
    pixel_bytes(width, height, per_px)
}

fn image_limits(max_alloc_bytes: u64) -> image::Limits {
    // Sides are left to `Limits::check_size`, whose error names the numbers.
    let mut own = image::Limits::default();
    own.max_alloc = Some(max_alloc_bytes);
    own
}

fn orientation(decoder: &mut dyn ImageDecoder) -> Orientation {
    let from_block = decoder.exif_metadata().ok().flatten();
    match from_block {
        Some(block) => Orientation::from_exif_block(&block),
        // TIFF keeps the value in its own directory instead of a block.
        None => decoder
            .orientation()
            .map_or_else(|_| Orientation::default(), Orientation::from_exif),
    }
}

fn colour(decoder: &mut dyn ImageDecoder) -> Colour {
    match decoder.icc_profile() {
        Ok(Some(profile)) => Colour::Icc(profile),
        Ok(None) | Err(_) => Colour::Srgb,
    }
}

/// Whether a GIF announces a loop; cheaper than walking its frames, and right for nearly all.
fn gif_moves(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    head.windows(11).any(|window| window == b"NETSCAPE2.0")
}

fn translate(format: Format, error: ImageError, limits: &Limits) -> PhotoError {
    match error {
        ImageError::Limits(_) => limits.too_much_memory(0),
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            PhotoError::Truncated { format }
        }
        ImageError::Unsupported(error) => PhotoError::Unsupported {
            what: format!("this {format} ({error})"),
        },
        error => PhotoError::malformed(format, error),
    }
}
