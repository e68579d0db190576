//! Streams that become others in the middle.

use super::{Made, again};
use crate::hostile::bases::Bases;
use crate::rng::Rng;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let count = bases.changing.len() as u32;
    let base = &bases.changing[(turn % count) as usize];
    // In further rounds the streams take turns, and are damaged on top of it.
    let times = 1 + turn / count % 4;
    let bytes = match base.extension {
        // What has an index or a header of its own cannot simply be repeated.
        "avi" | "mp4" => base.bytes.clone(),
        _ => base.bytes.repeat(times as usize),
    };
    again(
        Made::of(base, &format!("times-{times}"), bytes),
        turn / count,
        rng,
    )
}
