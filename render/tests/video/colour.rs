//! Colours, measured after encoding and decoding.

use crate::support::pixels::assert_near;
use crate::support::{Studio, ffmpeg, job, media};
use image::{Rgb, RgbImage};
use serde_json::json;

const GOLD: [u8; 3] = [0xD4, 0xAF, 0x37];
/// Of the border's 10 px, those that the codec does not mix with the bevel beside them.
const PURE_PX: u32 = 8;

#[test]
fn the_decoded_border_is_gold() {
    let studio = Studio::with([("red.png", media::flat([180, 30, 40]))]);
    let mut job = job(&["red.png"], 1);
    job["output"] = json!({"preset": "veryfast", "crf": 21, "thumbnails": 0});
    studio.render(&job).expect("rendered");
    let frames = ffmpeg::rgb_frames(&studio.video(), [1080, 1920], 10);
    assert_eq!(frames.len(), 3);
    for frame in &frames {
        let border = border(frame);
        assert_near(mean(&border), GOLD, 2);
        let near = |pixel: &Rgb<u8>| (0..3).all(|i| pixel.0[i].abs_diff(GOLD[i]) <= 2);
        let share = border.iter().filter(|pixel| near(pixel)).count() as f64;
        let share = share / border.len() as f64;
        assert!(share >= 0.99, "only {share:.4} of the border is gold");
        assert_near(frame.get_pixel(540, 960).0, [180, 30, 40], 3);
        // Ten pixels of gold, a darker bevel, and then no more.
        let red_at = |x| frame.get_pixel(x, 960).0[0];
        assert!(red_at(9) > 200 && red_at(11) < 190 && red_at(16) < 60);
    }
}

fn border(frame: &RgbImage) -> Vec<Rgb<u8>> {
    let (width, height) = frame.dimensions();
    let from_edge = |x: u32, y: u32| x.min(y).min(width - 1 - x).min(height - 1 - y);
    frame
        .enumerate_pixels()
        .filter(|&(x, y, _)| from_edge(x, y) < PURE_PX)
        .map(|(_, _, &pixel)| pixel)
        .collect()
}

fn mean(pixels: &[Rgb<u8>]) -> [u8; 3] {
    std::array::from_fn(|i| {
        let sum: f64 = pixels.iter().map(|pixel| f64::from(pixel.0[i])).sum();
        (sum / pixels.len() as f64).round() as u8
    })
}

#[test]
fn flat_photos_keep_their_colours() {
    let colours = [[30, 60, 170], [244, 233, 214], [18, 120, 60]];
    let studio = Studio::with([
        ("0.png", media::flat(colours[0])),
        ("1.png", media::flat(colours[1])),
        ("2.png", media::flat(colours[2])),
    ]);
    let report = studio.render(&job(&["0.png", "1.png", "2.png"], 6));
    assert_eq!(report.expect("rendered").frames, 180);
    let frames = ffmpeg::rgb_frames(&studio.video(), [720, 1280], 30);
    for (second, frame) in frames.iter().enumerate() {
        for (x, y) in [(360, 640), (200, 300), (500, 1100)] {
            assert_near(frame.get_pixel(x, y).0, colours[second / 2], 3);
        }
    }
    assert_eq!(frames.len(), 6);
}
