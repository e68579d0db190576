use super::make::jpeg::FlatJpeg;
use super::make::png::Png;
use super::*;

fn scan_jpeg(blocks: (u32, u32), components: usize, progressive: bool) -> Vec<u8> {
    FlatJpeg {
        blocks,
        trim: (0, 0),
        components,
        progressive,
        adobe: None,
        exif: None,
        sample: &|x, _| [x as u8; 4],
    }
    .bytes()
}

/// A grey PNG of one bit a pixel that promises this size, with only `rows` rows of data.
fn bitmap_png(width: u32, height: u32, rows: usize) -> Vec<u8> {
    let row = 1 + width.div_ceil(8) as usize;
    Png {
        width,
        height,
        bit_depth: 1,
        colour_type: 0,
        interlaced: false,
        extra: &[],
        scanlines: &[&[0][..], &vec![0xFF; row - 1]].concat().repeat(rows),
    }
    .bytes()
}

#[test]
fn a_scan_of_108_megapixels_passes() {
    let png = bitmap_png(12_000, 9_000, 9_000);
    let photo = cover(&png, 90, 160);
    assert!(photo.rgb.iter().all(|&v| v == 255));
    let jpeg = scan_jpeg((1500, 1125), 1, false);
    let info = probe(&jpeg, &Limits::default()).unwrap();
    assert_eq!((info.width, info.height), (12_000, 9_000));
    assert_eq!(cover(&jpeg, 90, 160).rgb.len(), 90 * 160 * 3);
}

#[test]
fn declared_sizes_are_refused_before_anything_is_allocated() {
    let limits = Limits::default();
    for (width, height) in [(16_384, 7_325), (12_000, 10_001)] {
        let error = load_full(&bitmap_png(width, height, 1), &limits).unwrap_err();
        assert!(
            matches!(error, PhotoError::TooManyPixels { .. }),
            "{error:?}"
        );
    }
    for (width, height) in [(16_385, 1), (1, 70_000), (0x7FFF_FFFF, 0x7FFF_FFFF)] {
        let mut file = bitmap_png(8, 8, 8);
        let header = [u32::to_be_bytes(width), u32::to_be_bytes(height)].concat();
        let body = [b"IHDR", &header[..], &[1, 0, 0, 0, 0]].concat();
        file.splice(8..33, super::make::png::chunk(b"IHDR", &body[4..]));
        let error = probe(&file, &limits).unwrap_err();
        assert!(error.is_limit(), "{error:?}");
    }
    // 108 megapixels of three components fit, the coefficients of a progressive file do not.
    let limits = Limits {
        max_alloc_bytes: 64 * 64 * 3,
        ..Limits::default()
    };
    assert!(load_full(&scan_jpeg((8, 8), 3, false), &limits).is_ok());
    let error = load_full(&scan_jpeg((8, 8), 3, true), &limits).unwrap_err();
    assert!(
        matches!(error, PhotoError::TooMuchMemory { .. }),
        "{error:?}"
    );
}

#[test]
fn zero_sizes_are_errors_not_pictures() {
    let limits = Limits::default();
    let mut png = bitmap_png(8, 8, 8);
    let header = [0, 0, 0, 0, 0, 0, 0, 8, 1, 0, 0, 0, 0];
    png.splice(8..33, super::make::png::chunk(b"IHDR", &header));
    assert!(load_full(&png, &limits).is_err());
    let mut jpeg = scan_jpeg((2, 2), 1, false);
    let frame = jpeg.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0);
    assert!(matches!(
        load_full(&jpeg, &limits),
        Err(PhotoError::ZeroSize)
    ));
    let target = CoverTarget {
        width_px: 0,
        height_px: 10,
        focus_x: 0.5,
        focus_y: 0.5,
    };
    let sound = scan_jpeg((2, 2), 1, false);
    assert!(matches!(
        load_cover(&sound, &target, &limits),
        Err(PhotoError::ZeroSize)
    ));
}

#[test]
fn what_is_no_image_is_named_so() {
    for bytes in [&b""[..], b"\0", b"#EXTM3U\nfile:///etc/passwd\n", b"<html>"] {
        let error = load_full(bytes, &Limits::default()).unwrap_err();
        assert!(matches!(error, PhotoError::UnknownFormat) && error.is_unsupported());
        assert!(probe(bytes, &Limits::default()).is_err());
    }
}

#[test]
fn a_cut_png_is_refused() {
    let file = bitmap_png(64, 64, 64);
    for length in [20, 40, file.len() / 2, file.len() - 20] {
        let error = load_full(&file[..length], &Limits::default()).unwrap_err();
        assert!(error.is_damaged(), "{length}: {error:?}");
    }
}
