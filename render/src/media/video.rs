//! Frames of a video file, scaled to cover a canvas.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::format::Pixel;
use ffmpeg_next::{Packet, Rational, decoder, ffi, frame};

use super::scale::{Scaler, is_ready};
use super::{Input, MediaError, MediaSource, Read, open};

/// Decoder threads: overlays are small work beside the encoder, and one thread needs the least memory.
const DECODER_THREADS: usize = 1;
/// A stream may fail to give a frame this many packets in a row.
const MAX_BARREN_PACKETS: u32 = 500;
/// Sides of a picture that can be a real overlay.
const MAX_SIDE_PX: u32 = 8192;
/// A stream may change the size or kind of its pictures this often: each change costs as much as many pictures.
const MAX_CHANGES: u32 = 100;

/// A video file read frame by frame.
pub struct VideoReader {
    input: Input,
    stream: usize,
    time_base: Rational,
    decoder: decoder::Video,
    draining: bool,
    decoded: frame::Video,
    scaled: frame::Video,
    scaler: Option<Scaler>,
    /// Scalers made since the beginning of the round.
    scalers: u32,
    width: u32,
    height: u32,
}

/// A decoded frame: limited-range BT.709 4:2:0 in the wanted size.
pub struct Picture<'a> {
    /// Luma, Cb, Cr and, for videos with transparency, alpha at luma resolution.
    pub planes: [&'a [u8]; 4],
    /// Bytes from row to row of each plane; 0 where there is no alpha.
    pub strides: [usize; 4],
    /// Presentation time in microseconds, as the file says.
    pub time_us: Option<i64>,
}

impl VideoReader {
    /// Opens the best video stream; frames will be scaled and cropped around the middle to cover `width` × `height`.
    ///
    /// # Errors
    /// As [`open`], and [`MediaError::NoVideoStream`] or [`MediaError::CodecNotAllowed`].
    pub fn open(source: &MediaSource, width: u32, height: u32) -> Result<Self, MediaError> {
        let mut input = open(source)?;
        let (stream, decoder) = input.video_decoder(DECODER_THREADS)?;
        let time_base = input
            .context()
            .stream(stream)
            .ok_or(MediaError::NoVideoStream)?
            .time_base();
        Ok(Self {
            input,
            stream,
            time_base,
            decoder,
            draining: false,
            decoded: frame::Video::empty(),
            scaled: frame::Video::empty(),
            scaler: None,
            scalers: 0,
            width,
            height,
        })
    }

    /// How long one frame is shown by the stream's average rate, in microseconds; 1/30 s where it does not say.
    #[must_use]
    pub fn frame_duration_us(&self) -> i64 {
        let rate = self.input.info().video.and_then(|video| video.frame_rate);
        let rate = rate.map_or(30.0, f64::from).clamp(0.1, 1000.0);
        (1e6 / rate).round() as i64
    }

    /// Length of the file in microseconds, where it says.
    #[must_use]
    pub fn duration_us(&self) -> Option<i64> {
        self.input.info().duration_us
    }

