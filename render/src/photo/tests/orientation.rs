use std::io::Cursor;

use image::ImageEncoder;
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder};

use super::make::{exif_block, tiff::tiff};
use super::*;

/// For each EXIF value, where the four upright quarters are found in the stored picture. Made by hand from the
/// standard's table of row 0 and column 0 (JEITA CP-3451, 4.6.4 A).
const STORED: [[usize; 4]; 8] = [
    [0, 1, 2, 3],
    [1, 0, 3, 2],
    [3, 2, 1, 0],
    [2, 3, 0, 1],
    [0, 2, 1, 3],
    [1, 3, 0, 2],
    [3, 1, 2, 0],
    [2, 0, 3, 1],
];

/// The picture as a camera held in this way would store it; upright it is 32x64.
fn stored(exif: u8) -> image::RgbImage {
    let order = STORED[usize::from(exif) - 1];
    let (width, height) = if exif >= 5 { (64, 32) } else { (32, 64) };
    image::RgbImage::from_fn(width, height, |x, y| {
        let at = usize::from(x * 2 >= width) + 2 * usize::from(y * 2 >= height);
        image::Rgb(QUARTERS[order[at]])
    })
}

fn check(exif: u8, file: &[u8], tolerance: u8, name: &str) {
    let info = probe(file, &Limits::default()).expect("a sound header");
    assert_eq!((info.width, info.height), (32, 64), "{name} {exif}");
    let whole = full(file);
    assert_eq!((whole.width_px, whole.height_px), (32, 64), "{name} {exif}");
    assert_near(middles(&whole), QUARTERS, tolerance);
    assert_near(middles(&cover(file, 20, 40)), QUARTERS, tolerance);
    // A crop off the middle tells a turned crop from a turned picture.
    let target = CoverTarget {
        width_px: 16,
        height_px: 16,
        focus_x: 0.5,
        focus_y: 1.0,
    };
    let lower = load_cover(file, &target, &Limits::default()).expect("a sound file");
    let (left, right) = (pixel(&lower, 3, 8), pixel(&lower, 12, 8));
    assert_near(
        [left, right, left, right],
        [QUARTERS[2], QUARTERS[3]]
            .repeat(2)
            .try_into()
            .expect("four"),
        tolerance,
    );
}

#[test]
fn jpeg_stands_upright_for_all_eight_values() {
    for exif in 1..=8 {
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
        encoder
            .set_exif_metadata(exif_block(exif))
            .expect("supported");
        encoder.encode_image(&stored(exif)).expect("encodes");
        check(exif, &file, 12, "JPEG");
    }
}

#[test]
fn png_and_webp_stand_upright_for_all_eight_values() {
    for exif in 1..=8 {
        let image = stored(exif);
        let size = image.dimensions();
        let mut png = Vec::new();
        let mut encoder = PngEncoder::new(&mut png);
        encoder
            .set_exif_metadata(exif_block(exif))
            .expect("supported");
        let rgb = image::ExtendedColorType::Rgb8;
        encoder
            .write_image(&image, size.0, size.1, rgb)
            .expect("encodes");
        check(exif, &png, 1, "PNG");

        let mut webp = Cursor::new(Vec::new());
        let mut encoder = WebPEncoder::new_lossless(&mut webp);
        encoder
            .set_exif_metadata(exif_block(exif))
            .expect("supported");
        encoder
            .write_image(&image, size.0, size.1, rgb)
            .expect("encodes");
        check(exif, webp.get_ref(), 1, "WebP");
    }
}

#[test]
fn tiff_stands_upright_for_all_eight_values() {
    for exif in 1..=8 {
        let image = stored(exif);
        let tags = [
            (258, 3, vec![8, 8, 8]),
            (262, 3, vec![2]),
            (274, 3, vec![exif.into()]),
            (277, 3, vec![3]),
        ];
        check(exif, &tiff(image.dimensions(), &tags, &image), 1, "TIFF");
    }
}
