use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use super::*;

fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let image: DynamicImage = image.into();
    image
        .write_to(&mut file, ImageFormat::Png)
        .expect("encodes");
    file.into_inner()
}

#[test]
fn the_focus_chooses_what_stays() {
    let file = png(rgb_image(80, 40));
    let at = |focus_x| {
        let target = CoverTarget {
            width_px: 20,
            height_px: 40,
            focus_x,
            focus_y: 0.5,
        };
        let photo = load_cover(&file, &target, &Limits::default()).unwrap();
        [pixel(&photo, 2, 10), pixel(&photo, 17, 10)]
    };
    assert_eq!(at(0.0), [QUARTERS[0]; 2]);
    assert_eq!(at(1.0), [QUARTERS[1]; 2]);
    assert_eq!(at(0.5), [QUARTERS[0], QUARTERS[1]]);
}

#[test]
fn small_photos_are_enlarged_and_said_to_be() {
    let twice = cover(&png(rgb_image(20, 20)), 40, 40);
    assert_eq!(twice.notes, []);
    let more = cover(&png(rgb_image(20, 20)), 42, 42);
    assert_eq!(more.notes, [PhotoNote::UpscaledMoreThan2x]);
    assert_near(middles(&more), QUARTERS, 1);
    let dot = cover(&png(rgb_image(1, 1)), 945, 1680);
    assert!(dot.rgb.chunks_exact(3).all(|p| p == QUARTERS[0]));
    assert_eq!((dot.width_px, dot.height_px), (945, 1680));
}

#[test]
fn thin_and_odd_pictures_cover_any_target() {
    for (w, h) in [(1, 900), (900, 1), (3, 7), (17, 31)] {
        for (tw, th) in [(1, 1), (945, 1680), (7, 3)] {
            let photo = cover(&png(rgb_image(w, h)), tw, th);
            assert_eq!(photo.rgb.len() as u32, tw * th * 3);
        }
    }
}

#[test]
fn invisible_colour_does_not_bleed_at_any_depth() {
    let eight = image::RgbaImage::from_fn(16, 4, |x, _| match x % 2 {
        0 => image::Rgba([0, 255, 0, 0]),
        _ => image::Rgba([255, 0, 0, 255]),
    });
    let wide = image::ImageBuffer::from_fn(16, 4, |x, _| match x % 2 {
        0 => image::Rgba([0, 65_535_u16, 0, 0]),
        _ => image::Rgba([65_535, 0, 0, 65_535]),
    });
    for file in [png(eight), png(DynamicImage::ImageRgba16(wide))] {
        let photo = cover(&file, 8, 2);
        let alpha = photo.alpha.as_ref().expect("half transparent");
        for (colour, &a) in photo.rgb.chunks_exact(3).zip(alpha) {
            assert!((100..156).contains(&a), "{a}");
            assert!(colour[0] > 250 && colour[1] < 5, "{colour:?}");
        }
    }
}

#[test]
fn scale_to_gives_exactly_the_size_asked_for() {
    let frame = image::RgbaImage::from_fn(20, 30, |x, y| {
        let inside = (4..16).contains(&x) && (4..26).contains(&y);
        image::Rgba([212, 175, 55, if inside { 0 } else { 255 }])
    });
    let scaled = scale_to(&full(&png(frame)), 1080, 1920).unwrap();
    assert_eq!((scaled.width_px, scaled.height_px), (1080, 1920));
    let alpha = scaled.alpha.as_ref().expect("a window in the middle");
    assert_eq!(alpha[960 * 1080 + 540], 0);
    assert_eq!((alpha[0], pixel(&scaled, 0, 0)), (255, [212, 175, 55]));
    // Gold wherever it can be seen, half-transparent edges included.
    for (colour, _) in scaled
        .rgb
        .chunks_exact(3)
        .zip(alpha)
        .filter(|(_, a)| **a > 64)
    {
        assert!(
            colour[0].abs_diff(212) <= 3 && colour[2].abs_diff(55) <= 3,
            "{colour:?}"
        );
    }
    let opaque = scale_to(&full(&png(rgb_image(8, 8))), 3, 5).unwrap();
    assert_eq!((opaque.rgb.len(), opaque.alpha), (45, None));
    assert!(matches!(scale_to(&scaled, 0, 5), Err(PhotoError::ZeroSize)));
}

#[test]
fn a_grey_ramp_keeps_its_mean_when_made_smaller() {
    let ramp = image::GrayImage::from_fn(400, 300, |x, _| image::Luma([(x * 255 / 399) as u8]));
    let photo = cover(&png(ramp), 40, 30);
    let mean = photo.rgb.iter().map(|&v| f64::from(v)).sum::<f64>() / photo.rgb.len() as f64;
    assert!((mean - 127.25).abs() < 0.5, "{mean}");
    let row: Vec<u8> = (0..40).map(|x| pixel(&photo, x, 10)[0]).collect();
    assert!(row.windows(2).all(|pair| pair[0] < pair[1]), "{row:?}");
}
