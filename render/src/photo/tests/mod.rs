//! Whole files in, pixels out. Each input is made here, by an encoder or byte by byte.

mod avif;
mod bounds;
mod fixtures;
mod formats;
mod inks;
mod jpeg;
mod make;
mod mutate;
mod orientation;
mod scaling;

use super::*;

/// AV1 streams of one picture each.
pub(super) const AV1_SAMPLES: [&[u8]; 3] = [
    fixtures::AV1_8BIT_601_FULL,
    fixtures::AV1_10BIT_709_LIMITED,
    fixtures::AV1_ALPHA,
];

/// Red, lime, blue, gold: the quarters of the test picture, row by row.
const QUARTERS: [[u8; 3]; 4] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [212, 175, 55]];

/// The quarter that a pixel of a `width` × `height` picture lies in.
fn quarter(x: u32, y: u32, width: u32, height: u32) -> [u8; 3] {
    QUARTERS[usize::from(x * 2 >= width) + 2 * usize::from(y * 2 >= height)]
}

/// The test picture, interleaved RGB.
fn quarters(width: u32, height: u32) -> Vec<u8> {
    (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| quarter(x, y, width, height)))
        .collect()
}

fn rgb_image(width: u32, height: u32) -> image::RgbImage {
    image::RgbImage::from_raw(width, height, quarters(width, height)).expect("sizes agree")
}

fn full(bytes: &[u8]) -> Photo {
    load_full(bytes, &Limits::default()).expect("a sound file")
}

fn cover(bytes: &[u8], width_px: u32, height_px: u32) -> Photo {
    let target = CoverTarget {
        width_px,
        height_px,
        focus_x: 0.5,
        focus_y: 0.5,
    };
    load_cover(bytes, &target, &Limits::default()).expect("a sound file")
}

fn pixel(photo: &Photo, x: u32, y: u32) -> [u8; 3] {
    let at = (y * photo.width_px + x) as usize * 3;
    [photo.rgb[at], photo.rgb[at + 1], photo.rgb[at + 2]]
}

/// The middles of the four quarters, row by row.
fn middles(photo: &Photo) -> [[u8; 3]; 4] {
    let (w, h) = (photo.width_px, photo.height_px);
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| pixel(photo, w * x / 4, h * y / 4))
}

#[track_caller]
fn assert_near(got: [[u8; 3]; 4], want: [[u8; 3]; 4], tolerance: u8) {
    for (g, w) in got.as_flattened().iter().zip(want.as_flattened()) {
        assert!(g.abs_diff(*w) <= tolerance, "{got:?} is not {want:?}");
    }
}
