//! Files with wrong bits.

use super::Made;
use crate::hostile::bases::Bases;
use crate::rng::Rng;

/// What counts as a file's head, in bytes.
const HEAD_BYTES: usize = 256;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let base = bases.turn(turn);
    let mut file = base.bytes.clone();
    let count = 1 << rng.below(6);
    let what = match turn / 2 % 2 {
        0 => {
            let head = file.len().min(HEAD_BYTES);
            bits(&mut file[..head], count, rng);
            "head"
        }
        _ => {
            bits(&mut file, count, rng);
            "body"
        }
    };
    Made::of(base, &format!("{what}-{count}"), file)
}

/// Flips so many bits, some perhaps twice.
pub(super) fn bits(bytes: &mut [u8], count: u32, rng: &mut Rng) {
    for _ in 0..count {
        let at = rng.below(bytes.len() as u32) as usize;
        let bit = rng.below(8);
        // Without bytes there is nothing to flip.
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
    }
}
