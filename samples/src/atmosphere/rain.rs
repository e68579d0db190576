//! Golden rain: fine streaks in three depths, each falling a whole number of times per loop.

use super::plate::Plate;
use crate::rng::Rng;
use std::f32::consts::TAU;

struct Drop {
    x: f32,
    /// Share of its way done at the start of the loop.
    phase: f32,
    /// Falls per loop.
    falls: f32,
    length: f32,
    sigma: f32,
    power: f32,
    /// Periods per loop and phase of its shimmer.
    shimmer: (f32, f32),
    spark: bool,
}

/// All drops, and what each leaves hanging in the air.
pub(super) struct Rain {
    drops: Vec<Drop>,
}

impl Rain {
    pub fn new(rng: &Rng, density: f32) -> Self {
        let layer = |label: u64, count: f32, make: &dyn Fn(&mut Rng) -> Drop| {
            let mut rng = rng.fork(label);
            (0..(count * density) as u32)
                .map(|_| make(&mut rng))
                .collect::<Vec<_>>()
        };
        let mut drops = layer(1, 210.0, &far);
        drops.extend(layer(2, 110.0, &middle));
        drops.extend(layer(3, 26.0, &near));
        Self { drops }
    }

    pub fn draw(&self, at: f32, plate: &mut Plate) {
        for drop in &self.drops {
            let way = 1920.0 + drop.length + 20.0;
            let head = (drop.phase + drop.falls * at).fract() * way;
            let shimmer = 0.72 + 0.28 * (TAU * (drop.shimmer.0 * at + drop.shimmer.1)).sin();
            let power = drop.power * shimmer;
            plate.streak((drop.x, head), drop.length, drop.sigma, power);
            if drop.spark {
                plate.point((drop.x, head), drop.sigma * 1.5, power * 0.9);
                plate.point((drop.x, head), drop.sigma * 6.0, power * 0.10);
            }
        }
    }
}

/// Denser towards the sides, where a photo leaves room.
fn column(rng: &mut Rng) -> f32 {
    if rng.unit() < 0.42 {
        let off = 130.0 * rng.unit();
        if rng.unit() < 0.5 { off } else { 1080.0 - off }
    } else {
        rng.range(0.0, 1080.0)
    }
}

fn drop(rng: &mut Rng, falls: f32) -> Drop {
    Drop {
        x: column(rng),
        phase: rng.unit(),
        falls,
        length: 0.0,
        sigma: 0.0,
        power: 0.0,
        shimmer: (2.0 + rng.below(9) as f32, rng.unit()),
        spark: false,
    }
}

fn far(rng: &mut Rng) -> Drop {
    let falls = 1.0 + rng.below(2) as f32;
    Drop {
        length: rng.range(60.0, 170.0),
        sigma: rng.range(0.7, 0.95),
        power: rng.range(0.16, 0.42),
        ..drop(rng, falls)
    }
}

fn middle(rng: &mut Rng) -> Drop {
    let falls = 1.0 + rng.below(2) as f32;
    Drop {
        length: rng.range(140.0, 340.0),
        sigma: rng.range(0.95, 1.35),
        power: rng.range(0.40, 1.0),
        spark: rng.unit() < 0.5,
        ..drop(rng, falls)
    }
}

/// Out of focus and close: wide, long, dim.
fn near(rng: &mut Rng) -> Drop {
    Drop {
        length: rng.range(380.0, 620.0),
        sigma: rng.range(2.6, 5.5),
        power: rng.range(0.09, 0.2),
        ..drop(rng, 2.0)
    }
}
