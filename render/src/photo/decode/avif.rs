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
use super::{Decoded, Picture, Pixels};

struct Container {
    data: AvifData,
    properties: ItemProperties,
    header: AV1Metadata,
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<PhotoInfo, PhotoError> {
    let container = Container::open(bytes, limits)?;
    let coded = coded_size(&container.header);
    let stored = container.properties.size.unwrap_or(coded);
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
        data, properties, ..
    } = Container::open(bytes, limits)?;
    let frame = decode_picture(Codec::Av1, &data.primary_item, limits.max_pixels)?;
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
    let picture = match &data.alpha_item {
        None => Picture::Planes(planes),
        Some(item) => {
            let frame = decode_picture(Codec::Av1, item, limits.max_pixels)?;
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
        let (data, header, alpha) = parse(bytes)?;
        check(&header, limits, 1)?;
        if let Some(alpha) = alpha {
            // The planes, their RGBA form, and the alpha plane are alive together.
            check(&header, limits, 3)?;
            check(&alpha, limits, 1)?;
        }
        Ok(Self {
            properties: ItemProperties::read(bytes),
            data,
            header,
        })
    }
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

fn coded_size(header: &AV1Metadata) -> (u32, u32) {
    (header.max_frame_width.get(), header.max_frame_height.get())
}

/// Checks the size that the AV1 stream declares; memory as if chroma were not subsampled.
fn check(header: &AV1Metadata, limits: &Limits, copies: u64) -> Result<(), PhotoError> {
    let (width, height) = coded_size(header);
    limits.check_size(width, height)?;
    let sample_bytes = if header.bit_depth > 8 { 2 } else { 1 };
    let planes = if header.chroma_subsampling == (true, true) || header.monochrome {
        2
    } else {
        3
    };
    limits.check_alloc(pixel_bytes(width, height, sample_bytes * planes * copies))
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
