//! Golden pictures: what frames looked like when a person last looked at them.
//!
//! They lie in `tests/golden/`, small enough for git: whole frames at a quarter of their width and height, where a shift of
//! one pixel still moves a quarter of every edge, and a few places at full size.

use super::compare::{AMPLIFIED, compare, difference};
use gildhall_render::compose::planes::OwnedFrame;
use gildhall_render::compose::stills::to_rgb;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::crop_imm;
use image::{Rgb, RgbImage};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Set to `update`, golden pictures that are missing or no longer match are written; the others stay as they are.
const SWITCH: &str = "GILDHALL_GOLDEN";
/// What to do about a failure.
const ADVICE: &str = "Look at the actual picture. If it is right, make it the golden one:\n\
    GILDHALL_GOLDEN=update cargo test -p gildhall-render --test video golden::\n\
    Text is drawn with the installed Noto fonts, so another version of them changes every picture with a hook.";
/// Side of the squares that are averaged to one pixel.
const SQUARE: u32 = 4;

/// Compares a whole frame, averaged, with the golden picture of this name.
#[track_caller]
pub fn check_frame(name: &str, frame: &OwnedFrame) {
    check(name, &averaged(&picture(frame)));
}

/// Compares a place of a frame, at full size, with the golden picture of this name.
#[track_caller]
pub fn check_place(name: &str, frame: &OwnedFrame, [x, y, width, height]: [u32; 4]) {
    check(
        name,
        &crop_imm(&picture(frame), x, y, width, height).to_image(),
    );
}

/// A frame in sRGB.
pub fn picture(frame: &OwnedFrame) -> RgbImage {
    let (width, height) = (frame.width as u32, frame.height as u32);
    RgbImage::from_raw(width, height, to_rgb(frame)).expect("three bytes a pixel")
}

/// A picture at a quarter of its width and height, every pixel the mean of a square.
pub fn averaged(full: &RgbImage) -> RgbImage {
    let (width, height) = full.dimensions();
    assert!(width.is_multiple_of(SQUARE) && height.is_multiple_of(SQUARE));
    RgbImage::from_fn(width / SQUARE, height / SQUARE, |x, y| {
        let mut sums = [0_u32; 3];
        for index in 0..SQUARE * SQUARE {
            let (dx, dy) = (index % SQUARE, index / SQUARE);
            let pixel = full.get_pixel(x * SQUARE + dx, y * SQUARE + dy);
            for (sum, channel) in sums.iter_mut().zip(pixel.0) {
                *sum += u32::from(channel);
            }
        }
        let count = SQUARE * SQUARE;
        Rgb(sums.map(|sum| ((sum + count / 2) / count) as u8))
    })
}

#[track_caller]
fn check(name: &str, actual: &RgbImage) {
    let path = golden_folder().join(format!("{name}.png"));
    let golden = path
        .exists()
        .then(|| image::open(&path).expect("a golden PNG").into_rgb8());
    let fault = match golden.as_ref().map(|golden| compare(golden, actual)) {
        Some(Ok(())) => return,
        Some(Err(fault)) => fault,
        None => "there is no golden picture yet".to_owned(),
    };
    if env::var(SWITCH).is_ok_and(|value| value == "update") {
        return save(actual, &path);
    }
    let actual_path = failures_folder().join(format!("{name}.actual.png"));
    save(actual, &actual_path);
    let mut places = format!(
        "golden: {}\nactual: {}",
        path.display(),
        actual_path.display()
    );
    if let Some(golden) = &golden {
        let file = failures_folder().join(format!("{name}.difference.png"));
        save(&difference(golden, actual), &file);
        places += &format!("\ndifference, {AMPLIFIED} times: {}", file.display());
    }
    panic!("{name}: {fault}\n{places}\n{ADVICE}");
}

fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Where pictures of failed comparisons stay until the next failure.
fn failures_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden")
}

fn save(picture: &RgbImage, file: &Path) {
    let mut bytes = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
    picture.write_with_encoder(encoder).expect("a PNG");
    let folder = file.parent().expect("a file in a folder");
    fs::create_dir_all(folder).expect("the folder");
    fs::write(file, bytes).expect("a picture");
}
