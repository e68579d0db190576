//! Pictures of inks with the profile of the press they are meant for.

use super::make::icc::{Table, press};
use super::make::jpeg::{FlatJpeg, with_icc};
use super::make::tiff::tiff;
use super::*;

/// Amounts of ink of the four quarters, row by row.
const INKS: [[u8; 4]; 4] = [
    [0, 0, 0, 0],
    [26, 77, 153, 26],
    [204, 26, 51, 26],
    [13, 128, 64, 102],
];
/// What the press makes of them, in sRGB: its formula put through CIE L*a*b*, Bradford and the curve of IEC 61966-2-1
/// by hand. LittleCMS 2.14 reads the same from the profile, within one step.
const PRINTED: [[u8; 3]; 4] = [
    [255, 255, 255],
    [216, 162, 100],
    [69, 139, 159],
    [143, 95, 93],
];
/// What ideal inks would look like.
const IDEAL: [[u8; 3]; 4] = [
    [255, 255, 255],
    [206, 160, 92],
    [46, 206, 183],
    [145, 76, 115],
];
/// Steps of eight bits: tables of eight bits are no finer.
const TOLERANCE: u8 = 2;

/// Side of the TIFF in pixels and of the JPEG in blocks: scaled down from it, a corner takes nothing from the other
/// quarters.
const SIDE: u32 = 16;

/// The inks at a place of a picture of `SIDE` x `SIDE` parts.
fn inks(x: u32, y: u32) -> [u8; 4] {
    INKS[usize::from(x * 2 >= SIDE) + 2 * usize::from(y * 2 >= SIDE)]
}

/// A JPEG as Adobe's writers store it: inverted.
fn jpeg() -> Vec<u8> {
    FlatJpeg {
        blocks: (SIDE, SIDE),
        trim: (0, 0),
        components: 4,
        progressive: false,
        adobe: Some(0),
        exif: None,
        sample: &|x, y| inks(x, y).map(|ink| 255 - ink),
    }
    .bytes()
}

/// A TIFF with 8 or 16 bits an ink.
fn tiff_of(bits: u32, profile: Option<&[u8]>) -> Vec<u8> {
    let samples = (0..SIDE * SIDE).flat_map(|at| inks(at % SIDE, at / SIDE));
    let data: Vec<u8> = match bits {
        8 => samples.collect(),
        _ => samples
            .flat_map(|ink| (u16::from(ink) * 257).to_le_bytes())
            .collect(),
    };
    let mut tags = vec![
        (258, 3, vec![bits; 4]),
        (262, 3, vec![5]),
        (277, 3, vec![4]),
    ];
    if let Some(profile) = profile {
        let bytes = profile.iter().map(|&byte| u32::from(byte)).collect();
        tags.push((34_675, 7, bytes));
    }
    tiff((SIDE, SIDE), &tags, &data)
}

/// Looks at the picture at its own size and scaled down.
#[track_caller]
fn assert_shows(file: &[u8], want: [[u8; 3]; 4]) {
    for photo in [full(file), cover(file, SIDE / 2, SIDE / 2)] {
        assert_near(corners(&photo), want, TOLERANCE);
        assert!(photo.notes.is_empty(), "{:?}", photo.notes);
    }
}

/// The outermost pixel of each quarter.
fn corners(photo: &Photo) -> [[u8; 3]; 4] {
    let (right, bottom) = (photo.width_px - 1, photo.height_px - 1);
    [(0, 0), (right, 0), (0, bottom), (right, bottom)].map(|(x, y)| pixel(photo, x, y))
}

#[test]
fn the_profile_of_a_press_decides_what_its_inks_look_like() {
    for table in [Table::Lut8, Table::Lut16] {
        let profile = press(table);
        assert_shows(&with_icc(&jpeg(), &profile), PRINTED);
        assert_shows(&tiff_of(8, Some(&profile)), PRINTED);
        assert_shows(&tiff_of(16, Some(&profile)), PRINTED);
    }
}

#[test]
fn inks_without_a_profile_are_ideal_ones() {
    assert_shows(&jpeg(), IDEAL);
    assert_shows(&tiff_of(8, None), IDEAL);
    assert_shows(&tiff_of(16, None), IDEAL);
}

#[test]
fn a_profile_of_another_kind_of_picture_is_ignored_with_a_note() {
    let rgb = moxcms::ColorProfile::new_display_p3();
    let rgb = rgb.encode().expect("encodes");
    for file in [with_icc(&jpeg(), &rgb), tiff_of(8, Some(&rgb))] {
        let photo = full(&file);
        assert_near(corners(&photo), IDEAL, TOLERANCE);
        assert_eq!(photo.notes, [PhotoNote::BrokenIccIgnored]);
    }
}

#[test]
fn the_memory_of_all_four_inks_counts() {
    let file = tiff_of(8, None);
    let limited = |max_alloc_bytes| {
        let limits = Limits {
            max_alloc_bytes,
            ..Limits::default()
        };
        decode::decode(Format::Tiff, &file, &limits).map(drop)
    };
    let needed = u64::from(SIDE * SIDE * 4) + file.len() as u64;
    assert!(limited(needed).is_ok() && limited(needed + 1).is_ok());
    let error = limited(needed - 1).expect_err("one byte short");
    assert!(error.is_limit(), "{error:?}");
}
