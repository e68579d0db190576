//! sRGB ↔ limited-range BT.709 Y′CbCr.
//!
//! Coefficients: ITU-R BT.709-6, section 3 (Kr = 0.2126, Kb = 0.0722) and 8-bit quantisation (Y′ 16–235, C 16–240).
//! sRGB and BT.709 share primaries; as every player does, the R′G′B′ values are taken over unchanged.

const KR: f64 = 0.2126;
const KB: f64 = 0.0722;
const KG: f64 = 1.0 - KR - KB;

/// Fixed-point fraction bits of the integer conversions below.
const BITS: u32 = 16;

const fn fixed(value: f64) -> i32 {
    let scaled = value * (1u32 << BITS) as f64;
    if scaled < 0.0 {
        (scaled - 0.5) as i32
    } else {
        (scaled + 0.5) as i32
    }
}

const Y_SCALE: f64 = 219.0 / 255.0;
const C_SCALE: f64 = 224.0 / 255.0;
/// Weights of (R, G, B) in Y′, Cb and Cr; each chroma row sums to zero so that greys stay exactly neutral.
const Y_ROW: [i32; 3] = [
    fixed(KR * Y_SCALE),
    fixed(KG * Y_SCALE),
    fixed(KB * Y_SCALE),
];
const CB_R: i32 = fixed(-KR / (2.0 * (1.0 - KB)) * C_SCALE);
const CB_B: i32 = fixed(0.5 * C_SCALE);
const CB_ROW: [i32; 3] = [CB_R, -CB_R - CB_B, CB_B];
const CR_R: i32 = fixed(0.5 * C_SCALE);
const CR_B: i32 = fixed(-KB / (2.0 * (1.0 - KR)) * C_SCALE);
const CR_ROW: [i32; 3] = [CR_R, -CR_R - CR_B, CR_B];

/// An 8-bit Y′CbCr triple, limited range.
pub type Ycc = [u8; 3];

/// An 8-bit sRGB triple.
pub type Rgb = [u8; 3];

/// Gold of the procedural frame: #D4AF37.
pub const GOLD: Rgb = [0xD4, 0xAF, 0x37];

/// Ground of every video (Z0): #050505.
pub const GROUND: Rgb = [5, 5, 5];

/// Y′ of one pixel whose channels are scaled by `unit` (1 for plain bytes, 255 × n for sums of premultiplied ones), times `unit`.
#[inline]
pub(super) fn luma_of([r, g, b]: [i32; 3]) -> i32 {
    (Y_ROW[0] * r + Y_ROW[1] * g + Y_ROW[2] * b + (16 << BITS) + (1 << (BITS - 1))) >> BITS
}

/// Weighted chroma sums of a pixel, in 1/2¹⁶ and without the offset of 128.
#[inline]
pub(super) fn chroma_sums([r, g, b]: [i64; 3]) -> [i64; 2] {
    let dot = |row: [i32; 3]| i64::from(row[0]) * r + i64::from(row[1]) * g + i64::from(row[2]) * b;
    [dot(CB_ROW), dot(CR_ROW)]
}

/// Chroma of a pixel given as the sum over `1 << shift` samples.
#[inline]
pub(super) fn chroma_of_sum([r, g, b]: [i32; 3], shift: u32) -> [u8; 2] {
    let total = BITS + shift;
    let offset = (128i32 << BITS) << shift;
    let round = 1i32 << (total - 1);
    let one = |row: [i32; 3]| {
        let sum = row[0] * r + row[1] * g + row[2] * b;
        ((sum + offset + round) >> total) as u8
    };
    [one(CB_ROW), one(CR_ROW)]
}

