//! The zoom, measured to a hundredth of a pixel by following a grid of dots.

use crate::support::pixels::luma_at;
use crate::support::{Studio, job, media};
use gildhall_render::compose::planes::OwnedFrame;
use gildhall_samples::test_pattern::dots;
use serde_json::json;

/// Just the size that photos are prepared at for 1080x1920, so that nothing but the zoom resamples.
const SOURCE: [u32; 2] = [946, 1680];
const PITCH_PX: f64 = 64.0;
const FRAMES: u32 = 60;
/// Half the side of the window a dot is searched in; neighbours are 61 px away.
const REACH_PX: usize = 25;
/// Brighter than the ground of the pattern (Y′ 30), whatever rounding and ringing do to it.
const INK: u8 = 36;

#[test]
fn the_zoom_is_smooth_to_a_fiftieth_of_a_pixel() {
    let pattern = dots(SOURCE[0], SOURCE[1], PITCH_PX as f32);
    let studio = Studio::with([("dots.png", media::png(pattern))]);
    let mut job = job(&["dots.png"], 2);
    job["output"] = json!({"quality": "full", "thumbnails": 0});
    let numbers: Vec<u32> = (0..FRAMES).collect();
    let frames = studio.compose(&job, &numbers);
    assert_eq!(frames.len(), 60);
    let (mut square, mut bend, mut worst_bend, mut count) = (0.0, 0.0, 0.0_f64, 0.0);
    for dot in grid() {
        let errors: Vec<[f64; 2]> = (0..FRAMES)
            .zip(&frames)
            .map(|(index, frame)| error_of(dot, index, frame))
            .collect();
        for axis in 0..2 {
            let error = |i: usize| errors[i][axis];
            square += (0..errors.len()).map(|i| error(i).powi(2)).sum::<f64>();
            for i in 1..errors.len() - 1 {
                // The ideal path is straight, so this is the jerk from one frame to the next.
                let second = error(i - 1) - 2.0 * error(i) + error(i + 1);
                bend += second.powi(2);
                worst_bend = worst_bend.max(second.abs());
            }
            count += errors.len() as f64;
        }
    }
    let (rms, bend_rms) = ((square / count).sqrt(), (bend / count).sqrt());
    println!("zoom: RMS {rms:.4} px; jerk RMS {bend_rms:.4} px, at most {worst_bend:.4} px");
    assert!(rms <= 0.02, "the zoom is off its path by {rms:.4} px RMS");
    assert!(bend_rms <= 0.05, "jerk of {bend_rms:.4} px RMS");
    assert!(worst_bend <= 0.15, "jerk of {worst_bend:.4} px");
}

/// Centres of some dots in source pixels, none of which leaves the content.
fn grid() -> impl Iterator<Item = [f64; 2]> {
    let centre = |i: u32| (f64::from(i) + 0.5) * PITCH_PX;
    let columns = (1..13).step_by(3);
    columns.flat_map(move |x| (1..24).step_by(4).map(move |y| [centre(x), centre(y)]))
}

/// How far a dot lies from where a linear zoom from 1.00 to 1.05 round the middle puts it.
fn error_of(dot: [f64; 2], index: u32, frame: &OwnedFrame) -> [f64; 2] {
    let zoom = 1.0 + 0.05 * f64::from(index) / f64::from(FRAMES - 1);
    // At zoom 1 the content's 1600 px show the photo's 1680.
    let scale = zoom * 1600.0 / 1680.0;
    let x = 540.0 + (dot[0] - f64::from(SOURCE[0]) / 2.0) * scale;
    let y = 960.0 + (dot[1] - f64::from(SOURCE[1]) / 2.0) * scale;
    let [found_x, found_y] = centroid(frame, x as usize, y as usize);
    [found_x - x, found_y - y]
}

/// Centre of mass of the light round a pixel; pixel centres lie at halves.
fn centroid(frame: &OwnedFrame, x: usize, y: usize) -> [f64; 2] {
    let (mut mass, mut sum_x, mut sum_y) = (0.0, 0.0, 0.0);
    for y in y - REACH_PX..=y + REACH_PX {
        for x in x - REACH_PX..=x + REACH_PX {
            let light = f64::from(luma_at(frame, x, y).saturating_sub(INK));
            mass += light;
            sum_x += light * (x as f64 + 0.5);
            sum_y += light * (y as f64 + 0.5);
        }
    }
    assert!(mass > 10_000.0, "no dot at {x}, {y}");
    [sum_x / mass, sum_y / mass]
}
