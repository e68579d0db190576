//! Pictures drawn in whole numbers, so that every machine gets the same pixels; no two of their sides are alike.

use super::media::png;
use image::{Rgb, RgbImage, Rgba, RgbaImage};

const SIZE: [u32; 2] = [1200, 1600];
const MIDDLE: [i32; 2] = [600, 860];
const PEARL_RADIUS: i32 = 300;
const RIM_RADIUS: i32 = 330;
/// Where a cut-out has faded to nothing.
const FADE_RADIUS: i32 = 400;
/// From left to right, below the pearl.
const CHIPS: [[u8; 3]; 6] = [
    [200, 30, 40],
    [30, 150, 70],
    [40, 60, 190],
    [250, 250, 250],
    [0, 0, 0],
    [128, 128, 128],
];

/// A pearl in a copper rim (no gold but the frame's is in the picture), six chips of colour, and stripes as fine as the zoom can carry.
pub fn opaque() -> Vec<u8> {
    png(RgbImage::from_fn(SIZE[0], SIZE[1], |x, y| {
        Rgb(colour(x as i32, y as i32))
    }))
}

/// The same without its ground: the rim fades out, the stripes are half transparent.
pub fn cut_out() -> Vec<u8> {
    png(RgbaImage::from_fn(SIZE[0], SIZE[1], |x, y| {
        let [r, g, b] = colour(x as i32, y as i32);
        Rgba([r, g, b, alpha(x as i32, y as i32)])
    }))
}

/// A green frame with a soft inner edge and a red upper left corner, at half the size of the canvas.
pub fn frame() -> Vec<u8> {
    const WIDTH: u32 = 540;
    const HEIGHT: u32 = 960;
    png(RgbaImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let from_edge = x.min(y).min(WIDTH - 1 - x).min(HEIGHT - 1 - y);
        let solid = 255 - (from_edge.clamp(40, 80) - 40) * 255 / 40;
        match x.max(y) < 70 {
            true => Rgba([200, 20, 30, 255]),
            false => Rgba([20 + (x / 5) as u8, 90 + (y / 10) as u8, 70, solid as u8]),
        }
    }))
}

fn colour(x: i32, y: i32) -> [u8; 3] {
    let rgb = match square_from_middle(x, y) {
        s if s < PEARL_RADIUS.pow(2) => pearl(x, y),
        s if s < RIM_RADIUS.pow(2) => [184, 110, 90],
        _ => match chip(x, y) {
            Some(chip) => return chip,
            None if is_stripe(x, y) => [236, 228, 210],
            None => [70 - y / 32, 16 + x / 60, 30 + y / 20],
        },
    };
    rgb.map(|channel| channel as u8)
}

fn alpha(x: i32, y: i32) -> u8 {
    let [rim, fade] = [RIM_RADIUS, FADE_RADIUS].map(|radius| radius.pow(2));
    let square = square_from_middle(x, y).clamp(rim, fade);
    let of_pearl = (255 * (fade - square) / (fade - rim)) as u8;
    match (chip(x, y), is_stripe(x, y)) {
        (Some(_), _) => 255,
        (None, true) => 128,
        (None, false) => of_pearl,
    }
}

fn square_from_middle(x: i32, y: i32) -> i32 {
    (x - MIDDLE[0]).pow(2) + (y - MIDDLE[1]).pow(2)
}

/// Lit from the upper left.
fn pearl(x: i32, y: i32) -> [i32; 3] {
    let light = 252 - square_from_middle(x + 90, y + 110) / 1_000;
    [light, light * 15 / 16, light * 7 / 8]
}

fn chip(x: i32, y: i32) -> Option<[u8; 3]> {
    const LEFT: i32 = 240;
    const WIDTH: i32 = 120;
    let column = usize::try_from((x - LEFT).div_euclid(WIDTH)).ok()?;
    CHIPS
        .get(column)
        .copied()
        .filter(|_| (1_290..1_370).contains(&y))
}

fn is_stripe(x: i32, y: i32) -> bool {
    y >= 1_420 && (x + y) % 12 < 5
}
