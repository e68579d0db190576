//! Sounds: every listed decoder of sound, and every demuxer that is not a film's.

use crate::made;
use crate::row::{Holds, Means, Row, Source};
use std::ops::RangeInclusive;

/// Something over a second, the shortest video there is: codecs that lose their last frame stay above it.
const INPUT: &str = "sine=frequency=220:sample_rate=44100:duration=1.1";
/// What the files say of their length, in milliseconds: some count an encoder's padding, some guess by the bit rate.
pub const CLAIMED_MS: RangeInclusive<u64> = 1050..=1200;
/// How long the videos are that have one as their music, in seconds.
pub const DECODED_S: RangeInclusive<f64> = 1.0..=1.2;

/// Name, demuxer, decoder, and how `ffmpeg` makes it.
type Coded = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const CODED: [Coded; 38] = [
    ("aac.m4a", "m4a", "aac", "-c:a aac"),
    ("aac.aac", "aac", "aac", "-c:a aac"),
    ("aac.3gp", "3gp", "aac", "-c:a aac"),
    ("aac.3g2", "3g2", "aac", "-c:a aac"),
    ("aac.mj2", "mj2", "aac", "-c:a aac -f mp4 -brand mjp2"),
    ("alac.m4a", "m4a", "alac", "-c:a alac"),
    ("mp3.mp3", "mp3", "mp3float", "-c:a libmp3lame"),
    ("mp2.mp3", "mp3", "mp2float", "-c:a mp2 -f mp2"),
    ("vorbis.ogg", "ogg", "vorbis", "-c:a libvorbis"),
    ("vorbis.mka", "matroska", "vorbis", "-c:a libvorbis"),
    ("opus.ogg", "ogg", "opus", "-c:a libopus"),
    ("opus.webm", "webm", "opus", "-c:a libopus"),
    ("ac3.ac3", "ac3", "ac3", "-c:a ac3"),
    ("eac3.eac3", "eac3", "eac3", "-c:a eac3"),
    ("wmav1.wma", "asf", "wmav1", "-c:a wmav1"),
    ("wmav2.wma", "asf", "wmav2", "-c:a wmav2"),
    ("adpcm_ms.wav", "wav", "adpcm_ms", "-c:a adpcm_ms"),
    ("adpcm_ima_wav.wav", "wav", "adpcm_ima_wav", "-c:a adpcm_ima_wav"),
    ("adpcm_ima_qt.mov", "mov", "adpcm_ima_qt", "-c:a adpcm_ima_qt"),
    ("flac.flac", "flac", "flac", "-c:a flac"),
    ("wavpack.wv", "wv", "wavpack", "-c:a wavpack"),
    ("tta.tta", "tta", "tta", "-c:a tta"),
    ("pcm_u8.wav", "wav", "pcm_u8", "-c:a pcm_u8"),
    ("pcm_s8.aiff", "aiff", "pcm_s8", "-c:a pcm_s8"),
    ("pcm_s16le.w64", "w64", "pcm_s16le", "-c:a pcm_s16le"),
    ("pcm_s16be.aiff", "aiff", "pcm_s16be", "-c:a pcm_s16be"),
    ("pcm_s24le.wav", "wav", "pcm_s24le", "-c:a pcm_s24le"),
    ("pcm_s24be.caf", "caf", "pcm_s24be", "-c:a pcm_s24be"),
    ("pcm_s32le.wav", "wav", "pcm_s32le", "-c:a pcm_s32le"),
    ("pcm_s32be.au", "au", "pcm_s32be", "-c:a pcm_s32be"),
    ("pcm_f32le.wav", "wav", "pcm_f32le", "-c:a pcm_f32le"),
    ("pcm_f32be.aiff", "aiff", "pcm_f32be", "-c:a pcm_f32be"),
    ("pcm_f64le.wav", "wav", "pcm_f64le", "-c:a pcm_f64le"),
    ("pcm_f64be.au", "au", "pcm_f64be", "-c:a pcm_f64be"),
    ("pcm_alaw.wav", "wav", "pcm_alaw", "-c:a pcm_alaw"),
    ("pcm_mulaw.au", "au", "pcm_mulaw", "-c:a pcm_mulaw"),
    // With a cover, which FFmpeg decodes too while it looks what there is. It is no part of the sound.
    ("cover.mp3", "mp3", "mp3float",
        "-f lavfi -i testsrc2=size=64x48:rate=1:duration=1 -map 0 -map 1 -c:a libmp3lame -c:v png -disposition:v attached_pic"),
    ("cover.flac", "flac", "flac",
        "-f lavfi -i testsrc2=size=64x48:rate=1:duration=1 -map 0 -map 1 -c:a flac -c:v mjpeg -pix_fmt yuvj420p -disposition:v attached_pic"),
];

/// Name, demuxer, decoder, what can be heard, and the code that makes it.
type Made = (
    &'static str,
    &'static str,
    &'static str,
    Holds,
    fn() -> Vec<u8>,
);

#[rustfmt::skip]
const MADE: [Made; 5] = [
    ("mp1.mp3", "mp3", "mp1float", Holds::Sound, made::layer_1),
    ("amrnb.amr", "amr", "amrnb", Holds::Sound, made::amr_narrow),
    ("amrwb.amr", "amr", "amrwb", Holds::Sound, made::amr_wide),
    ("wmapro.wav", "wav", "wmapro", Holds::Silence, made::wma_pro),
    ("ape.ape", "ape", "ape", Holds::Silence, made::monkeys_audio),
];

/// All of them.
pub fn rows() -> Vec<Row> {
    let row = |name, demuxer, decoder, holds, source| Row {
        name,
        holds,
        means: Some(Means { demuxer, decoder }),
        source,
    };
    let coded = CODED
        .into_iter()
        .map(|(name, demuxer, decoder, arguments)| {
            let input = INPUT;
            let source = Source::Encoded { input, arguments };
            row(name, demuxer, decoder, Holds::Sound, source)
        });
    let made = MADE
        .into_iter()
        .map(|(name, demuxer, decoder, holds, bytes)| {
            row(name, demuxer, decoder, holds, Source::Made(bytes))
        });
    coded.chain(made).collect()
}
