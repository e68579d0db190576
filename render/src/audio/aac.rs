//! AAC-LC packets, checked by ear as they are made: each packet is decoded again and measured.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::format::sample::{Sample, Type};
use ffmpeg_next::{ChannelLayout, Dictionary, Packet, codec, error, frame};

use super::loudness::Reading;
use super::{AudioError, CHANNELS, LoudnessMeter, SAMPLE_RATE_HZ};
use crate::media::quieten_ffmpeg;

/// From this rate on there are bits enough to code the waveform itself.
const WAVEFORM_BIT_RATE_BPS: u32 = 128_000;
/// Samples per channel in an AAC-LC frame (ISO/IEC 14496-3).
const FRAME_SAMPLES: usize = 1_024;

/// How AAC is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AacSettings {
    /// Bits per second for both channels together.
    pub bit_rate_bps: u32,
    /// FFmpeg's search for quantisers.
    pub coder: AacCoder,
}

impl Default for AacSettings {
    fn default() -> Self {
        Self {
            bit_rate_bps: 192_000,
            coder: AacCoder::Fast,
        }
    }
}

/// FFmpeg's two searches for quantisers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AacCoder {
    /// Weighs noise against bits over several rounds; meant for low bit rates, and slow.
    TwoLoop,
    /// One round by a fixed rule: several times faster, and nearer to the original at 128 kbit/s and more.
    Fast,
}

impl AacCoder {
    fn name(self) -> &'static str {
        match self {
            Self::TwoLoop => "twoloop",
            Self::Fast => "fast",
        }
    }
}

/// One encoded frame. Times count samples (time base 1/48000).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AacPacket {
    /// The raw AAC frame, without ADTS header.
    pub data: Vec<u8>,
    /// When it sounds; the first packets lie before 0, where they prime the decoder. Equals the decoding time.
    pub pts: i64,
    /// Samples per channel it adds; only the last packet may hold fewer than 1024.
    pub duration: i64,
}

impl AacPacket {
    /// The packet for a muxer, in time base 1/48000: rescale it to the output stream's before writing.
    #[must_use]
    pub fn to_ffmpeg(&self, stream_index: usize) -> Packet {
        let mut packet = Packet::copy(&self.data);
        packet.set_stream(stream_index);
        packet.set_pts(Some(self.pts));
        packet.set_dts(Some(self.pts));
        packet.set_duration(self.duration);
        packet.set_flags(codec::packet::Flags::KEY);
        packet
    }
}

/// Everything an encoder made.
pub(super) struct Encoded {
    pub(super) packets: Vec<AacPacket>,
    pub(super) parameters: codec::Parameters,
    pub(super) extradata: Vec<u8>,
    pub(super) priming_samples: u32,
    /// Measured on the decoded packets.
    pub(super) reading: Reading,
}

/// Encodes a stream of interleaved stereo blocks.
pub(super) struct AacEncoder {
    encoder: ffmpeg::encoder::Audio,
    priming_samples: u32,
    /// Samples waiting for a full frame.
    pending: Vec<f32>,
    samples_in: u64,
    packets: Vec<AacPacket>,
    proof: Proof,
}

fn failed(step: &'static str) -> impl Fn(ffmpeg::Error) -> AudioError {
    move |source| AudioError::Encode { step, source }
}

fn options(settings: &AacSettings) -> Dictionary<'static> {
    let mut options = Dictionary::new();
    options.set("aac_coder", settings.coder.name());
    if settings.bit_rate_bps >= WAVEFORM_BIT_RATE_BPS {
        // Intensity stereo and noise substitution only imitate the sound. Without them, at 192 kbit/s, the error above
        // 4 kHz was 20 dB lower for the fast coder and the encoding no slower.
        options.set("aac_is", "0");
        options.set("aac_pns", "0");
    }
    options
}

