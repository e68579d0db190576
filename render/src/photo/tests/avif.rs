use moxcms::ColorProfile;

use super::fixtures::{AV1_8BIT_601_FULL, AV1_10BIT_709_LIMITED, AV1_ALPHA};
use super::make::avif::{Avif, boxed};
use super::*;

fn file(colour: &[u8], properties: Vec<Vec<u8>>) -> Vec<u8> {
    Avif {
        colour,
        properties,
        ..Avif::default()
    }
    .bytes()
}

#[test]
fn matrix_range_and_depth_come_from_the_stream() {
    for colour in [AV1_8BIT_601_FULL, AV1_10BIT_709_LIMITED] {
        let photo = full(&file(colour, vec![]));
        assert_eq!((photo.width_px, photo.height_px), (64, 48));
        assert_near(middles(&photo), QUARTERS, 5);
        assert_eq!((&photo.alpha, photo.notes.len()), (&None, 0));
        assert_near(middles(&cover(&file(colour, vec![]), 32, 24)), QUARTERS, 5);
    }
}

#[test]
fn code_points_of_the_container_outrank_the_stream() {
    // The wrong matrix on purpose: the colours must change by what it says.
    let wrong = boxed(b"colr", b"nclx\0\x01\0\x0d\0\x09\x80");
    let photo = full(&file(AV1_8BIT_601_FULL, vec![wrong]));
    let [red, ..] = middles(&photo);
    // BT.2020 read from BT.601 red: R = Y + 1.4746 V with Y 0.299, V 0.5; G and B by the same rule.
    assert!(red[0] == 255 && red[1] < 20, "{red:?}");
    assert!(middles(&photo)[3] != middles(&full(&file(AV1_8BIT_601_FULL, vec![])))[3]);
}

#[test]
fn turning_mirroring_size_and_profile() {
    let properties = vec![
        boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 48]),
        boxed(b"irot", &[1]),
        boxed(b"imir", &[1]),
    ];
    let bytes = file(AV1_8BIT_601_FULL, properties);
    let info = probe(&bytes, &Limits::default()).unwrap();
    assert_eq!((info.width, info.height), (48, 64));
    // A quarter turn anticlockwise of 0 1 / 2 3 is 1 3 / 0 2; left and right exchanged: 3 1 / 2 0.
    let photo = full(&bytes);
    assert_near(
        middles(&photo),
        [3, 1, 2, 0].map(|at: usize| QUARTERS[at]),
        5,
    );
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    let profile = boxed(b"colr", &[b"prof", &p3[..]].concat());
    let photo = full(&file(AV1_8BIT_601_FULL, vec![profile]));
    assert_near([middles(&photo)[3]; 4], [[219, 173, 0]; 4], 7);
}

#[test]
fn the_alpha_item_makes_half_of_the_picture_invisible() {
    let bytes = Avif {
        colour: AV1_8BIT_601_FULL,
        alpha: Some(AV1_ALPHA),
        ..Avif::default()
    }
    .bytes();
    assert!(probe(&bytes, &Limits::default()).unwrap().has_alpha);
    let photo = full(&bytes);
    let alpha = photo.alpha.as_ref().expect("half of it is transparent");
    assert!(alpha[64 * 24 + 10] < 3 && alpha[64 * 24 + 50] > 252);
    assert_near([middles(&photo)[3]; 4], [QUARTERS[3]; 4], 5);
    let small = cover(&bytes, 32, 24);
    assert!(small.alpha.expect("still").contains(&0));
}

#[test]
fn other_major_brands_and_broken_streams() {
    for (brand, animated) in [(b"mif1", false), (b"avis", true)] {
        let bytes = Avif {
            colour: AV1_8BIT_601_FULL,
            major_brand: brand,
            ..Avif::default()
        }
        .bytes();
        assert_eq!(
            probe(&bytes, &Limits::default()).unwrap().animated,
            animated
        );
        assert_near(middles(&full(&bytes)), QUARTERS, 5);
    }
    let bytes = file(&AV1_8BIT_601_FULL[..20], vec![]);
    let error = load_full(&bytes, &Limits::default()).unwrap_err();
    assert!(error.is_damaged(), "{error:?}");
    let whole = file(AV1_8BIT_601_FULL, vec![]);
    for length in 0..whole.len() {
        assert!(load_full(&whole[..length], &Limits::default()).is_err());
    }
}
