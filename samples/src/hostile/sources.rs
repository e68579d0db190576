//! The little pictures and sounds that base files hold. What they show does not matter; that they are no constant does, or
//! there would be nothing to damage.

use crate::rng::Rng;
use image::{DynamicImage, ImageFormat, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

/// Every base is made from this, whatever the seed of the corpus: they have to be the same for all.
const SEED: u64 = 0x5EED;
/// Samples a second of a base's sound.
pub(super) const RATE_HZ: u32 = 44_100;

/// Colour ramps with some noise.
pub(super) fn picture(width: u32, height: u32) -> RgbImage {
    let mut rng = Rng::new(SEED).fork(u64::from(width));
    RgbImage::from_fn(width, height, |x, y| {
        let noise = rng.below(24) as u8;
        let ramp = |at: u32, length: u32| (at * 220 / length.max(1)) as u8;
        image::Rgb([ramp(x, width) + noise, ramp(y, height) + noise, 90 + noise])
    })
}

/// The same with a hole in the middle.
pub(super) fn frame(width: u32, height: u32) -> RgbaImage {
    let rgb = picture(width, height);
    RgbaImage::from_fn(width, height, |x, y| {
        let [r, g, b] = rgb.get_pixel(x, y).0;
        let inside = x.abs_diff(width / 2) < width / 4 && y.abs_diff(height / 2) < height / 4;
        Rgba([r, g, b, if inside { 0 } else { 255 }])
    })
}

/// A picture in a format of the `image` crate; nothing where that cannot write it.
pub(super) fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    // A memory has room for everything, and the formats in use take these kinds of pixel.
    let _ = picture.into().write_to(&mut file, format);
    file.into_inner()
}

/// `seconds` of interleaved stereo: a chord under noise, as raw 32-bit floats.
pub(super) fn sound(seconds: f32) -> Vec<u8> {
    let mut rng = Rng::new(SEED);
    let frames = (seconds * RATE_HZ as f32) as u32;
    let sample = |n: u32, hertz: f32| {
        let angle = std::f32::consts::TAU * hertz * n as f32 / RATE_HZ as f32;
        0.3 * angle.sin()
    };
    (0..frames)
        .flat_map(|n| {
            let noise = rng.range(-0.1, 0.1);
            let (left, right) = (sample(n, 220.0) + noise, sample(n, 277.2) - noise);
            [left.to_le_bytes(), right.to_le_bytes()].concat()
        })
        .collect()
}

/// `count` pictures of this size, one after the other, as raw RGB.
pub(super) fn film(width: u32, height: u32, count: u32) -> Vec<u8> {
    let still = picture(width, height);
    (0..count)
        .flat_map(|n| still.iter().map(move |&v| v.wrapping_add(3 * n as u8)))
        .collect()
}
