//! The look, held fast by golden pictures (`tests/golden/`). Frames are compared before they are encoded.

use crate::support::compare::compare;
use crate::support::golden::{averaged, check_frame, check_place, picture};
use crate::support::{Studio, job, still_life};
use gildhall_render::compose::colour::GOLD;
use gildhall_render::compose::planes::OwnedFrame;
use gildhall_samples::rng::Rng;
use image::{RgbImage, imageops};
use serde_json::{Value, json};

/// A moment at which the default atmosphere has begun to move.
const MOMENT: u32 = 12;
/// The first word of the Latin hook: left and top edge, width and height.
const FIRST_WORD: [u32; 4] = [180, 256, 260, 128];
/// Border, bevel, shadows, fillet, and the photo's first pixels.
const CORNER: [u32; 4] = [0, 0, 128, 200];

fn studio() -> Studio {
    Studio::with([
        ("photo.png", still_life::opaque()),
        ("cut-out.png", still_life::cut_out()),
        ("frame.png", still_life::frame()),
    ])
}

/// A second of one image at full quality, without an atmosphere.
fn full(image: &str) -> Value {
    let mut job = job(&[image], 1);
    job["output"] = json!({"thumbnails": 0});
    job
}

fn compose(job: &Value) -> OwnedFrame {
    studio().compose(job, &[MOMENT]).swap_remove(0)
}

#[test]
fn default_look() {
    let mut job = full("photo.png");
    job["overlay"] = json!("default");
    job["text_overlay"] = json!("Only 24 hours: the gold drop");
    let frame = compose(&job);
    check_frame("default_look", &frame);
    check_place("default_look_text", &frame, FIRST_WORD);
}

#[test]
fn cut_out() {
    let mut job = full("cut-out.png");
    job["overlay"] = json!("default");
    check_frame("cut_out", &compose(&job));
}

#[test]
fn own_frame() {
    let mut job = full("photo.png");
    job["frame"] = json!("frame.png");
    check_frame("own_frame", &compose(&job));
}

#[test]
fn right_to_left() {
    let mut job = full("photo.png");
    job["text_overlay"] = json!({"text": "٢٤ ساعة فقط 💍✨ רק היום", "style": "gold"});
    check_frame("right_to_left", &compose(&job));
}

#[test]
fn devanagari_and_cjk() {
    let mut job = full("photo.png");
    job["text_overlay"] =
        json!({"text": "केवल आज: स्वर्ण 限定24時間", "style": "clean", "position": "bottom"});
    check_frame("devanagari_and_cjk", &compose(&job));
}

#[test]
fn zoom() {
    let mut job = full("photo.png");
    job["images"] = json!([{"asset": "photo.png", "focus": {"x": 0.3, "y": 0.6}}]);
    let frames = studio().compose(&job, &[0, 29]);
    let [start, end] = &frames[..] else {
        panic!("{} frames instead of 2", frames.len());
    };
    judge(&picture(start), &picture(end)).expect_err("the zoom stands still");
    check_frame("zoom_start", start);
    check_frame("zoom_end", end);
    check_place("zoom_start_corner", start, CORNER);
}

#[test]
fn reduced() {
    let mut job = job(&["cut-out.png"], 1);
    job["overlay"] = json!("default");
    job["text_overlay"] = json!("Only 24 hours ✨");
    check_frame("reduced", &compose(&job));
}

#[test]
fn bare() {
    let mut job = full("photo.png");
    job["frame"] = json!("none");
    check_frame("bare", &compose(&job));
}

/// The comparison that [`check_frame`] makes.
fn judge(golden: &RgbImage, actual: &RgbImage) -> Result<(), String> {
    compare(&averaged(golden), &averaged(actual))
}

/// What the comparison is tried on: the smaller canvas, where its squares are coarser.
fn sample() -> RgbImage {
    picture(&compose(&job(&["photo.png"], 1)))
}

#[test]
fn the_comparison_sees_a_shift_of_one_pixel() {
    let still = sample();
    let (width, height) = still.dimensions();
    let moved = |dx: u32, dy: u32| {
        RgbImage::from_fn(width, height, |x, y| {
            *still.get_pixel(x.saturating_sub(dx), y.saturating_sub(dy))
        })
    };
    judge(&still, &moved(0, 0)).expect("the same picture");
    judge(&still, &moved(1, 0)).expect_err("moved to the right");
    judge(&still, &moved(0, 1)).expect_err("moved down");
}

#[test]
fn the_comparison_sees_gold_that_is_three_steps_off() {
    let still = sample();
    for channel in 0..3 {
        let mut tinted = still.clone();
        for pixel in tinted.pixels_mut() {
            if (0..3).all(|i| pixel.0[i].abs_diff(GOLD[i]) <= 2) {
                pixel.0[channel] += 3;
            }
        }
        judge(&still, &tinted).expect_err("another gold");
    }
}

#[test]
fn the_comparison_sees_one_step_everywhere() {
    let still = sample();
    judge(&still, &imageops::brighten(&still, 1)).expect_err("brighter");
}

#[test]
fn the_comparison_does_not_see_rounding() {
    let still = sample();
    let mut rng = Rng::new(2);
    let mut rounded = still.clone();
    for channel in rounded.iter_mut() {
        *channel = channel.saturating_add_signed(rng.below(3) as i8 - 1);
    }
    judge(&still, &rounded).expect("as good as the same");
}
