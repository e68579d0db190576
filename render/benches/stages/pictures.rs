//! From photos, overlay and hook to frames.

use crate::inputs::{self, CANVAS, SOURCE};
use divan::Bencher;
use divan::counter::ItemsCount;
use gildhall_render::atmosphere::{Atmosphere, seen_rects};
use gildhall_render::compose::photo::{Pixels, PreparedPhoto};
use gildhall_render::compose::planes::{OwnedFrame, Plane};
use gildhall_render::compose::resample::{AxisMap, Resampler};
use gildhall_render::compose::{AtmosphereView, Compositor, Content};
use gildhall_render::defaults;
use gildhall_render::photo::{self, CoverTarget, Limits};
use gildhall_render::plan::{FPS, Seen, ZOOM_MAX};
use gildhall_samples::test_pattern::zone_plate;
use tempfile::TempDir;

/// Border columns of a prepared photo's planes.
const PAD: usize = 2;
/// Frames of a slot that the zoom takes.
const SLOT_FRAMES: u32 = 110;
/// Frames until the second round of the default overlay has begun for certain.
const FIRST_ROUND_FRAMES: u32 = 10 * FPS;
/// Length of the video that the overlay is opened for; long enough that it loops.
const VIDEO_FRAMES: u32 = 180 * FPS;

/// Decoding and scaling 12 megapixels of JPEG.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn photo_of_12_megapixels(bencher: Bencher) {
    let bytes = inputs::camera_jpeg();
    let target = CoverTarget {
        width_px: SOURCE[0] as u32,
        height_px: SOURCE[1] as u32,
        focus_x: 0.5,
        focus_y: 0.5,
    };
    bencher.bench_local(|| {
        photo::load_cover(&bytes, &target, &Limits::default()).expect("the JPEG is whole")
    });
}

/// Scaled pixels into the planes that the zoom reads.
#[divan::bench(sample_count = 30)]
fn photo_into_planes(bencher: Bencher) {
    let rgb = inputs::photo_rgb();
    let pixels = Pixels {
        width: SOURCE[0],
        height: SOURCE[1],
        rgb: &rgb,
        alpha: None,
    };
    bencher.bench_local(|| PreparedPhoto::new(pixels));
}

fn plane(width: usize, height: usize) -> Plane {
    let picture = zone_plate(width as u32, height as u32, 0.5);
    let mut plane = Plane::new(width, height, PAD);
    for (y, row) in picture.as_raw().chunks_exact(width).enumerate() {
        plane.samples_mut(y).copy_from_slice(row);
    }
    plane.replicate_borders();
    plane
}

/// The zoom of one frame: the content's three planes.
#[divan::bench(args = ["vector", "scalar"], sample_count = 50)]
fn zoom(bencher: Bencher, code: &str) {
    let [width, height] = SOURCE;
    let planes = [
        plane(width, height),
        plane(width / 2, height / 2),
        plane(width / 2, height / 2),
    ];
    let rect = CANVAS.content;
    let step = height as f64 / rect.height as f64 / 1.03;
    let across = AxisMap::anchored(rect.width, width, 0.5, step);
    let down = AxisMap::anchored(rect.height, height, 0.5, step);
    let mut resampler = match code {
        "scalar" => Resampler::scalar(),
        _ => Resampler::new(),
    };
    let mut frame = OwnedFrame::new(CANVAS.width, CANVAS.height);
    bencher.counter(ItemsCount::new(1u32)).bench_local(|| {
        let mut target = frame.as_mut();
        for (index, (source, plane)) in planes.iter().zip(&mut target.planes).enumerate() {
            let maps = match index {
                0 => [across, down],
                _ => [across.chroma(0.0), down.chroma(0.5)],
            };
            resampler.draw(source, None, maps, plane, rect.in_plane(index));
        }
    });
}

/// Frame and hook over one frame.
#[divan::bench]
fn static_layer(bencher: Bencher) {
    let layer = inputs::top_layer();
    let mut frame = OwnedFrame::new(CANVAS.width, CANVAS.height);
    bencher
        .counter(ItemsCount::new(1u32))
        .bench_local(|| layer.blend(&mut frame.as_mut()));
}

/// One whole frame, the zoom moving on from one to the next.
#[divan::bench(args = ["opaque", "cut_out"])]
fn compose(bencher: Bencher, photo: &str) {
    let cut_out = photo == "cut_out";
    let photo = inputs::prepared(cut_out);
    let seen = if cut_out { Seen::Everywhere } else { Seen::Mat };
    let rects = seen_rects(&CANVAS, seen);
    let bytes: usize = rects.iter().map(|rect| rect.bytes()).sum();
    let samples = vec![40_u8; bytes];
    let view = AtmosphereView {
        rects: &rects,
        samples: &samples,
    };
    let mut compositor = Compositor::new(CANVAS, inputs::top_layer());
    let mut frame = OwnedFrame::new(CANVAS.width, CANVAS.height);
    let mut number = 0;
    bencher.counter(ItemsCount::new(1u32)).bench_local(|| {
        number = (number + 1) % SLOT_FRAMES;
        let content = Content {
            photo: &photo,
            zoom: 1.0 + (ZOOM_MAX - 1.0) * f64::from(number) / f64::from(SLOT_FRAMES),
            focus: [0.5, 0.5],
        };
        compositor.compose(&mut frame.as_mut(), Some(view), content);
    });
}

fn atmosphere(folder: &TempDir) -> Atmosphere {
    let overlay = defaults::overlay();
    Atmosphere::open(&overlay, &CANVAS, Seen::Mat, VIDEO_FRAMES, folder.path())
        .expect("the default overlay can be read")
}

/// One second of the atmosphere while it is decoded.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn atmosphere_decoded(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut samples = Vec::new();
    bencher
        .counter(ItemsCount::new(FPS))
        .with_inputs(|| atmosphere(&folder))
        .bench_local_refs(|atmosphere| {
            for index in 0..FPS {
                atmosphere
                    .frame(index, Seen::Mat, &mut samples)
                    .expect("a frame");
            }
        });
}

/// One second of the atmosphere from the second round on.
#[divan::bench(sample_count = 30)]
fn atmosphere_stored(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut atmosphere = atmosphere(&folder);
    let mut samples = Vec::new();
    for index in 0..FIRST_ROUND_FRAMES {
        atmosphere
            .frame(index, Seen::Mat, &mut samples)
            .expect("a frame");
    }
    let mut next = FIRST_ROUND_FRAMES;
    bencher.counter(ItemsCount::new(FPS)).bench_local(|| {
        for index in next..next + FPS {
            atmosphere
                .frame(index, Seen::Mat, &mut samples)
                .expect("a frame");
        }
        next += FPS;
    });
}

/// The hook with its fonts looked up first, as a render does it once.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn hook_with_fonts(bencher: Bencher) {
    bencher.bench_local(|| inputs::hook(&mut inputs::fonts()));
}

/// The hook again, with fonts already loaded.
#[divan::bench(sample_count = 20)]
fn hook(bencher: Bencher) {
    let mut fonts = inputs::fonts();
    bencher.bench_local(|| inputs::hook(&mut fonts));
}

/// Converting frame and hook to the static layer, once per render.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn static_layer_made(bencher: Bencher) {
    bencher.bench_local(inputs::top_layer);
}
