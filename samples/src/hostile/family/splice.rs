//! Files put together from parts that do not belong together.

use super::Made;
use crate::hostile::bases::Bases;
use crate::rng::Rng;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let base = bases.turn(turn);
    let file = &base.bytes;
    let other = bases.any(rng);
    // Cuts at the borders of chunks where the form has some, which is where a reader notices least.
    let (a, b) = two_places(base.form.fields(file).iter().map(|f| f.at), file.len(), rng);
    let (what, bytes) = match turn / 3 % 5 {
        0 => (
            format!("with-{}", other.name),
            [&file[..a], &other.bytes[a.min(other.bytes.len())..]].concat(),
        ),
        1 => (
            format!("around-{}", other.name),
            [&file[..a], &other.bytes[..], &file[a..]].concat(),
        ),
        2 => ("part-twice".to_owned(), [&file[..b], &file[a..]].concat()),
        3 => ("part-missing".to_owned(), [&file[..a], &file[b..]].concat()),
        _ => (
            "parts-exchanged".to_owned(),
            [&file[..a], &file[b..], &file[a..b]].concat(),
        ),
    };
    Made::of(base, &what, bytes)
}

/// Two places in a file of this length, in their order.
fn two_places(
    borders: impl Iterator<Item = usize>,
    length: usize,
    rng: &mut Rng,
) -> (usize, usize) {
    let borders: Vec<usize> = borders.filter(|&at| at > 8 && at < length).collect();
    let mut pick = || match borders.len() {
        0 | 1 => rng.below(length as u32) as usize,
        count => borders[rng.below(count as u32) as usize],
    };
    let (one, two) = (pick(), pick());
    (one.min(two), one.max(two))
}
