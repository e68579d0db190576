//! AVIF stills: the container through `avif-parse` and our own property reader, the pictures through AV1.

use std::io::Read;

use avif_parse::{AV1Metadata, AvifData};

use super::super::colour::Colour;
use super::super::cover::Crop;
use super::super::limits::{Limits, pixel_bytes};
use super::super::raster::{Channels, Raster, Samples};
use super::super::resize::unpremultiply;
use super::super::{Format, PhotoError, PhotoInfo};
use super::avif_boxes::ItemProperties;
use super::ffmpeg_still::{Codec, code_points, decode_picture};
use super::planes::Planes;
use super::{Decoded, Picture, Pixels, avif_bounds, obu};

struct Container {
    data: AvifData,
    properties: ItemProperties,
    colour: Coded,
    alpha: Option<Coded>,
}

/// What the AV1 stream of one picture declares.
struct Coded {
    size: (u32, u32),
    /// Bytes of its planes for each pixel, rounded up.
    bytes_per_px: u64,
    frames: u64,
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<PhotoInfo, PhotoError> {
    let container = Container::open(bytes, limits)?;
    let stored = container.properties.size.unwrap_or(container.colour.size);
    limits.check_size(stored.0, stored.1)?;
    let (width, height) = container.properties.orientation.transpose_pair(stored);
    Ok(PhotoInfo {
        format: Format::Avif,
        width,
        height,
        has_alpha: container.data.alpha_item.is_some(),
        animated: bytes.get(8..12) == Some(b"avis"),
    })
}

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, PhotoError> {
    let Container {
        data,
        properties,
        colour: coded,
        alpha: coded_alpha,
    } = Container::open(bytes, limits)?;
    let frame = decode_picture(Codec::Av1, &data.primary_item, coded.pixels())?;
    // The container's code points outrank the stream's, as MIAF wants it.
    let codes = properties.nclx.unwrap_or_else(|| code_points(&frame));
    let colour = properties.icc.map_or(
        Colour::Cicp {
            primaries: codes.primaries,
            transfer: codes.transfer,
        },
        Colour::Icc,
    );
    let planes = Planes::new(frame, codes)?;
    let picture = match data.alpha_item.as_ref().zip(coded_alpha) {
        None => Picture::Planes(planes),
        Some((item, coded)) => {
            let frame = decode_picture(Codec::Av1, item, coded.pixels())?;
            let codes = code_points(&frame);
            let alpha = Planes::new(frame, codes)?;
            Picture::Pixels(join(planes, alpha, data.premultiplied_alpha)?)
        }
    };
    Ok(Decoded {
        picture,
        orientation: properties.orientation,
        colour,
        notes: Vec::new(),
    })
}

impl Container {
    fn open(bytes: &[u8], limits: &Limits) -> Result<Self, PhotoError> {
        avif_bounds::check(bytes)?;
        let (data, header, alpha_header) = parse(bytes)?;
        let colour = Coded::of(&header, &data.primary_item, limits)?;
        let alpha = match alpha_header.zip(data.alpha_item.as_ref()) {
            Some((header, item)) => Some(Coded::of(&header, item, limits)?),
            None => None,
        };
        // The file, the boxes with its data, and the packet that FFmpeg gets.
        let copies = 3 * bytes.len() as u64;
        let pictures = peak_bytes(&colour, alpha.as_ref());
        limits.check_alloc(pictures.saturating_add(copies))?;
        Ok(Self {
            properties: ItemProperties::read(bytes),
            data,
            colour,
            alpha,
        })
    }
}

impl Coded {
    /// Checks the size that the stream declares.
    fn of(header: &AV1Metadata, item: &[u8], limits: &Limits) -> Result<Self, PhotoError> {
        let size = (header.max_frame_width.get(), header.max_frame_height.get());
        limits.check_size(size.0, size.1)?;
        let sample_bytes = if header.bit_depth > 8 { 2 } else { 1 };
        let planes = if header.chroma_subsampling == (true, true) || header.monochrome {
            2
        } else {
            3
        };
        Ok(Self {
            size,
            bytes_per_px: sample_bytes * planes,
            frames: obu::frames(item)?,
        })
    }

    fn pixels(&self) -> u64 {
        u64::from(self.size.0) * u64::from(self.size.1)
    }

    /// Planes of a frame.
    fn held_bytes(&self) -> u64 {
        self.pixels().saturating_mul(self.bytes_per_px)
    }

