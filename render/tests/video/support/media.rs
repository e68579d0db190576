//! Media made on the spot.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;
use std::path::PathBuf;

/// A file of the sample assets.
pub fn sample(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "assets", name]
        .iter()
        .collect()
}

/// A picture as PNG.
pub fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let written = picture.into().write_to(&mut bytes, ImageFormat::Png);
    written.expect("a PNG");
    bytes.into_inner()
}

/// A photo of one colour, large enough to be used without a warning.
pub fn flat(rgb: [u8; 3]) -> Vec<u8> {
    png(RgbImage::from_pixel(480, 854, Rgb(rgb)))
}

/// A photo of noise, which no compression makes small: cut in the middle, its header is whole and its pixels are not.
pub fn noise() -> Vec<u8> {
    let mut state = 0x2545_F491_u32;
    png(RgbImage::from_fn(400, 712, |_, _| {
        // Xorshift (Marsaglia, 2003).
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let [r, g, b, _] = state.to_le_bytes();
        Rgb([r, g, b])
    }))
}

/// A 16-bit PCM WAV, 48 kHz stereo, of interleaved samples in −1..1.
pub fn wav(stereo: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = stereo
        .iter()
        .map(|sample| (sample.clamp(-1.0, 1.0) * 32_767.0) as i16)
        .flat_map(i16::to_le_bytes)
        .collect();
    let length = u32::try_from(data.len()).expect("a short file");
    let mut file = Vec::with_capacity(44 + data.len());
    file.extend(b"RIFF");
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(2_u16.to_le_bytes());
    file.extend(48_000_u32.to_le_bytes());
    file.extend(192_000_u32.to_le_bytes());
    file.extend(4_u16.to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(data);
    file
}
