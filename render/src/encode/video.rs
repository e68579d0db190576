//! One H.264 stream.

use super::settings::{Backend, VideoSettings};
use super::vaapi::Upload;
use super::{EncodeError, FrameBuffer};
use crate::media::Scaler;
use crate::plan::FPS;
use ffmpeg_next as ffmpeg;
use ffmpeg_next::codec::{self, Context};
use ffmpeg_next::format::Pixel;
use ffmpeg_next::{Dictionary, Packet, Rational, color, encoder, frame};

/// Frames between key frames: players can seek to every second second.
const KEY_INTERVAL: u32 = 2 * FPS;

/// A packet of an encoded stream, with times in frames.
pub struct EncodedPacket {
    pub(super) packet: Packet,
}

/// An opened encoder.
pub struct VideoEncoder {
    backend: Backend,
    settings: VideoSettings,
    encoder: encoder::video::Encoder,
    input: Input,
}

/// How frames reach the encoder.
enum Input {
    /// As they are.
    Planar,
    /// As NV12, in main memory.
    SemiPlanar(Converter),
    /// As NV12, uploaded to the device.
    Device(Converter, Upload),
}

#[derive(Default)]
struct Converter {
    scaler: Option<Scaler>,
    converted: Option<frame::Video>,
}

impl VideoEncoder {
    /// Opens an encoder for frames at 30 fps in limited-range BT.709.
    ///
    /// # Errors
    /// [`EncodeError::NoEncoder`] or [`EncodeError::Ffmpeg`] when it is not usable on this machine.
    pub fn open(backend: Backend, settings: VideoSettings) -> Result<Self, EncodeError> {
        crate::media::quieten_ffmpeg();
        let name = backend.encoder_name();
        let codec = encoder::find_by_name(name).ok_or(EncodeError::NoEncoder { name })?;
        let opening = EncodeError::ffmpeg("opening the encoder");
        let mut video = Context::new_with_codec(codec)
            .encoder()
            .video()
            .map_err(&opening)?;
        video.set_width(settings.width);
        video.set_height(settings.height);
        video.set_time_base(Rational(1, FPS as i32));
        video.set_frame_rate(Some(Rational(FPS as i32, 1)));
        video.set_gop(KEY_INTERVAL);
        video.set_colorspace(color::Space::BT709);
        video.set_color_range(color::Range::MPEG);
        video.set_color_primaries(color::Primaries::BT709);
        video.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
        video.set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::BITEXACT);
        let input = match backend {
            Backend::X264 | Backend::Nvenc => {
                video.set_format(Pixel::YUV420P);
                Input::Planar
            }
            Backend::Qsv => {
                video.set_format(Pixel::NV12);
                Input::SemiPlanar(Converter::default())
            }
            Backend::Vaapi => {
                video.set_format(Pixel::VAAPI);
                let upload = Upload::attach(&mut video, settings.width, settings.height)?;
                Input::Device(Converter::default(), upload)
            }
        };
        let encoder = video
            .open_as_with(codec, options(backend, settings))
            .map_err(opening)?;
        Ok(Self {
            backend,
            settings,
            encoder,
            input,
        })
    }

    /// The backend in use.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Hands over frame `index`; [`VideoEncoder::receive`] afterwards until it is empty.
    ///
    /// # Errors
    /// [`EncodeError::WrongSize`], or [`EncodeError::Ffmpeg`].
    pub fn send(&mut self, buffer: &mut FrameBuffer, index: u32) -> Result<(), EncodeError> {
        let got = (buffer.frame().width(), buffer.frame().height());
        let want = (self.settings.width, self.settings.height);
        if got != want {
            return Err(EncodeError::WrongSize { got, want });
        }
        let pts = Some(i64::from(index));
        buffer.frame_mut().set_pts(pts);
        let sending = EncodeError::ffmpeg("encoding a frame");
        match &mut self.input {
            Input::Planar => self.encoder.send_frame(buffer.frame()).map_err(sending),
            Input::SemiPlanar(converter) => {
                let frame = converter.nv12(buffer.frame(), pts)?;
                self.encoder.send_frame(frame).map_err(sending)
            }
            Input::Device(converter, upload) => {
                let frame = upload.upload(converter.nv12(buffer.frame(), pts)?)?;
                self.encoder.send_frame(&frame).map_err(sending)
            }
        }
    }

    /// Says that no frame follows.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`].
    pub fn finish(&mut self) -> Result<(), EncodeError> {
        self.encoder
            .send_eof()
            .map_err(EncodeError::ffmpeg("ending the stream"))
    }

    /// The next packet that is ready; `None` when the encoder wants more frames, or is done.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`].
    pub fn receive(&mut self) -> Result<Option<EncodedPacket>, EncodeError> {
        let mut packet = Packet::empty();
        match self.encoder.receive_packet(&mut packet) {
            Ok(()) => {
                // libx264's packets say nothing of their duration, and the last frame would be lost from the file's length.
                packet.set_duration(1);
                Ok(Some(EncodedPacket { packet }))
            }
            Err(ffmpeg::Error::Eof) => Ok(None),
            Err(ffmpeg::Error::Other {
                errno: ffmpeg::error::EAGAIN,
            }) => Ok(None),
            Err(error) => Err(EncodeError::ffmpeg("receiving a packet")(error)),
        }
    }

    pub(super) fn context(&self) -> &Context {
        &self.encoder
    }
}

impl Converter {
    fn nv12(
        &mut self,
        source: &frame::Video,
        pts: Option<i64>,
    ) -> Result<&frame::Video, EncodeError> {
        let scaler = match &mut self.scaler {
            Some(scaler) => scaler,
            empty => empty.insert(
                Scaler::new(source, Pixel::NV12, source.width(), source.height())
                    .map_err(EncodeError::Scale)?,
            ),
        };
        // A fresh frame each time: hardware encoders keep references to earlier ones.
        let target = self.converted.insert(frame::Video::empty());
        scaler.run(source, target).map_err(EncodeError::Scale)?;
        target.set_pts(pts);
        Ok(target)
    }
}

/// The private options of each encoder.
fn options(backend: Backend, settings: VideoSettings) -> Dictionary<'static> {
    let mut options = Dictionary::new();
    let crf = settings.crf.to_string();
    match backend {
        Backend::X264 => {
            options.set("preset", settings.preset.as_str());
            options.set("crf", &crf);
            options.set("profile", "high");
            options.set("threads", &settings.threads.max(1).to_string());
            if settings.lean {
                hold_few_pictures(&mut options);
            }
        }
        Backend::Nvenc => {
            options.set("preset", "p5");
            options.set("profile", "high");
            options.set("rc", "vbr");
            options.set("cq", &crf);
            options.set("b", "0");
        }
        Backend::Vaapi => {
            options.set("profile", "high");
            options.set("rc_mode", "CQP");
            options.set("qp", &crf);
        }
        Backend::Qsv => {
            options.set("preset", "medium");
            options.set("profile", "high");
            options.set("global_quality", &crf);
        }
    }
    options
}

/// Most of a render's memory is pictures inside x264: three to six megabytes each at 720x1280, filtered copies included.
fn hold_few_pictures(x264: &mut Dictionary<'_>) {
    // Threads share one picture in slices. By default each has a picture of its own and a queue runs ahead of them all, so
    // memory would also grow with the cores of the machine.
    x264.set("thread_type", "slice");
    // B-pictures that others refer to would double the reference pictures kept.
    x264.set("b-pyramid", "none");
}
