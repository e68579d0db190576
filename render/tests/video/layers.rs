//! The five layers, each where it belongs. Frames are looked at before encoding, so that tolerances stay small.

use crate::support::pixels::{assert_near, luma_at, rgb_at};
use crate::support::{Studio, job, media};
use gildhall_render::Warning;
use gildhall_render::compose::planes::OwnedFrame;
use image::{Rgba, RgbaImage};
use serde_json::json;

const RED: [u8; 3] = [180, 30, 40];
const GROUND: [u8; 3] = [5, 5, 5];
/// The middle of the mat above the photo of the reduced canvas, between the shadows of frame and fillet.
const MAT_Y: usize = 54;

/// A photo that is opaque on the left and transparent on the right.
fn half_transparent() -> Vec<u8> {
    media::png(RgbaImage::from_fn(480, 854, |x, _| {
        Rgba([180, 30, 40, if x < 240 { 255 } else { 0 }])
    }))
}

#[test]
fn without_an_overlay_the_mat_is_the_ground() {
    let studio = Studio::with([("red.png", media::flat(RED))]);
    for frame in studio.compose(&job(&["red.png"], 1), &[0, 29]) {
        for x in (60..660).step_by(40) {
            assert_near(rgb_at(&frame, x, MAT_Y), GROUND, 3);
        }
        for (x, y) in [(70, 120), (360, 640), (650, 1160)] {
            assert_near(rgb_at(&frame, x, y), RED, 2);
        }
    }
}

#[test]
fn without_a_frame_the_mat_reaches_the_edge() {
    let studio = Studio::with([("red.png", media::flat(RED))]);
    let mut job = job(&["red.png"], 1);
    job["frame"] = json!("none");
    for frame in studio.compose(&job, &[0]) {
        for (x, y) in [(0, 0), (719, 1279), (30, 640), (58, 640)] {
            assert_near(rgb_at(&frame, x, y), GROUND, 1);
        }
        assert_near(rgb_at(&frame, 62, 640), RED, 2);
    }
}

#[test]
fn alpha_shows_the_moving_atmosphere_and_opaque_parts_hide_it() {
    let studio = Studio::with([("half.png", half_transparent())]);
    let mut job = job(&["half.png"], 1);
    job["overlay"] = json!("default");
    let frames = studio.compose(&job, &[0, 29]);
    let through = |frame: &OwnedFrame| patch(frame, 380..640, 200..1100);
    let brightest = through(&frames[0]).into_iter().max();
    assert!(
        brightest > Some(60),
        "no glitter behind the photo: {brightest:?}"
    );
    assert_ne!(
        through(&frames[0]),
        through(&frames[1]),
        "the glitter stands still"
    );
    for frame in &frames {
        for (x, y) in [(80, 200), (200, 640), (330, 1000)] {
            assert_near(rgb_at(frame, x, y), RED, 2);
        }
    }
}

#[test]
fn alpha_without_an_overlay_shows_the_ground() {
    let studio = Studio::with([("half.png", half_transparent())]);
    for frame in studio.compose(&job(&["half.png"], 1), &[29]) {
        assert_near(rgb_at(&frame, 500, 640), GROUND, 1);
        assert_near(rgb_at(&frame, 200, 640), RED, 2);
    }
}

#[test]
fn a_frame_image_takes_the_place_of_the_border() {
    let green = RgbaImage::from_fn(360, 640, |x, y| {
        let from_edge = x.min(y).min(359 - x).min(639 - y);
        Rgba([10, 150, 60, if from_edge < 20 { 255 } else { 0 }])
    });
    let studio = Studio::with([
        ("red.png", media::flat(RED)),
        ("frame.png", media::png(green)),
    ]);
    let mut job = job(&["red.png"], 1);
    job["frame"] = json!("frame.png");
    assert_eq!(studio.plan(&job).expect("planned").warnings.len(), 1);
    for frame in studio.compose(&job, &[0]) {
        for (x, y) in [(0, 0), (20, 640), (360, 1265), (719, 3)] {
            assert_near(rgb_at(&frame, x, y), [10, 150, 60], 2);
        }
        assert_near(rgb_at(&frame, 300, 72), GROUND, 1);
        assert_near(rgb_at(&frame, 360, 640), RED, 2);
    }
}

#[test]
fn a_frame_that_would_hide_the_video_is_not_used() {
    let studio = Studio::with([("red.png", media::flat(RED))]);
    let mut job = job(&["red.png"], 1);
    job["frame"] = json!("red.png");
    let warnings = studio.plan(&job).expect("planned").warnings;
    let told =
        |w: &Warning| matches!(w, Warning::FrameUnusable { asset, .. } if asset == "red.png");
    assert!(warnings.iter().any(told), "{warnings:?}");
    for frame in studio.compose(&job, &[0]) {
        assert_near(rgb_at(&frame, 1, 640), [0xD4, 0xAF, 0x37], 3);
    }
}

#[test]
fn the_hook_stands_in_the_safe_area_and_off_the_middle() {
    let studio = Studio::with([("black.png", media::flat([0, 0, 0]))]);
    let plain = job(&["black.png"], 1);
    let mut hooked = plain.clone();
    hooked["text_overlay"] = json!("Only 24 hours: the gold drop");
    let [before, after] = [&plain, &hooked].map(|job| studio.compose(job, &[0]).swap_remove(0));
    let mut ink = 0;
    for y in 0..1280 {
        for x in 0..720 {
            let change = luma_at(&before, x, y).abs_diff(luma_at(&after, x, y));
            if change > 40 {
                ink += 1;
                let safe = (80..=640).contains(&x) && (146..=411).contains(&y);
                assert!(safe, "ink at {x}, {y}");
            }
            let middle = (427..746).contains(&y);
            assert!(!middle || change == 0, "the middle is touched at {x}, {y}");
        }
    }
    assert!(ink > 2_000, "{ink} pixels of ink are no readable text");
}

/// Y′ of a rectangle, row by row.
fn patch(frame: &OwnedFrame, xs: std::ops::Range<usize>, ys: std::ops::Range<usize>) -> Vec<u8> {
    ys.flat_map(|y| xs.clone().map(move |x| luma_at(frame, x, y)))
        .collect()
}
