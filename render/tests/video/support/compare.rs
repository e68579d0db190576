//! Two pictures compared within a stated tolerance.

use image::{Rgb, RgbImage};

/// Channels no further apart than this, in 8-bit steps, count as equal.
///
/// One machine gives the same bytes again and again. Another processor or FFmpeg may round differently where the overlay
/// is scaled, photos are resized or glyphs are filled: by a step or two, and mostly undone by averaging.
const EQUAL_WITHIN: u8 = 2;
/// How many of a thousand pixels may be further apart: rounding tips over at a few edges only.
const FAR_PER_1000: f64 = 1.0;
/// No channel of any pixel may be further apart than this: a thing that is missing or out of its place is.
const WORST: u8 = 12;
/// Mean distance over all channels of all pixels: less than one step of one channel everywhere.
const MEAN: f64 = 0.3;
/// Brightness of a difference, in steps for each step apart.
pub const AMPLIFIED: u8 = 16;

/// Fails, with the distances in words, where `actual` is further from `golden` than the tolerance allows.
pub fn compare(golden: &RgbImage, actual: &RgbImage) -> Result<(), String> {
    let sizes = [golden, actual].map(|picture| picture.dimensions());
    if sizes[0] != sizes[1] {
        return Err(format!(
            "it measures {:?} instead of {:?}",
            sizes[1], sizes[0]
        ));
    }
    let pairs = golden.pixels().zip(actual.pixels());
    let steps: Vec<[u8; 3]> = pairs.map(|(a, b)| distances(a, b)).collect();
    let worst_of = |steps: &[u8; 3]| steps.iter().copied().max().unwrap_or(0);
    let worst = steps.iter().map(worst_of).max().unwrap_or(0);
    let far = steps.iter().filter(|&s| worst_of(s) > EQUAL_WITHIN).count();
    let far_per_1000 = 1_000.0 * far as f64 / steps.len() as f64;
    let sum: u64 = steps.iter().flatten().map(|&step| u64::from(step)).sum();
    let mean = sum as f64 / (3 * steps.len()) as f64;
    if worst <= WORST && far_per_1000 <= FAR_PER_1000 && mean <= MEAN {
        return Ok(());
    }
    let first = steps.iter().position(|s| worst_of(s) == worst);
    let at = first.map_or(0, |index| index as u32);
    let (x, y) = (at % sizes[0].0, at / sizes[0].0);
    Err(format!(
        "{far_per_1000:.2} of 1000 pixels are more than {EQUAL_WITHIN} steps off ({FAR_PER_1000} allowed), \
         the worst {worst} at {x}, {y} ({WORST} allowed), the mean is {mean:.3} ({MEAN} allowed)"
    ))
}

/// Where two pictures differ, [`AMPLIFIED`] times as strong; black where they are equal.
pub fn difference(golden: &RgbImage, actual: &RgbImage) -> RgbImage {
    let width = golden.width().min(actual.width());
    let height = golden.height().min(actual.height());
    RgbImage::from_fn(width, height, |x, y| {
        let steps = distances(golden.get_pixel(x, y), actual.get_pixel(x, y));
        Rgb(steps.map(|step| step.saturating_mul(AMPLIFIED)))
    })
}

fn distances(a: &Rgb<u8>, b: &Rgb<u8>) -> [u8; 3] {
    std::array::from_fn(|i| a.0[i].abs_diff(b.0[i]))
}
