//! Scaling and colour conversion of decoded pictures, by swscale.

use ffmpeg_next::format::Pixel;
use ffmpeg_next::software::scaling::{Context, Flags};
use ffmpeg_next::{color, ffi, frame};

use super::MediaError;

const REFUSED: MediaError = MediaError::Corrupt {
    detail: "its pictures cannot be converted",
};

/// Pictures of less height are taken for BT.601 where they do not say, as players do.
const HD_HEIGHT_PX: u32 = 720;

/// What a conversion depends on; when a stream changes any of it, a new [`Scaler`] is needed.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Source {
    format: Pixel,
    width: u32,
    height: u32,
    space: color::Space,
    range: color::Range,
}

impl Source {
    fn of(frame: &frame::Video) -> Self {
        Self {
            format: frame.format(),
            width: frame.width(),
            height: frame.height(),
            space: frame.color_space(),
            range: frame.color_range(),
        }
    }
}

/// Scales pictures of one kind to one size, in limited-range BT.709.
pub struct Scaler {
    source: Source,
    context: Context,
}

impl Scaler {
    /// A scaler from the kind of picture that `frame` is.
    ///
    /// # Errors
    /// [`MediaError::Corrupt`] where swscale knows no way.
    pub fn new(
        frame: &frame::Video,
        format: Pixel,
        width: u32,
        height: u32,
    ) -> Result<Self, MediaError> {
        let source = Source::of(frame);
        let flags = Flags::BICUBIC | Flags::ACCURATE_RND | Flags::BITEXACT;
        let mut context = Context::get(
            source.format,
            source.width,
            source.height,
            format,
            width,
            height,
            flags,
        )
        .map_err(|_| REFUSED)?;
        set_colours(&mut context, source);
        Ok(Self { source, context })
    }

    /// Whether this scaler is made for pictures like `frame`.
    #[must_use]
    pub fn fits(&self, frame: &frame::Video) -> bool {
        self.source == Source::of(frame)
    }

    /// Scales `frame` into `target`, which is allocated if it is empty.
    ///
    /// # Errors
    /// [`MediaError::Corrupt`] if swscale refuses.
    pub fn run(
        &mut self,
        frame: &frame::Video,
        target: &mut frame::Video,
    ) -> Result<(), MediaError> {
        self.context.run(frame, target).map_err(|_| REFUSED)
    }
}

fn set_colours(context: &mut Context, source: Source) {
    let matrix = match source.space {
        color::Space::BT709 => ffi::SWS_CS_ITU709,
        color::Space::BT470BG | color::Space::SMPTE170M => ffi::SWS_CS_ITU601,
        color::Space::BT2020NCL | color::Space::BT2020CL => ffi::SWS_CS_BT2020,
        color::Space::SMPTE240M => ffi::SWS_CS_SMPTE240M,
        _ if source.height >= HD_HEIGHT_PX => ffi::SWS_CS_ITU709,
        _ => ffi::SWS_CS_ITU601,
    };
    let full_range = source.range == color::Range::JPEG
        || matches!(
            source.format,
            Pixel::YUVJ420P | Pixel::YUVJ422P | Pixel::YUVJ444P
        );
    const UNITY: i32 = 1 << 16;
    // SAFETY: the context is valid and owned; the coefficient tables are static in swscale. The call fails (and is then
    // rightly without effect) only for formats that are not YCbCr on either side.
    unsafe {
        ffi::sws_setColorspaceDetails(
            context.as_mut_ptr(),
            ffi::sws_getCoefficients(matrix),
            i32::from(full_range),
            ffi::sws_getCoefficients(ffi::SWS_CS_ITU709),
            0,
            0,
            UNITY,
            UNITY,
        );
    }
}

/// Whether a picture is limited-range BT.709 4:2:0 of this size already.
pub(super) fn is_ready(frame: &frame::Video, width: u32, height: u32) -> bool {
    let is_709 = match frame.color_space() {
        color::Space::BT709 => true,
        color::Space::Unspecified => frame.height() >= HD_HEIGHT_PX,
        _ => false,
    };
    frame.format() == Pixel::YUV420P
        && (frame.width(), frame.height()) == (width, height)
        && is_709
        && frame.color_range() != color::Range::JPEG
}
