//! AVX2 forms of the loops in [`super::scalar`], equal to them bit for bit.

use super::Group;
use std::arch::x86_64::*;

/// Filters four rows into `out`, which is as long as they are.
///
/// # Safety
/// The CPU must support AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn rows(rows: [&[u8]; 4], weights: [i8; 4], out: &mut [u8]) {
    let len = out.len();
    assert!(rows.iter().all(|row| row.len() == len) && len >= 32);
    let pair = |a: i8, b: i8| _mm256_set1_epi16(i16::from_le_bytes([a as u8, b as u8]));
    let (w01, w23) = (pair(weights[0], weights[1]), pair(weights[2], weights[3]));
    let mut x = 0;
    while x < len {
        // The last step overlaps the one before: every byte depends on its own column only.
        let at = x.min(len - 32);
        // SAFETY: at + 32 <= len, which is the length of all four rows and of `out`.
        unsafe {
            let load = |row: &[u8]| _mm256_loadu_si256(row.as_ptr().add(at).cast());
            let [a, b, c, d] = rows.map(load);
            let low = weigh(
                _mm256_unpacklo_epi8(a, b),
                _mm256_unpacklo_epi8(c, d),
                w01,
                w23,
            );
            let high = weigh(
                _mm256_unpackhi_epi8(a, b),
                _mm256_unpackhi_epi8(c, d),
                w01,
                w23,
            );
            _mm256_storeu_si256(
                out.as_mut_ptr().add(at).cast(),
                _mm256_packus_epi16(low, high),
            );
        }
        x += 32;
    }
}

/// Filters `row` into `out`, eight outputs a group.
///
/// # Safety
/// The CPU must support AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn columns(groups: &[Group], row: &[u8], out: &mut [u8]) {
    let whole = out.len() / 16;
    let mut targets = out.chunks_exact_mut(16);
    for (pair, target) in groups.chunks(2).zip(&mut targets) {
        target.copy_from_slice(&group_pair(&pair[0], &pair[1], row));
    }
    let rest = targets.into_remainder();
    if !rest.is_empty() {
        let first = &groups[2 * whole];
        let second = groups.get(2 * whole + 1).unwrap_or(first);
        rest.copy_from_slice(&group_pair(first, second, row)[..rest.len()]);
    }
}

/// Sixteen outputs of two groups.
#[target_feature(enable = "avx2")]
fn group_pair(first: &Group, second: &Group, row: &[u8]) -> [u8; 16] {
    let samples = join(load16(row, first.base), load16(row, second.base));
    let pick = |half: usize| {
        let mask = join(bytes(first.pick[half]), bytes(second.pick[half]));
        _mm256_shuffle_epi8(samples, mask)
    };
    let weights = |half: usize| {
        let unsigned = |w: [i8; 16]| bytes(w.map(|v| v as u8));
        join(
            unsigned(first.weights[half]),
            unsigned(second.weights[half]),
        )
    };
    let sums = weigh(pick(0), pick(1), weights(0), weights(1));
    let packed = _mm256_packus_epi16(sums, sums);
    // packus works within 128-bit lanes: the eight results of each group are its lane's low half.
    let together = _mm256_permute4x64_epi64::<0b00_00_10_00>(packed);
    let mut out = [0u8; 16];
    // SAFETY: `out` is 16 bytes.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), _mm256_castsi256_si128(together)) };
    out
}

/// `(p01·w01 + p23·w23 + 32) >> 6` in 16 lanes of 16 bits; no sum leaves 16 bits since weights stay within ±75.
#[target_feature(enable = "avx2")]
fn weigh(p01: __m256i, p23: __m256i, w01: __m256i, w23: __m256i) -> __m256i {
    let sum = _mm256_add_epi16(
        _mm256_maddubs_epi16(p01, w01),
        _mm256_maddubs_epi16(p23, w23),
    );
    _mm256_srai_epi16::<6>(_mm256_add_epi16(sum, _mm256_set1_epi16(32)))
}

#[target_feature(enable = "avx2")]
fn join(low: __m128i, high: __m128i) -> __m256i {
    _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high)
}

#[target_feature(enable = "avx2")]
fn load16(row: &[u8], base: u32) -> __m128i {
    let base = base as usize;
    let sixteen: [u8; 16] = row[base..base + 16].try_into().unwrap_or([0; 16]);
    bytes(sixteen)
}

#[target_feature(enable = "avx2")]
fn bytes(value: [u8; 16]) -> __m128i {
    // SAFETY: the array is 16 bytes, and the load needs no alignment.
    unsafe { _mm_loadu_si128(value.as_ptr().cast()) }
}
