//! MPEG-1 Layer I: the frames of ISO/IEC 11172-3, 2.4.1, with noise in the lowest subbands.

use super::bits::Bits;
use gildhall_samples::rng::Rng;

/// Of 384 samples at 48 kHz, 8 ms each.
const FRAMES: usize = 138;
/// 192 kbit/s for 8 ms.
const FRAME_BYTES: usize = 192;
const SUBBANDS: u32 = 32;
/// Subbands with something in them.
const FILLED: u32 = 8;
/// Bits of a sample.
const SAMPLE_BITS: u32 = 4;
/// Samples of a subband in a frame.
const SAMPLES: u32 = 12;
/// 2^(1 − 20/3), about 0.02 of full scale (table B.1 of the standard).
const SCALE_FACTOR: u32 = 20;

/// What a frame begins with, each number with its bits.
const HEADER: [(u32, u32); 9] = [
    // The sync word, MPEG-1, Layer I, no checksum.
    (0xFFF, 12),
    (1, 1),
    (3, 2),
    (1, 1),
    // 6 x 32 kbit/s at 48 kHz.
    (6, 4),
    (1, 2),
    // No padding, and a bit that means nothing.
    (0, 2),
    // One channel.
    (3, 2),
    // Nothing more of channels, no copyright, no original, no emphasis.
    (0, 6),
];

/// Something over a second of noise, mono.
pub fn layer_1() -> Vec<u8> {
    let mut noise = Rng::new(1);
    (0..FRAMES).flat_map(|_| frame(&mut noise)).collect()
}

fn frame(noise: &mut Rng) -> Vec<u8> {
    let mut bits = Bits::default();
    for (value, width) in HEADER {
        bits.put(value, width);
    }
    for subband in 0..SUBBANDS {
        let allocation = if subband < FILLED { SAMPLE_BITS - 1 } else { 0 };
        bits.put(allocation, 4);
    }
    for _ in 0..FILLED {
        bits.put(SCALE_FACTOR, 6);
    }
    for _ in 0..SAMPLES * FILLED {
        // All ones would be taken for a sync word, and are no sample.
        bits.put(noise.below((1 << SAMPLE_BITS) - 1), SAMPLE_BITS);
    }
    bits.padded_to(FRAME_BYTES)
}