impl AacEncoder {
    pub(super) fn open(settings: &AacSettings) -> Result<Self, AudioError> {
        quieten_ffmpeg();
        let open_failed = failed("opening the encoder");
        let codec = ffmpeg::encoder::find_by_name("aac")
            .ok_or_else(|| open_failed(ffmpeg::Error::EncoderNotFound))?;
        let mut context = codec::Context::new_with_codec(codec);
        // Global header: the decoder's settings go into the container. Bit-exact: no version string in the data.
        context.set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::BITEXACT);
        context.set_time_base((1, SAMPLE_RATE_HZ as i32));
        let mut encoder = context.encoder().audio().map_err(&open_failed)?;
        encoder.set_rate(SAMPLE_RATE_HZ as i32);
        encoder.set_format(Sample::F32(Type::Planar));
        encoder.set_channel_layout(ChannelLayout::STEREO);
        encoder.set_bit_rate(settings.bit_rate_bps as usize);
        let encoder = encoder.open_with(options(settings)).map_err(&open_failed)?;
        // SAFETY: a plain field of the opened encoder's context.
        let priming = unsafe { (*encoder.as_ptr()).initial_padding };
        let priming_samples = u32::try_from(priming).unwrap_or(0);
        Ok(Self {
            proof: Proof::open(&codec::Parameters::from(&encoder), priming_samples)?,
            encoder,
            priming_samples,
            pending: Vec::new(),
            samples_in: 0,
            packets: Vec::new(),
        })
    }

    pub(super) fn add(&mut self, block: &[f32]) -> Result<(), AudioError> {
        self.pending.extend_from_slice(block);
        let mut used = 0;
        while self.pending.len() - used >= FRAME_SAMPLES * CHANNELS {
            self.encode(used, FRAME_SAMPLES)?;
            used += FRAME_SAMPLES * CHANNELS;
        }
        self.pending.drain(..used);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Encoded, AudioError> {
        let rest = self.pending.len() / CHANNELS;
        if rest > 0 {
            self.encode(0, rest)?;
        }
        self.encoder.send_eof().map_err(failed("ending"))?;
        self.collect()?;
        self.trim_end();
        let parameters = codec::Parameters::from(&self.encoder);
        Ok(Encoded {
            extradata: extradata_of(&parameters),
            parameters,
            priming_samples: self.priming_samples,
            reading: self.proof.finish(self.samples_in)?,
            packets: self.packets,
        })
    }

    /// Encodes `samples` frames from value `from` of what is pending.
    fn encode(&mut self, from: usize, samples: usize) -> Result<(), AudioError> {
        let mut frame =
            frame::Audio::new(Sample::F32(Type::Planar), samples, ChannelLayout::STEREO);
        frame.set_rate(SAMPLE_RATE_HZ);
        frame.set_pts(Some(self.samples_in as i64));
        let block = &self.pending[from..from + samples * CHANNELS];
        for channel in 0..CHANNELS {
            let values = block.chunks_exact(CHANNELS).map(|values| values[channel]);
            for (target, value) in frame.plane_mut::<f32>(channel).iter_mut().zip(values) {
                *target = value;
            }
        }
        self.samples_in += samples as u64;
        self.encoder
            .send_frame(&frame)
            .map_err(failed("encoding"))?;
        self.collect()
    }

    fn collect(&mut self) -> Result<(), AudioError> {
        loop {
            let mut packet = Packet::empty();
            match self.encoder.receive_packet(&mut packet) {
                Ok(()) => {}
                Err(
                    ffmpeg::Error::Eof
                    | ffmpeg::Error::Other {
                        errno: error::EAGAIN,
                    },
                ) => return Ok(()),
                Err(error) => return Err(failed("encoding")(error)),
            }
            self.proof.listen(&packet)?;
            // Counted here instead of taken from FFmpeg: every AAC-LC frame is as long as the other.
            let pts = (self.packets.len() * FRAME_SAMPLES) as i64;
            self.packets.push(AacPacket {
                data: packet.data().unwrap_or_default().to_vec(),
                pts: pts - i64::from(self.priming_samples),
                duration: FRAME_SAMPLES as i64,
            });
        }
    }

    /// Lets the last packet end where the sound ends, and drops packets that hold nothing but padding.
    fn trim_end(&mut self) {
        let end = self.samples_in as i64;
        self.packets.retain(|packet| packet.pts < end);
        if let Some(last) = self.packets.last_mut() {
            last.duration = last.duration.min(end - last.pts);
        }
    }
}

fn extradata_of(parameters: &codec::Parameters) -> Vec<u8> {
    // SAFETY: the parameters are borrowed; FFmpeg keeps `extradata_size` bytes at `extradata`, or null and 0.
    unsafe {
        let raw = &*parameters.as_ptr();
        match usize::try_from(raw.extradata_size) {
            Ok(size) if !raw.extradata.is_null() => {
                std::slice::from_raw_parts(raw.extradata, size).to_vec()
            }
            _ => Vec::new(),
        }
    }
}

/// Decodes what was encoded and measures it, without the priming and the padding.
struct Proof {
    decoder: ffmpeg::decoder::Audio,
    frame: frame::Audio,
    meter: LoudnessMeter,
    block: Vec<f32>,
    /// Samples of priming still to leave out.
    leave_out: usize,
    /// One frame is held back, because only at the end is known how much of the last one is padding.
    held: Vec<f32>,
    measured: u64,
}

impl Proof {
    fn open(parameters: &codec::Parameters, priming_samples: u32) -> Result<Self, AudioError> {
        let open_failed = failed("opening the decoder that checks the result");
        let context = codec::Context::from_parameters(parameters.clone()).map_err(&open_failed)?;
        Ok(Self {
            decoder: context.decoder().audio().map_err(&open_failed)?,
            frame: frame::Audio::empty(),
            meter: LoudnessMeter::new()?,
            block: Vec::new(),
            leave_out: priming_samples as usize,
            held: Vec::new(),
            measured: 0,
        })
    }

    fn listen(&mut self, packet: &Packet) -> Result<(), AudioError> {
        let check_failed = failed("checking the result");
        self.decoder.send_packet(packet).map_err(&check_failed)?;
        self.drain()
    }

    fn drain(&mut self) -> Result<(), AudioError> {
        loop {
            match self.decoder.receive_frame(&mut self.frame) {
                Ok(()) => self.measure_frame()?,
                Err(
                    ffmpeg::Error::Eof
                    | ffmpeg::Error::Other {
                        errno: error::EAGAIN,
                    },
                ) => return Ok(()),
                Err(error) => return Err(failed("checking the result")(error)),
            }
        }
    }

    fn measure_frame(&mut self) -> Result<(), AudioError> {
        let (left, right) = (self.frame.plane::<f32>(0), self.frame.plane::<f32>(1));
        self.block.clear();
        self.block
            .extend(left.iter().zip(right).flat_map(|(&l, &r)| [l, r]));
        let skip = self.leave_out.min(self.block.len() / CHANNELS);
        self.leave_out -= skip;
        self.block.drain(..skip * CHANNELS);
        std::mem::swap(&mut self.block, &mut self.held);
        // `block` now is the frame before.
        self.measured += (self.block.len() / CHANNELS) as u64;
        self.meter.add(&self.block)
    }

    fn finish(mut self, total_samples: u64) -> Result<Reading, AudioError> {
        // Fails only for decoders that cannot be drained; AAC holds nothing back.
        let _ = self.decoder.send_eof();
        self.drain()?;
        let left = total_samples.saturating_sub(self.measured) as usize * CHANNELS;
        self.meter.add(&self.held[..left.min(self.held.len())])?;
        self.meter.reading()
    }
}
