//! One still picture through FFmpeg, by a decoder that is pinned by name: nothing is probed or guessed.

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::{self, Context, threading};
use ffmpeg::{Dictionary, Packet, frame};

use super::super::{Format, PhotoError};
use super::avif_boxes::Nclx;

/// The decoders that may run on an image's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    /// AV1, for AVIF.
    Av1,
    /// VP8, for lossy WebP: several times as fast as the one in Rust.
    Vp8,
}

impl Codec {
    fn decoder(self) -> &'static str {
        match self {
            Self::Av1 => "libdav1d",
            Self::Vp8 => "vp8",
        }
    }

    fn format(self) -> Format {
        match self {
            Self::Av1 => Format::Avif,
            Self::Vp8 => Format::WebP,
        }
    }
}

/// Decodes the first picture of `payload`. One that has more than `max_pixels`, whatever was said before, is refused by the
/// decoder itself.
pub(super) fn decode_picture(
    codec: Codec,
    payload: &[u8],
    max_pixels: u64,
) -> Result<frame::Video, PhotoError> {
    let malformed = |error: ffmpeg::Error| PhotoError::malformed(codec.format(), error);
    let name = codec.decoder();
    let decoder = codec::decoder::find_by_name(name).ok_or(PhotoError::MissingDecoder { name })?;
    let mut context = Context::new_with_codec(decoder);
    context.set_threading(threading::Config::count(1));
    let mut options = Dictionary::new();
    options.set("max_pixels", &max_pixels.to_string());
    let mut opened = context
        .decoder()
        .open_as_with(decoder, options)
        .and_then(codec::decoder::Opened::video)
        .map_err(malformed)?;
    opened
        .send_packet(&Packet::copy(payload))
        .map_err(malformed)?;
    opened.send_eof().map_err(malformed)?;
    let mut picture = frame::Video::empty();
    opened.receive_frame(&mut picture).map_err(malformed)?;
    Ok(picture)
}

/// The code points of the stream's sequence header.
pub(super) fn code_points(picture: &frame::Video) -> Nclx {
    const FULL_RANGE: u32 = ffmpeg::ffi::AVColorRange::AVCOL_RANGE_JPEG as u32;
    // SAFETY: the pointer is to a live AVFrame, since `picture` owns it. The four fields are C enumerations of
    // 32 bits. libdav1d's wrapper stores what the stream says without a check, so they may hold numbers that
    // are no variant of the Rust enumerations; reading them as plain integers is what makes that harmless.
    let [primaries, transfer, matrix, range] = unsafe {
        let frame = picture.as_ptr();
        [
            (&raw const (*frame).color_primaries).cast::<u32>().read(),
            (&raw const (*frame).color_trc).cast::<u32>().read(),
            (&raw const (*frame).colorspace).cast::<u32>().read(),
            (&raw const (*frame).color_range).cast::<u32>().read(),
        ]
    };
    Nclx {
        primaries: code_point(primaries),
        transfer: code_point(transfer),
        matrix: code_point(matrix),
        full_range: range == FULL_RANGE,
    }
}

/// H.273 code points fit a byte; what FFmpeg adds beyond them means "unspecified".
fn code_point(value: u32) -> u8 {
    const UNSPECIFIED: u8 = 2;
    u8::try_from(value).unwrap_or(UNSPECIFIED)
}