    /// The next frame; `None` at the end of the file.
    ///
    /// # Errors
    /// [`MediaError::Corrupt`] when the stream yields nothing usable, [`MediaError::TimedOut`], [`MediaError::Io`].
    pub fn next_picture(&mut self) -> Result<Option<Picture<'_>>, MediaError> {
        if !self.decode_next()? {
            return Ok(None);
        }
        let time_us = self
            .decoded
            .timestamp()
            .map(|t| rescale_us(t, self.time_base));
        check_sides(&self.decoded)?;
        if is_ready(&self.decoded, self.width, self.height) {
            return Ok(Some(picture(&self.decoded, time_us)));
        }
        self.scale()?;
        Ok(Some(picture(&self.scaled, time_us)))
    }

    /// Starts again at the first frame.
    ///
    /// # Errors
    /// As [`Input::rewind`].
    pub fn rewind(&mut self) -> Result<(), MediaError> {
        self.input.rewind()?;
        self.decoder.flush();
        self.draining = false;
        self.scalers = 0;
        Ok(())
    }

    fn decode_next(&mut self) -> Result<bool, MediaError> {
        let mut packet = Packet::empty();
        for _ in 0..MAX_BARREN_PACKETS {
            match self.decoder.receive_frame(&mut self.decoded) {
                Ok(()) => return Ok(true),
                Err(ffmpeg::Error::Eof) => return Ok(false),
                // EAGAIN wants more packets; a damaged picture is left out and the next one tried.
                Err(_) if self.draining => return Ok(false),
                Err(_) => {}
            }
            match self.input.read_packet(&mut packet)? {
                Read::Packet if packet.stream() == self.stream => {
                    // A packet that the decoder refuses is a damaged picture, left out like one that fails to decode.
                    let _ = self.decoder.send_packet(&packet);
                }
                Read::Packet | Read::Damaged => {}
                Read::End => {
                    self.draining = true;
                    // Fails only when the decoder is drained already.
                    let _ = self.decoder.send_eof();
                }
            }
        }
        Err(MediaError::Corrupt {
            detail: "its video yields no pictures",
        })
    }

    /// Scales the decoded picture, whatever the pictures before it were like.
    fn scale(&mut self) -> Result<(), MediaError> {
        crop_to_cover(&mut self.decoded, self.width, self.height)?;
        if !self.scaler.as_ref().is_some_and(|s| s.fits(&self.decoded)) {
            if self.scalers > MAX_CHANGES {
                return Err(MediaError::Corrupt {
                    detail: "its pictures change their size or kind all the time",
                });
            }
            self.scalers += 1;
            let format = match has_alpha(self.decoded.format()) {
                true => Pixel::YUVA420P,
                false => Pixel::YUV420P,
            };
            self.scaled = frame::Video::empty();
            self.scaler = Some(Scaler::new(&self.decoded, format, self.width, self.height)?);
        }
        match &mut self.scaler {
            Some(scaler) => scaler.run(&self.decoded, &mut self.scaled),
            None => Ok(()),
        }
    }
}

fn picture(frame: &frame::Video, time_us: Option<i64>) -> Picture<'_> {
    let count = match frame.format() {
        Pixel::YUVA420P => 4,
        _ => 3,
    };
    let planes = std::array::from_fn(|i| if i < count { frame.data(i) } else { &[][..] });
    let strides = std::array::from_fn(|i| if i < count { frame.stride(i) } else { 0 });
    Picture {
        planes,
        strides,
        time_us,
    }
}

fn check_sides(frame: &frame::Video) -> Result<(), MediaError> {
    let fits = |side: u32| (2..=MAX_SIDE_PX).contains(&side);
    match fits(frame.width()) && fits(frame.height()) {
        true => Ok(()),
        false => Err(MediaError::Corrupt {
            detail: "its pictures are smaller than 2 or larger than 8192 pixels a side",
        }),
    }
}

/// Crops a frame around its middle to the shape of `width` × `height`, by whole chroma samples.
fn crop_to_cover(frame: &mut frame::Video, width: u32, height: u32) -> Result<(), MediaError> {
    let (w, h) = (u64::from(frame.width()), u64::from(frame.height()));
    let (tw, th) = (u64::from(width), u64::from(height));
    let keep_w = w.min((h * tw).div_ceil(th)).max(2);
    let keep_h = h.min((w * th).div_ceil(tw)).max(2);
    let margin = |whole: u64, keep: u64| ((whole - keep) / 4 * 2) as usize;
    let (x, y) = (margin(w, keep_w), margin(h, keep_h));
    // SAFETY: the frame is valid and owned; the margins leave at least two pixels. Cropping moves the plane pointers
    // inside the frame's own buffers and takes the margins back to zero.
    let result = unsafe {
        let raw = frame.as_mut_ptr();
        ((*raw).crop_left, (*raw).crop_right) = (x, x);
        ((*raw).crop_top, (*raw).crop_bottom) = (y, y);
        ffi::av_frame_apply_cropping(raw, ffi::AV_FRAME_CROP_UNALIGNED as i32)
    };
    match result {
        0.. => Ok(()),
        _ => Err(MediaError::Corrupt {
            detail: "its pictures cannot be cropped",
        }),
    }
}

fn has_alpha(format: Pixel) -> bool {
    // SAFETY: the descriptor, if any, is static.
    unsafe {
        let descriptor = ffi::av_pix_fmt_desc_get(format.into());
        !descriptor.is_null()
            && (*descriptor).flags & u64::from(ffi::AV_PIX_FMT_FLAG_ALPHA as u32) != 0
    }
}

fn rescale_us(timestamp: i64, time_base: Rational) -> i64 {
    let numerator = i128::from(timestamp) * i128::from(time_base.numerator()) * 1_000_000;
    let denominator = i128::from(time_base.denominator().max(1));
    i64::try_from(numerator / denominator).unwrap_or(i64::MAX)
}
