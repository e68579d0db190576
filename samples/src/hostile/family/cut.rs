//! Files that end too early.

use super::Made;
use crate::hostile::bases::{Base, Bases};
use crate::rng::Rng;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let base = bases.turn(turn);
    let (what, length) = place(base, turn / 7 + turn, rng);
    Made::of(
        base,
        what,
        base.bytes[..length.min(base.bytes.len())].to_vec(),
    )
}

/// A kind of place, and the length up to one of that kind.
fn place(base: &Base, kind: u32, rng: &mut Rng) -> (&'static str, usize) {
    let length = base.bytes.len() as u32;
    let fields = base.form.fields(&base.bytes);
    let field = (!fields.is_empty()).then(|| fields[rng.below(fields.len() as u32) as usize]);
    let anywhere = ("anywhere", rng.below(length) as usize);
    match (kind % 6, field) {
        (0, _) => ("in-head", 1 + rng.below(64) as usize),
        (1, _) => ("in-tail", length.saturating_sub(1 + rng.below(16)) as usize),
        (2, Some(field)) => ("before-field", field.at),
        (3, Some(field)) => ("in-field", field.at + field.bytes / 2),
        (4, Some(field)) => ("after-field", field.at + field.bytes),
        _ => anywhere,
    }
}