    /// What decoding takes: the frames, a copy of the shown one that has its film grain, and what dav1d keeps of each
    /// block (measured: a third of a byte for each pixel).
    fn decoding_bytes(&self) -> u64 {
        let planes = self.held_bytes().saturating_mul(self.frames + 1);
        planes.saturating_add(self.pixels() / 2)
    }
}

/// Most memory at any step: decoding the one picture, then the other beside it, then both beside their planes as RGB and
/// what is joined of them.
fn peak_bytes(colour: &Coded, alpha: Option<&Coded>) -> u64 {
    let Some(alpha) = alpha else {
        return colour.decoding_bytes();
    };
    let beside = colour.held_bytes().saturating_add(alpha.decoding_bytes());
    let (width, height) = colour.size;
    // Three planes and RGB, later RGB, alpha and RGBA; 16 bits if one of the two has more than eight.
    let sample_bytes = if colour.bytes_per_px.max(alpha.bytes_per_px) > 3 {
        2
    } else {
        1
    };
    let joined = pixel_bytes(width, height, 8 * sample_bytes)
        .saturating_add(colour.held_bytes())
        .saturating_add(alpha.held_bytes());
    colour.decoding_bytes().max(beside).max(joined)
}

type Parsed = (AvifData, AV1Metadata, Option<AV1Metadata>);

/// Runs avif-parse. It insists on the major brand "avif", while a still picture with another one ("mif1", or the
/// "avis" of a sequence that has a still as well) is told apart only by its compatible brands, so it is shown
/// that one.
///
/// avif-parse 2.1 panics on a box that ends too early when it is built with debug assertions (without them it
/// returns an error). Nothing of ours is alive across the call, so the panic is caught and becomes that error.
fn parse(bytes: &[u8]) -> Result<Parsed, PhotoError> {
    let (start, rest) = bytes.split_at_checked(12).ok_or(PhotoError::Truncated {
        format: Format::Avif,
    })?;
    let parsed = std::panic::catch_unwind(|| {
        let data = AvifData::from_reader(&mut start[..8].chain(&b"avif"[..]).chain(rest))?;
        let header = data.primary_item_metadata()?;
        let alpha = data.alpha_item_metadata()?;
        Ok((data, header, alpha))
    });
    parsed
        .unwrap_or(Err(avif_parse::Error::InvalidData("box out of step")))
        .map_err(translate)
}

/// Colour and alpha as interleaved RGBA at full size. Only pictures with alpha take this detour: their colour
/// has to be multiplied by alpha before it is resized.
fn join(planes: Planes, alpha: Planes, premultiplied: bool) -> Result<Pixels, PhotoError> {
    let size = planes.size();
    let colour = planes.resample(&Crop::whole(size), size)?;
    let alpha = alpha.luma(&Crop::whole(alpha.size()), size)?;
    let samples = match (colour.samples, alpha) {
        (Samples::U8(colour), Samples::U8(alpha)) => Samples::U8(interleave(&colour, &alpha)),
        (colour, alpha) => Samples::U16(interleave(&wide(colour), &wide(alpha))),
    };
    let mut raster = Raster {
        width: size.0,
        height: size.1,
        channels: Channels::Rgba,
        samples,
    };
    if premultiplied {
        raster = unpremultiply(raster);
    }
    let image = match raster.samples {
        Samples::U8(pixels) => {
            image::RgbaImage::from_raw(size.0, size.1, pixels).map(image::DynamicImage::from)
        }
        Samples::U16(pixels) => image::ImageBuffer::from_raw(size.0, size.1, pixels)
            .map(image::DynamicImage::ImageRgba16),
    };
    image
        .map(Pixels::new)
        .ok_or_else(|| PhotoError::malformed(Format::Avif, "colour and alpha of different sizes"))
}

fn interleave<T: Copy>(rgb: &[T], alpha: &[T]) -> Vec<T> {
    rgb.chunks_exact(3)
        .zip(alpha)
        .flat_map(|(c, &a)| [c[0], c[1], c[2], a])
        .collect()
}

fn wide(samples: Samples) -> Vec<u16> {
    match samples {
        Samples::U8(narrow) => narrow.into_iter().map(|v| u16::from(v) * 257).collect(),
        Samples::U16(wide) => wide,
    }
}

fn translate(error: avif_parse::Error) -> PhotoError {
    match error {
        avif_parse::Error::Unsupported(what) => PhotoError::unsupported(format!("AVIF: {what}")),
        avif_parse::Error::UnexpectedEOF => PhotoError::Truncated {
            format: Format::Avif,
        },
        error => PhotoError::malformed(Format::Avif, error),
    }
}
