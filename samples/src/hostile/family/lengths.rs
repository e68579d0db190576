//! Files that lie about how long, how many and where.

use super::Made;
use crate::hostile::bases::Bases;
use crate::rng::Rng;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let base = bases.turn(turn);
    let mut file = base.bytes.clone();
    let fields = base.form.fields(&file);
    let Some(field) = fields.get(rng.below(fields.len() as u32) as usize) else {
        return Made::of(base, "without-fields", file);
    };
    let told = field.read(&file);
    let largest = u64::MAX >> (64 - 8 * field.bytes as u32);
    let (what, lie) = match (turn / 5 + turn) % 10 {
        0 => ("nought", 0),
        1 => ("one", 1),
        2 => ("less", told.wrapping_sub(1)),
        3 => ("more", told.wrapping_add(1)),
        4 => ("largest", largest),
        5 => ("half", largest >> 1),
        6 => ("negative", (largest >> 1) + 1),
        7 => ("file", file.len() as u64),
        8 => ("twice", told.wrapping_mul(2)),
        _ => ("random", rng.next_u64()),
    };
    field.write(&mut file, lie);
    Made::of(base, &format!("{}-{what}", field.label()), file)
}
