//! AAC and nothing else: one pass over ready samples.

use crate::Result;
use ffmpeg_next::format::sample::{Sample, Type};
use ffmpeg_next::{ChannelLayout, Dictionary, Packet, codec, encoder, error, frame};
use gildhall_render::audio::{AacPacket, AacSettings, CHANNELS, MasteredAudio, SAMPLE_RATE_HZ};
use std::fs;
use std::path::Path;

/// Samples per channel in an AAC-LC frame (ISO/IEC 14496-3).
const FRAME_SAMPLES: usize = 1_024;
/// The private options that a render gives FFmpeg's encoder at the default bit rate.
const OPTIONS: [(&str, &str); 3] = [("aac_coder", "fast"), ("aac_is", "0"), ("aac_pns", "0")];

/// Encodes a file of interleaved f32 samples. Despite its type, nothing in the result was mastered or measured.
pub fn encode(path: &Path) -> Result<MasteredAudio> {
    let bytes = fs::read(path)?;
    let (quads, _) = bytes.as_chunks::<4>();
    let samples: Vec<f32> = quads.iter().map(|&quad| f32::from_le_bytes(quad)).collect();
    let settings = AacSettings::default();
    let mut encoder = open(&settings)?;
    let mut packets = Vec::new();
    for (index, block) in samples.chunks(FRAME_SAMPLES * CHANNELS).enumerate() {
        encoder.send_frame(&planar(block, index))?;
        take_packets(&mut encoder, &mut packets)?;
    }
    encoder.send_eof()?;
    take_packets(&mut encoder, &mut packets)?;
    // One frame of silence lends the stream's parameters, which no other packet changes.
    let mut sound = MasteredAudio::silence(FRAME_SAMPLES as u64, &settings)?;
    sound.total_samples = (samples.len() / CHANNELS) as u64;
    let priming = i64::from(sound.priming_samples);
    sound.packets = (0_i64..)
        .zip(packets)
        .map(|(index, data)| AacPacket {
            data,
            pts: index * FRAME_SAMPLES as i64 - priming,
            duration: FRAME_SAMPLES as i64,
        })
        .collect();
    Ok(sound)
}

fn open(settings: &AacSettings) -> Result<encoder::Audio> {
    let codec = encoder::find_by_name("aac").ok_or("this FFmpeg has no AAC encoder")?;
    let mut context = codec::Context::new_with_codec(codec);
    context.set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::BITEXACT);
    context.set_time_base((1, SAMPLE_RATE_HZ as i32));
    let mut audio = context.encoder().audio()?;
    audio.set_rate(SAMPLE_RATE_HZ as i32);
    audio.set_format(Sample::F32(Type::Planar));
    audio.set_channel_layout(ChannelLayout::STEREO);
    audio.set_bit_rate(settings.bit_rate_bps as usize);
    let mut options = Dictionary::new();
    for (name, value) in OPTIONS {
        options.set(name, value);
    }
    Ok(audio.open_with(options)?)
}

/// Frame `index` of the sound as FFmpeg wants it.
fn planar(block: &[f32], index: usize) -> frame::Audio {
    let samples = block.len() / CHANNELS;
    let mut frame = frame::Audio::new(Sample::F32(Type::Planar), samples, ChannelLayout::STEREO);
    frame.set_rate(SAMPLE_RATE_HZ);
    frame.set_pts(Some((index * FRAME_SAMPLES) as i64));
    for channel in 0..CHANNELS {
        let values = block.chunks_exact(CHANNELS).map(|pair| pair[channel]);
        for (target, value) in frame.plane_mut::<f32>(channel).iter_mut().zip(values) {
            *target = value;
        }
    }
    frame
}

fn take_packets(encoder: &mut encoder::Audio, packets: &mut Vec<Vec<u8>>) -> Result<()> {
    loop {
        let mut packet = Packet::empty();
        match encoder.receive_packet(&mut packet) {
            Ok(()) => packets.push(packet.data().unwrap_or_default().to_vec()),
            Err(ffmpeg_next::Error::Eof) => return Ok(()),
            // It wants more sound first.
            Err(ffmpeg_next::Error::Other {
                errno: error::EAGAIN,
            }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
