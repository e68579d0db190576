use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;
use moxcms::{ColorPrimaries, ColorProfile};

use super::make::jpeg::FlatJpeg;
use super::*;

fn flat<'a>(components: usize, sample: &'a dyn Fn(u32, u32) -> [u8; 4]) -> FlatJpeg<'a> {
    FlatJpeg {
        blocks: (4, 6),
        trim: (0, 0),
        components,
        progressive: false,
        adobe: None,
        exif: None,
        sample,
    }
}

fn encoded(quality: u8, icc: Option<Vec<u8>>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, quality);
    if let Some(icc) = icc {
        encoder.set_icc_profile(icc).expect("supported");
    }
    encoder
        .write_image(&quarters(64, 64), 64, 64, image::ExtendedColorType::Rgb8)
        .expect("encodes");
    file
}

/// JFIF's RGB to YCbCr.
fn ycc([r, g, b]: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = [r, g, b].map(f32::from);
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    let (cb, cr) = ((b - y) / 1.772 + 128.0, (r - y) / 1.402 + 128.0);
    [y, cb, cr].map(|v| v.round() as u8)
}

fn with_fourth([a, b, c]: [u8; 3], d: u8) -> [u8; 4] {
    [a, b, c, d]
}

#[test]
fn baseline_and_progressive_agree() {
    let sample = |x, y| with_fourth(ycc(quarter(x, y, 4, 6)), 0);
    let mut jpeg = flat(3, &sample);
    let baseline = full(&jpeg.bytes());
    assert_near(middles(&baseline), QUARTERS, 3);
    assert!(baseline.notes.is_empty());
    jpeg.progressive = true;
    assert_eq!(full(&jpeg.bytes()), baseline);
}

#[test]
fn grey_and_adobe_rgb() {
    let grey = full(&flat(1, &|x, y| [(x * 40 + y * 10) as u8; 4]).bytes());
    assert_eq!(pixel(&grey, 20, 28), [110; 3]);
    let sample = |x, y| with_fourth(quarter(x, y, 4, 6), 0);
    let mut rgb = flat(3, &sample);
    rgb.adobe = Some(0);
    assert_near(middles(&full(&rgb.bytes())), QUARTERS, 1);
}

#[test]
fn cmyk_and_ycck_come_out_alike() {
    // Ink amounts for the quarters: C = 1 − R and so on, with no black.
    let light = |x, y| quarter(x, y, 4, 6);
    let plain = |x, y| with_fourth(light(x, y).map(|v| 255 - v), 0);
    assert_near(middles(&full(&flat(4, &plain).bytes())), QUARTERS, 1);
    // Adobe stores 255 − ink.
    let inverted = |x, y| with_fourth(light(x, y), 255);
    let mut adobe = flat(4, &inverted);
    adobe.adobe = Some(0);
    assert_near(middles(&full(&adobe.bytes())), QUARTERS, 1);
    let transformed = |x, y| with_fourth(ycc(light(x, y).map(|v| 255 - v)), 255);
    let mut ycck = flat(4, &transformed);
    ycck.adobe = Some(2);
    assert_near(middles(&full(&ycck.bytes())), QUARTERS, 3);
    // Half black halves the light.
    let dim = |x, y| with_fourth(light(x, y), 128);
    let mut dimmed = flat(4, &dim);
    dimmed.adobe = Some(0);
    let half = QUARTERS.map(|c| c.map(|v| (f32::from(v) * 128.0 / 255.0).round() as u8));
    assert_near(middles(&full(&dimmed.bytes())), half, 1);
}

#[test]
fn an_embedded_profile_decides_the_colours() {
    // sRGB with red and green exchanged: what is stored as red is shown as green.
    let mut swapped = ColorProfile::new_srgb();
    let bt709 = ColorPrimaries::BT_709;
    let exchanged = ColorPrimaries {
        red: bt709.green,
        green: bt709.red,
        blue: bt709.blue,
    };
    swapped.update_rgb_colorimetry(moxcms::white_point_d65(), exchanged);
    swapped.cicp = None;
    let icc = swapped.encode().expect("encodes");
    let photo = full(&encoded(95, Some(icc)));
    assert_near(middles(&photo), QUARTERS.map(|[r, g, b]| [g, r, b]), 8);
    assert!(photo.notes.is_empty());
    let broken = full(&encoded(95, Some(vec![7; 300])));
    assert_near(middles(&broken), QUARTERS, 8);
    assert_eq!(broken.notes, [PhotoNote::BrokenIccIgnored]);
}

#[test]
fn a_cut_file_is_used_from_half_of_its_rows() {
    let sample = |x: u32, y: u32| [(x * 37 + y * 11) as u8, 90, 200, 0];
    let mut jpeg = flat(3, &sample);
    jpeg.blocks = (64, 64);
    let file = jpeg.bytes();
    let whole = full(&file);
    let most = full(&file[..file.len() * 8 / 10]);
    let [
        PhotoNote::TruncatedTail {
            rows_used,
            rows_declared,
        },
    ] = most.notes[..]
    else {
        panic!("{:?}", most.notes)
    };
    assert_eq!((rows_declared, most.height_px), (512, rows_used));
    assert!((256..420).contains(&rows_used), "{rows_used}");
    // What is there is the picture itself, with no grey below.
    assert_eq!(most.rgb, whole.rgb[..most.rgb.len()]);
    let error = load_full(&file[..file.len() * 4 / 10], &Limits::default()).unwrap_err();
    assert!(matches!(error, PhotoError::Truncated { .. }), "{error:?}");
    assert!(load_full(&file[..100], &Limits::default()).is_err());
}

#[test]
fn odd_sizes_keep_their_edges() {
    let sample = |x, y| with_fourth(ycc(quarter(x, y, 4, 6)), 0);
    let mut jpeg = flat(3, &sample);
    jpeg.trim = (7, 3);
    let photo = full(&jpeg.bytes());
    assert_eq!((photo.width_px, photo.height_px), (25, 45));
    assert_near([pixel(&photo, 24, 44); 4], [QUARTERS[3]; 4], 3);
}
