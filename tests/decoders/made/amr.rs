//! AMR in files of its own (RFC 4867, section 5). Every pattern of bits is speech to its decoders, so noise will do; the modes
//! take turns, each with frames of its own size.

use gildhall_samples::rng::Rng;

/// Of 20 ms each.
const FRAMES: usize = 55;
/// Bytes of a frame of each mode behind the byte that names it, from 4.75 to 12.2 kbit/s (3GPP TS 26.101).
const NARROW: [usize; 8] = [12, 13, 15, 17, 19, 20, 26, 31];
/// From 6.6 to 23.85 kbit/s (3GPP TS 26.201).
const WIDE: [usize; 9] = [17, 23, 32, 36, 40, 46, 50, 58, 60];

/// Something over a second of AMR at 8 kHz.
pub fn amr_narrow() -> Vec<u8> {
    file(b"#!AMR\n", &NARROW)
}

/// Something over a second of AMR-WB, at 16 kHz.
pub fn amr_wide() -> Vec<u8> {
    file(b"#!AMR-WB\n", &WIDE)
}

fn file(magic: &[u8], sizes: &[usize]) -> Vec<u8> {
    let mut noise = Rng::new(2);
    let mut file = magic.to_vec();
    for (mode, size) in (0..).zip(sizes).cycle().take(FRAMES) {
        // The mode, and that the frame is a good one.
        file.push((mode << 3) | 0b100);
        file.extend((0..*size).map(|_| noise.below(256) as u8));
    }
    file
}