/// The 8-bit triple whose *decoded* colour lies nearest to `rgb`.
///
/// Rounding each of Y′, Cb and Cr by itself can leave an error of 2 in one channel after decoding; trying the
/// neighbours of the rounded triple finds the best representable colour.
pub fn nearest_ycc(rgb: Rgb) -> Ycc {
    let wide = rgb.map(i32::from);
    let y = luma_of(wide);
    let [cb, cr] = chroma_of_sum(wide, 0).map(i32::from);
    let mut best = ([0u8; 3], i32::MAX);
    for dy in -1..=1 {
        for du in -1..=1 {
            for dv in -1..=1 {
                let ycc = [y + dy, cb + du, cr + dv].map(|v| v.clamp(1, 254) as u8);
                let decoded = to_rgb(ycc);
                let error: i32 = (0..3)
                    .map(|i| (i32::from(decoded[i]) - wide[i]).pow(2))
                    .sum();
                // On a tie the plainly rounded triple wins, so that greys stay neutral.
                let distance = error * 8 + dy * dy + du * du + dv * dv;
                if distance < best.1 {
                    best = (ycc, distance);
                }
            }
        }
    }
    best.0
}

/// sRGB of one Y′CbCr triple, rounded and clamped: what a correct BT.709 player shows.
pub fn to_rgb([y, cb, cr]: Ycc) -> Rgb {
    let y = (f64::from(y) - 16.0) / 219.0;
    let cb = (f64::from(cb) - 128.0) / 224.0;
    let cr = (f64::from(cr) - 128.0) / 224.0;
    let r = y + 2.0 * (1.0 - KR) * cr;
    let b = y + 2.0 * (1.0 - KB) * cb;
    let g = (y - KR * r - KB * b) / KG;
    [r, g, b].map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8)
}

/// As [`to_rgb`] in integers, for whole pictures; at most 1 off.
#[inline]
pub(super) fn to_rgb_fast([y, cb, cr]: Ycc) -> Rgb {
    const Y: i32 = fixed(255.0 / 219.0);
    const R_CR: i32 = fixed(2.0 * (1.0 - KR) * 255.0 / 224.0);
    const B_CB: i32 = fixed(2.0 * (1.0 - KB) * 255.0 / 224.0);
    const G_CB: i32 = fixed(-2.0 * (1.0 - KB) * KB / KG * 255.0 / 224.0);
    const G_CR: i32 = fixed(-2.0 * (1.0 - KR) * KR / KG * 255.0 / 224.0);
    let [cb, cr] = [cb, cr].map(|c| i32::from(c) - 128);
    let y = (i32::from(y) - 16) * Y + (1 << (BITS - 1));
    [y + R_CR * cr, y + G_CB * cb + G_CR * cr, y + B_CB * cb]
        .map(|v| (v >> BITS).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst_error(rgb: Rgb, ycc: Ycc) -> i32 {
        let decoded = to_rgb(ycc);
        (0..3)
            .map(|i| (i32::from(decoded[i]) - i32::from(rgb[i])).abs())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn gold_survives_within_one() {
        assert!(worst_error(GOLD, nearest_ycc(GOLD)) <= 1);
    }

    #[test]
    fn greys_are_neutral_and_the_ends_are_the_nominal_ones() {
        for v in 0..=255u8 {
            let ycc = nearest_ycc([v; 3]);
            assert_eq!(&ycc[1..], &[128, 128], "grey {v}");
            assert!(worst_error([v; 3], ycc) <= 1);
        }
        assert_eq!(nearest_ycc([0; 3]), [16, 128, 128]);
        assert_eq!(nearest_ycc([255; 3]), [235, 128, 128]);
    }

    #[test]
    fn a_colour_cube_round_trips_within_two() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let rgb = [r, g, b].map(|v: i32| v as u8);
                    assert!(worst_error(rgb, nearest_ycc(rgb)) <= 2, "{rgb:?}");
                }
            }
        }
    }

    #[test]
    fn the_fast_way_back_agrees_with_the_exact_one() {
        for y in (0..=255).step_by(5) {
            for cb in (0..=255).step_by(5) {
                for cr in (0..=255).step_by(5) {
                    let ycc = [y, cb, cr].map(|v: i32| v as u8);
                    for (fast, exact) in to_rgb_fast(ycc).iter().zip(to_rgb(ycc)) {
                        assert!(fast.abs_diff(exact) <= 1, "{ycc:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_sum_of_equal_pixels_has_the_chroma_of_one() {
        let rgb = [201, 33, 90];
        assert_eq!(chroma_of_sum(rgb.map(|v| v * 8), 3), chroma_of_sum(rgb, 0));
    }
}
