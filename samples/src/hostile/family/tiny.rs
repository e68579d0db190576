//! Files of nothing, one byte, or a part of a mark.

use super::Made;
use crate::hostile::Use;
use crate::hostile::bases::Bases;
use crate::rng::Rng;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let base = bases.turn(turn / 4);
    let usage = Use::ALL[turn as usize % Use::ALL.len()];
    let head = |length: usize| base.bytes[..length.min(base.bytes.len())].to_vec();
    let (what, bytes) = match turn % 5 {
        0 => ("empty", Vec::new()),
        1 => ("byte", vec![rng.below(256) as u8]),
        2 => ("mark", head(1 + rng.below(16) as usize)),
        3 => ("zeros", vec![0; rng.below(4096) as usize]),
        _ => ("ones", vec![0xFF; rng.below(4096) as usize]),
    };
    let label = format!("{}-{what}-{}", base.name, bytes.len());
    Made::new(label, base.extension, usage, bytes)
}
