use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use super::fixtures::{AV1_8BIT_601_FULL, AV1_ALPHA, WEBP_LOSSY};
use super::make::avif::Avif;
use super::make::jpeg::FlatJpeg;
use super::make::png::{Png, chunk, with_chunks, zeros_zlib};
use super::make::tiff::{directory, tiff};
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
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).expect("encodes");
    file.into_inner()
}

/// One picture of 64x48 in every format, and in every way in which one needs memory.
fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let rgb = DynamicImage::from(rgb_image(64, 48));
    let rgba = DynamicImage::from(rgb.to_rgba8());
    let float = DynamicImage::from(rgb.to_rgb32f());
    let avif = |alpha| {
        Avif {
            colour: AV1_8BIT_601_FULL,
            alpha,
            ..Avif::default()
        }
        .bytes()
    };
    vec![
        ("jpeg", encode(&rgb, ImageFormat::Jpeg)),
        ("progressive jpeg", scan_jpeg((8, 6), 3, true)),
        ("png", encode(&rgb, ImageFormat::Png)),
        (
            "16-bit png",
            encode(&rgb.to_rgba16().into(), ImageFormat::Png),
        ),
        ("lossy webp", WEBP_LOSSY.to_vec()),
        ("lossless webp", encode(&rgba, ImageFormat::WebP)),
        ("gif", encode(&rgba, ImageFormat::Gif)),
        ("avif", avif(None)),
        ("avif with alpha", avif(Some(AV1_ALPHA))),
        ("bmp", encode(&rgb, ImageFormat::Bmp)),
        ("tiff", encode(&rgb, ImageFormat::Tiff)),
        ("float tiff", encode(&float, ImageFormat::Tiff)),
    ]
}

#[test]
fn pixels_and_sides_are_held_at_their_limits_in_every_format() {
    for (name, file) in pictures() {
        let pixels = |max_pixels| Limits {
            max_pixels,
            ..Limits::default()
        };
        let side = |max_side_px| Limits {
            max_side_px,
            ..Limits::default()
        };
        let refused = [pixels(64 * 48 - 1), side(63)];
        let taken = [pixels(64 * 48), pixels(64 * 48 + 1), side(64), side(65)];
        for limits in refused {
            for outcome in [probe(&file, &limits), examine(&file, &limits)] {
                assert!(outcome.is_err_and(|error| error.is_limit()), "{name}");
            }
        }
        for limits in taken {
            assert!(probe(&file, &limits).is_ok(), "{name}");
            assert!(examine(&file, &limits).is_ok(), "{name}");
        }
    }
}

/// Decodes without a thought of what comes after.
fn decode_only(file: &[u8], limits: &Limits) -> Result<(), PhotoError> {
    let info = probe(file, limits)?;
    decode::decode(info.format, file, limits).map(drop)
}

/// What `act` needs: the number in its refusal.
fn needed(act: impl Fn(&Limits) -> Result<(), PhotoError>, from: u64) -> u64 {
    match act(&memory(from)) {
        Err(PhotoError::TooMuchMemory { needed_bytes, .. }) => needed_bytes,
        other => panic!("{other:?} with {from} bytes"),
    }
}

fn memory(max_alloc_bytes: u64) -> Limits {
    Limits {
        max_alloc_bytes,
        ..Limits::default()
    }
}

#[test]
fn memory_is_held_at_its_limit_in_every_format() {
    let mut shown = 0;
    for (name, file) in pictures() {
        let decode = |limits: &Limits| decode_only(&file, limits);
        let decoding = needed(decode, 4096);
        assert!(decoding > file.len() as u64, "{name}");
        assert!(decode(&memory(decoding - 1)).is_err(), "{name}");
        assert!(decode(&memory(decoding)).is_ok(), "{name}");
        assert!(decode(&memory(decoding + 1)).is_ok(), "{name}");
        // To show it takes more than to decode it in some formats, and that is held too.
        let show = |limits: &Limits| load_full(&file, limits).map(drop);
        if let Err(PhotoError::TooMuchMemory { needed_bytes, .. }) = show(&memory(decoding)) {
            assert!(show(&memory(needed_bytes - 1)).is_err(), "{name}");
            assert!(show(&memory(needed_bytes)).is_ok(), "{name}");
            assert!(show(&memory(needed_bytes + 1)).is_ok(), "{name}");
            shown += 1;
        }
    }
    assert!(shown >= 3, "{shown} formats");
}

#[test]
fn what_passes_an_examination_can_be_scaled_to_a_canvas() {
    let file = encode(&DynamicImage::from(rgb_image(64, 48)), ImageFormat::Png);
    let scaling = needed(|limits| examine(&file, limits).map(drop), 4 << 20);
    assert!(examine(&file, &memory(scaling - 1)).is_err());
    assert!(examine(&file, &memory(scaling)).is_ok());
    let target = CoverTarget {
        width_px: 1080,
        height_px: 1920,
        focus_x: 0.1,
        focus_y: 0.9,
    };
    assert!(load_cover(&file, &target, &memory(scaling)).is_ok());
    assert!(load_cover(&file, &target, &memory(scaling / 2)).is_err());
}

