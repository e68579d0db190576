use std::io::Cursor;

use image::{DynamicImage, ImageEncoder, ImageFormat};
use moxcms::ColorProfile;

use super::make::png::{Png, chunk, stored_zlib, with_chunks};
use super::make::{gif, tiff::tiff};
use super::*;

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).expect("encodes");
    file.into_inner()
}

#[test]
fn lossless_formats_keep_every_pixel() {
    let image = DynamicImage::from(rgb_image(31, 17));
    for format in [
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
    ] {
        let photo = full(&encode(&image, format));
        assert_eq!(photo.rgb, quarters(31, 17), "{format:?}");
        assert_eq!((photo.alpha, photo.notes), (None, vec![]), "{format:?}");
    }
}

#[test]
fn alpha_survives_and_opaque_alpha_is_dropped() {
    let sheer = image::RgbaImage::from_fn(8, 8, |x, _| image::Rgba([200, 100, 50, x as u8 * 36]));
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let file = encode(&sheer.clone().into(), format);
        let info = probe(&file, &Limits::default()).unwrap();
        assert!(info.has_alpha, "{format:?}");
        let photo = full(&file);
        let alpha = photo.alpha.expect("not opaque");
        assert_eq!(
            alpha[..8],
            [0, 36, 72, 108, 144, 180, 216, 252],
            "{format:?}"
        );
        assert_eq!(photo.rgb[3..6], [200, 100, 50]);
        let opaque = DynamicImage::from(rgb_image(8, 8)).into_rgba8();
        assert_eq!(full(&encode(&opaque.into(), format)).alpha, None);
    }
}

#[test]
fn sixteen_bits_are_rounded_only_at_the_end() {
    let ramp = image::ImageBuffer::from_fn(64, 4, |x, _| {
        image::Rgb([x as u16 * 1000, 128 * 257 + 128, 65_535 - x as u16])
    });
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let file = encode(&DynamicImage::ImageRgb16(ramp.clone()), format);
        let photo = full(&file);
        for x in 0..64_u32 {
            let expected = [(f64::from(x) * 1000.0 / 257.0).round() as u8, 128, 255];
            assert_eq!(pixel(&photo, x, 0), expected, "{format:?}");
        }
        // An average of values between two steps of eight bits: rounding first could not tell them apart.
        let small = cover(&file, 2, 4);
        assert_eq!(small.width_px, 2);
    }
}

#[test]
fn grey_and_grey_with_alpha_spread_to_three_channels() {
    let grey = image::GrayImage::from_fn(9, 5, |x, y| image::Luma([(x * 20 + y) as u8]));
    for format in [ImageFormat::Png, ImageFormat::Tiff, ImageFormat::Bmp] {
        let photo = full(&encode(&grey.clone().into(), format));
        assert_eq!(pixel(&photo, 3, 2), [62; 3], "{format:?}");
    }
    let sheer = image::GrayAlphaImage::from_fn(4, 4, |x, _| image::LumaA([90, x as u8 * 80]));
    let photo = full(&encode(&sheer.into(), ImageFormat::Png));
    assert_eq!(pixel(&photo, 2, 2), [90; 3]);
    assert_eq!(photo.alpha.expect("not opaque")[..4], [0, 80, 160, 240]);
}

#[test]
fn a_palette_with_transparency_comes_out_as_colour_and_alpha() {
    let file = Png {
        width: 4,
        height: 1,
        bit_depth: 2,
        colour_type: 3,
        interlaced: false,
        extra: &[
            (b"PLTE", QUARTERS.as_flattened()),
            (b"tRNS", &[255, 128, 0]),
        ],
        scanlines: &[0, 0b00_01_10_11],
    }
    .bytes();
    let photo = full(&file);
    assert_eq!(photo.rgb, QUARTERS.as_flattened());
    assert_eq!(photo.alpha, Some(vec![255, 128, 0, 255]));
}

#[test]
fn an_interlaced_png_is_put_together() {
    // Adam7: x and y start, x and y step of each pass.
    const PASSES: [[usize; 4]; 7] = [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
    ];
    let (width, height) = (13, 11);
    let pixels = quarters(width, height);
    let mut scanlines = Vec::new();
    for [x0, y0, dx, dy] in PASSES {
        for y in (y0..height as usize).step_by(dy) {
            scanlines.push(0);
            for x in (x0..width as usize).step_by(dx) {
                let at = (y * width as usize + x) * 3;
                scanlines.extend(&pixels[at..at + 3]);
            }
        }
    }
    let file = Png {
        width,
        height,
        bit_depth: 8,
        colour_type: 2,
        interlaced: true,
        extra: &[],
        scanlines: &scanlines,
    }
    .bytes();
    assert_eq!(full(&file).rgb, pixels);
}

