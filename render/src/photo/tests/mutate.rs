//! Seeded damage to a small file of each format: whatever the bytes, there is an answer and no panic.

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat};

use super::fixtures::{AV1_10BIT_709_LIMITED, AV1_ALPHA, WEBP_LOSSY};
use super::make::{avif::Avif, exif_block, gif, jpeg::FlatJpeg};
use super::*;

/// xorshift64*, so that a failure comes back with its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end.max(1)
    }
}

fn damage(file: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.below(6)],
            2 => bytes.truncate(at.max(16)),
            3 => drop(bytes.drain(at..(at + random.below(8)).min(bytes.len()))),
            4 => bytes.insert(at, random.below(256) as u8),
            _ => {
                let from = random.below(bytes.len());
                let length = random.below(16).min(bytes.len() - at.max(from));
                bytes.copy_within(from..from + length, at);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).expect("encodes");
    file.into_inner()
}

fn samples() -> Vec<Vec<u8>> {
    let rgb = DynamicImage::from(rgb_image(24, 20));
    let exif = exif_block(6);
    let sample = |x, y| [x as u8 * 30, y as u8 * 20, 99, 7];
    let jpeg = |components, progressive, adobe| {
        FlatJpeg {
            blocks: (5, 4),
            trim: (3, 5),
            components,
            progressive,
            adobe,
            exif: Some(&exif),
            sample: &sample,
        }
        .bytes()
    };
    let avif = Avif {
        colour: AV1_10BIT_709_LIMITED,
        alpha: Some(AV1_ALPHA),
        ..Avif::default()
    };
    vec![
        encode(&rgb, ImageFormat::Jpeg),
        jpeg(3, true, None),
        jpeg(4, false, Some(2)),
        encode(&rgb, ImageFormat::Png),
        encode(&rgb.to_rgba16().into(), ImageFormat::Png),
        encode(&rgb, ImageFormat::WebP),
        WEBP_LOSSY.to_vec(),
        encode(&rgb, ImageFormat::Bmp),
        encode(&rgb, ImageFormat::Tiff),
        gif::small_frame(),
        encode(&rgb, ImageFormat::Gif),
        avif.bytes(),
    ]
}

#[test]
fn no_damage_makes_a_panic() {
    const ROUNDS: usize = 400;
    let limits = Limits {
        max_pixels: 1 << 20,
        max_side_px: 4096,
        max_alloc_bytes: 16 << 20,
        ..Limits::default()
    };
    let target = CoverTarget {
        width_px: 9,
        height_px: 16,
        focus_x: 0.3,
        focus_y: 0.8,
    };
    let started = Instant::now();
    for (number, file) in samples().iter().enumerate() {
        assert!(load_full(file, &limits).is_ok(), "sample {number} is sound");
        let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ number as u64);
        for _ in 0..ROUNDS {
            let bytes = damage(file, &mut random);
            let _ = probe(&bytes, &limits);
            if let Ok(photo) = load_cover(&bytes, &target, &limits) {
                assert_eq!(photo.rgb.len(), 9 * 16 * 3);
            }
        }
    }
    assert!(started.elapsed() < Duration::from_secs(60));
}
