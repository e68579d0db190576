//! WMA Pro, of which only decoders are public: frames as FFmpeg's reads them, of which none has coefficients, in a WAV file.

use super::bits::Bits;

/// Of 2048 samples each. The first one only starts the overlap, and is not heard.
const FRAMES: u32 = 24;
const FRAME_SAMPLES: u32 = 2048;
const RATE_HZ: u32 = 44_100;
/// A block is a packet, with one frame in it.
const BLOCK_BYTES: u16 = 1024;
/// A frame's length is written in so many bits: log2 of the block's bytes and four.
const LENGTH_BITS: u32 = BLOCK_BYTES.ilog2() + 4;
/// Frames tell their lengths, are not divided, and have no dynamic range control.
const DECODE_FLAGS: u16 = 0x40;
/// `WAVE_FORMAT_WMAUDIO3`.
const FORMAT: u16 = 0x162;
const SAMPLE_BITS: u16 = 16;

/// Something over a second of silence, mono.
pub fn wma_pro() -> Vec<u8> {
    let data: Vec<u8> = (0..FRAMES).flat_map(block).collect();
    let format = format();
    let riff_bytes = 4 + 8 + format.len() + 8 + data.len();
    [
        &b"RIFF"[..],
        &length(riff_bytes),
        b"WAVEfmt ",
        &length(format.len()),
        &format,
        b"data",
        &length(data.len()),
        &data,
    ]
    .concat()
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes)
        .expect("these are small files")
        .to_le_bytes()
}

/// `WAVEFORMATEX` and the 18 bytes of the decoder's own behind it.
fn format() -> Vec<u8> {
    let bytes_per_s = u32::from(BLOCK_BYTES) * RATE_HZ / FRAME_SAMPLES;
    let own = [SAMPLE_BITS, 0, 0, 0, 0, 0, 0, DECODE_FLAGS, 0];
    let own: Vec<u8> = own.into_iter().flat_map(u16::to_le_bytes).collect();
    [
        &FORMAT.to_le_bytes()[..],
        &1_u16.to_le_bytes(),
        &RATE_HZ.to_le_bytes(),
        &bytes_per_s.to_le_bytes(),
        &BLOCK_BYTES.to_le_bytes(),
        &SAMPLE_BITS.to_le_bytes(),
        &18_u16.to_le_bytes(),
        &own,
    ]
    .concat()
}

fn block(number: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    // The packet: its number, two bits for nothing, and that nothing of the frame before is left.
    bits.put(number, 4);
    bits.put(0, 2);
    bits.put(0, LENGTH_BITS);
    // The frame: its length, no samples to skip, no extension, one bit for nothing, nothing coded in the channel; and behind it
    // one bit, and that no frame follows in this packet.
    bits.put(LENGTH_BITS + 4 + 2, LENGTH_BITS);
    bits.put(0, 4);
    bits.put(0, 2);
    bits.padded_to(BLOCK_BYTES.into())
}
