//! Monkey's Audio, file version 3.99: two frames of silence, one that only says so, and one that is coded. Its coder is an
//! arithmetic one, which codes nothing but the likeliest value, again and again, as zeros.

/// Samples of a frame.
const FRAME_SAMPLES: u32 = 24_256;
const RATE_HZ: u32 = 44_100;
const VERSION: u16 = 3990;
/// "High": with adaptive filters in front of the predictor.
const LEVEL: u16 = 3000;
const DESCRIPTOR_BYTES: u32 = 52;
const HEADER_BYTES: u32 = 24;
/// One number for each frame.
const TABLE_BYTES: u32 = 8;
/// Behind the checksum: that flags follow.
const HAS_FLAGS: u32 = 1 << 31;
/// Both channels are silent.
const SILENT: u32 = 0b11;

/// Something over a second of silence, mono.
pub fn monkeys_audio() -> Vec<u8> {
    let checksum = checksum_of_silence();
    // Eight bytes that the coder would begin with.
    let mut flagged = words(&[checksum | HAS_FLAGS, SILENT, 0, 0]);
    let second_at = flagged.len() as u32;
    flagged.extend(words(&[checksum]));
    // More than the coder takes, which is a third of a byte for a sample.
    flagged.resize(flagged.len() + FRAME_SAMPLES as usize / 2, 0);
    let frames_at = DESCRIPTOR_BYTES + HEADER_BYTES + TABLE_BYTES;
    let table = words(&[frames_at, frames_at + second_at]);
    [descriptor(flagged.len() as u32), header(), table, flagged].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn descriptor(frame_bytes: u32) -> Vec<u8> {
    let no_wav_header = 0;
    let lengths = [
        DESCRIPTOR_BYTES,
        HEADER_BYTES,
        TABLE_BYTES,
        no_wav_header,
        frame_bytes,
        0,
        0,
    ];
    let no_md5 = [0_u8; 16];
    [
        &b"MAC "[..],
        &VERSION.to_le_bytes(),
        &0_u16.to_le_bytes(),
        &words(&lengths),
        &no_md5,
    ]
    .concat()
}

/// Level and flags, samples of a frame and of the last one, frames, bits of a sample and channels, rate.
fn header() -> Vec<u8> {
    [
        &LEVEL.to_le_bytes()[..],
        &0_u16.to_le_bytes(),
        &words(&[FRAME_SAMPLES, FRAME_SAMPLES, 2]),
        &16_u16.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &words(&[RATE_HZ]),
    ]
    .concat()
}

/// The upper 31 bits of the CRC-32 (ISO/IEC 8802-3) of a frame's samples, of two zero bytes each.
fn checksum_of_silence() -> u32 {
    let bits = FRAME_SAMPLES * 16;
    let crc = (0..bits).fold(!0_u32, |crc, _| match crc & 1 {
        0 => crc >> 1,
        _ => (crc >> 1) ^ 0xEDB8_8320,
    });
    !crc >> 1
}
