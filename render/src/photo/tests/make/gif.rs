/// A GIF with a 4x4 canvas and a 2x2 frame at (1, 1): red, lime / transparent, red; then a second frame.
pub(in super::super) fn small_frame() -> Vec<u8> {
    let mut file = b"GIF89a\x04\0\x04\0\x91\0\0".to_vec();
    file.extend([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
    file.extend(b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0");
    for indices in [[1, 2, 3, 1], [3, 3, 3, 3]] {
        // Graphic control: index 3 is transparent.
        file.extend([0x21, 0xF9, 4, 1, 10, 0, 3, 0]);
        file.extend([0x2C, 1, 0, 1, 0, 2, 0, 2, 0, 0]);
        file.extend(uncompressed(indices));
    }
    file.push(0x3B);
    file
}

/// LZW that clears its table before the code width would grow, with two bits a pixel.
fn uncompressed([a, b, c, d]: [u8; 4]) -> Vec<u8> {
    const CLEAR: u8 = 4;
    const END: u8 = 5;
    let codes = [CLEAR, a, b, CLEAR, c, d, END];
    let bits = codes.iter().enumerate().fold(0_u32, |bits, (at, &code)| {
        bits | u32::from(code) << (3 * at)
    });
    let [b0, b1, b2, _] = bits.to_le_bytes();
    vec![2, 3, b0, b1, b2, 0]
}