#[test]
fn a_gif_gives_its_first_frame_on_its_canvas() {
    let file = gif::small_frame();
    let info = probe(&file, &Limits::default()).unwrap();
    assert!(info.animated && info.has_alpha);
    let photo = full(&file);
    assert_eq!((photo.width_px, photo.height_px), (4, 4));
    let alpha = photo.alpha.clone().expect("the canvas shows");
    let visible: Vec<usize> = (0..16).filter(|&at| alpha[at] == 255).collect();
    assert_eq!(visible, [5, 6, 10]);
    assert_eq!(pixel(&photo, 1, 1), [255, 0, 0]);
    assert_eq!(pixel(&photo, 2, 1), [0, 255, 0]);
    assert_eq!(pixel(&photo, 2, 2), [255, 0, 0]);
}

#[test]
fn an_animated_png_gives_its_default_image() {
    let still = encode(&rgb_image(8, 8).into(), ImageFormat::Png);
    let control = |number: u8| {
        let mut data = vec![0, 0, 0, number];
        data.extend([
            0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 10, 0, 0,
        ]);
        chunk(b"fcTL", &data)
    };
    let animation = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let mut file = with_chunks(&still, &[animation, control(0)]);
    let second = [&[0, 0, 0, 2][..], &stored_zlib(&[0; 25 * 8])].concat();
    let end = file.len() - 12;
    let tail = [control(1), chunk(b"fdAT", &second)].concat();
    file.splice(end..end, tail);
    assert!(probe(&file, &Limits::default()).unwrap().animated);
    assert_eq!(full(&file).rgb, quarters(8, 8));
}

#[test]
fn webp_lossy_and_animated() {
    assert_near(middles(&full(fixtures::WEBP_LOSSY)), QUARTERS, 12);
    let still = encode(&rgb_image(8, 8).into(), ImageFormat::WebP);
    let other = encode(&image::RgbImage::new(8, 8).into(), ImageFormat::WebP);
    let file = animated_webp(&[&still[12..], &other[12..]]);
    let info = probe(&file, &Limits::default()).unwrap();
    assert!(info.animated);
    assert_eq!(full(&file).rgb, quarters(8, 8));
}

/// An 8x8 animation of these image chunks.
fn animated_webp(frames: &[&[u8]]) -> Vec<u8> {
    let riff = |kind: &[u8], data: &[u8]| {
        let length = (data.len() as u32).to_le_bytes();
        [kind, &length, data, &vec![0; data.len() % 2]].concat()
    };
    let mut body = b"WEBP".to_vec();
    body.extend(riff(b"VP8X", &[2, 0, 0, 0, 7, 0, 0, 7, 0, 0]));
    body.extend(riff(b"ANIM", &[0, 0, 0, 0, 0, 0]));
    for frame in frames {
        let head = [0, 0, 0, 0, 0, 0, 7, 0, 0, 7, 0, 0, 100, 0, 0, 2];
        body.extend(riff(b"ANMF", &[&head[..], frame].concat()));
    }
    riff(b"RIFF", &body)
}

#[test]
fn tiff_with_inks_and_with_a_palette() {
    let tags = [(258, 3, vec![8; 4]), (262, 3, vec![5]), (277, 3, vec![4])];
    let inks = [0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 255, 255, 255, 0, 0];
    let photo = full(&tiff((2, 2), &tags, &inks));
    let expected = [255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 255];
    assert_eq!(photo.rgb, expected);
    let tags = [
        (258, 3, vec![8]),
        (262, 3, vec![3]),
        (277, 3, vec![1]),
        (320, 3, vec![0; 768]),
    ];
    let error = load_full(&tiff((2, 2), &tags, &[0; 4]), &Limits::default()).unwrap_err();
    assert!(error.is_unsupported(), "{error:?}");
}

#[test]
fn an_embedded_profile_is_converted_in_every_format_that_carries_one() {
    let p3 = ColorProfile::new_display_p3().encode().expect("encodes");
    let pixels: Vec<u8> = [200, 170, 80].repeat(64);
    let rgb = image::ExtendedColorType::Rgb8;
    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_icc_profile(p3.clone()).expect("supported");
    encoder.write_image(&pixels, 8, 8, rgb).expect("encodes");
    let mut webp = Vec::new();
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
    encoder.set_icc_profile(p3.clone()).expect("supported");
    encoder.write_image(&pixels, 8, 8, rgb).expect("encodes");
    let profile = p3.iter().map(|&byte| u32::from(byte)).collect();
    let tags = [
        (258, 3, vec![8, 8, 8]),
        (262, 3, vec![2]),
        (277, 3, vec![3]),
        (34_675, 7, profile),
    ];
    let tiff = tiff((8, 8), &tags, &pixels);
    for (name, file) in [("PNG", png), ("WebP", webp), ("TIFF", tiff)] {
        let photo = full(&file);
        assert_ne!(pixel(&photo, 4, 4), [200, 170, 80], "{name}");
        assert_near([pixel(&photo, 4, 4); 4], [[206, 169, 60]; 4], 2);
        assert!(photo.notes.is_empty());
    }
}