#[test]
fn a_picture_in_several_scans_needs_memory_for_all_of_it() {
    let [at_once, progressive] = [false, true].map(|p| scan_jpeg((64, 64), 3, p));
    let need = |file: &[u8]| needed(|limits| decode_only(file, limits), 4096);
    let beside_the_file = |file: &[u8]| need(file) - file.len() as u64;
    let coefficients = 512 * 512 * 3 * 2;
    assert_eq!(
        beside_the_file(&progressive),
        beside_the_file(&at_once) + coefficients
    );
}

#[test]
fn a_profile_that_inflates_without_end_is_left_out() {
    let picture = encode(&DynamicImage::from(rgb_image(64, 48)), ImageFormat::Png);
    let bomb = [b"icc\0\0", &zeros_zlib(200 << 20)[..]].concat();
    let file = with_chunks(&picture, &[chunk(b"iCCP", &bomb)]);
    assert!(file.len() < 2 << 20, "it is small");
    let photo = full(&file);
    assert_near(middles(&photo), QUARTERS, 0);
    // The same as text, which nobody unpacks.
    let text = [b"Raw profile type iptc\0\0", &zeros_zlib(200 << 20)[..]].concat();
    let file = with_chunks(&picture, &[chunk(b"zTXt", &text)]);
    assert_near(middles(&full(&file)), QUARTERS, 0);
}

#[test]
fn texts_beyond_their_share_are_refused() {
    let picture = encode(&DynamicImage::from(rgb_image(64, 48)), ImageFormat::Png);
    let with_text = |bytes: usize| {
        let text = [b"Comment\0", &vec![b'x'; bytes][..]].concat();
        with_chunks(&picture, &[chunk(b"tEXt", &text)])
    };
    let limits = Limits::default();
    assert!(examine(&with_text(4 << 20), &limits).is_ok());
    let error = examine(&with_text(17 << 20), &limits).expect_err("too long");
    assert!(error.is_limit(), "{error:?}");
}

#[test]
fn a_webp_chunk_that_claims_gigabytes_allocates_nothing() {
    let rgb = DynamicImage::from(rgb_image(64, 48));
    let simple = encode(&rgb, ImageFormat::WebP);
    // 64x48 with a profile, camera data and texts, all of which are lies.
    let header = [0x2C, 0, 0, 0, 63, 0, 0, 47, 0, 0];
    let mut file = b"RIFF\xF0\xFF\xFF\xFFWEBPVP8X\x0A\0\0\0".to_vec();
    file.extend(header);
    file.extend(&simple[12..]);
    for name in [b"EXIF", b"XMP ", b"ICCP"] {
        file.extend(name);
        file.extend(if name == b"ICCP" {
            [0xF0, 0xFF, 0xFF, 0xFF]
        } else {
            [0; 4]
        });
    }
    let photo = full(&file);
    assert_eq!((photo.rgb, photo.notes), (quarters(64, 48), vec![]));
}

#[test]
fn a_tiff_cannot_hide_sizes_in_tiles_and_strips() {
    let limits = Limits::default();
    let rgb = |entries: &[(u16, u16, Vec<u32>)]| {
        let common = [
            (256, 4, vec![4]),
            (257, 4, vec![4]),
            (258, 3, vec![8; 3]),
            (262, 3, vec![2]),
            (277, 3, vec![3]),
        ];
        [&common[..], entries].concat()
    };
    let tiles = |width| {
        let tags = [
            (259, 3, vec![1]),
            (322, 4, vec![width]),
            (323, 4, vec![16]),
            (324, 4, vec![8]),
            (325, 4, vec![16 * 16 * 3]),
        ];
        directory(rgb(&tags), &[90; 16 * 16 * 3])
    };
    assert!(examine(&tiles(16), &limits).is_ok());
    let error = examine(&tiles(0xFFFF_FFF0), &limits).expect_err("a row of 12 GB");
    assert!(error.is_limit(), "{error:?}");
    for method in [6, 7] {
        let tags = [
            (259, 3, vec![method]),
            (273, 4, vec![8]),
            (278, 4, vec![4]),
            (279, 4, vec![4]),
        ];
        let file = directory(rgb(&tags), &[0xFF, 0xD8, 0xFF, 0xD9]);
        let error = examine(&file, &limits).expect_err("pictures of their own");
        assert!(error.is_unsupported(), "{error:?}");
    }
    let tags = [(258, 3, vec![8; 3]), (262, 3, vec![2]), (277, 3, vec![3])];
    assert!(examine(&tiff((4, 4), &tags, &[90; 48]), &limits).is_ok());
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
