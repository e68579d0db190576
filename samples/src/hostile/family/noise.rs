//! The right mark, and then anything.

use super::Made;
use crate::hostile::bases::Bases;
use crate::rng::Rng;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let base = bases.turn(turn);
    let head = (4 + rng.below(60) as usize).min(base.bytes.len());
    // From some bytes to some ten thousand, as many short ones as long ones.
    let length = 1_u32 << (4 + rng.below(12));
    let noise = (0..rng.below(length)).map(|_| rng.next_u64() as u8);
    let bytes = base.bytes[..head].iter().copied().chain(noise).collect();
    Made::of(base, &format!("after-{head}"), bytes)
}
