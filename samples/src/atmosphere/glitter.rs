//! Glitter: tumbling flakes, dust, and discs of light out of focus.

use super::plate::Plate;
use crate::rng::Rng;
use std::f32::consts::TAU;

/// One mote. All times are shares of the loop.
struct Mote {
    at: (f32, f32),
    /// Way it drifts during one life, design px.
    drift: (f32, f32),
    /// Lives per loop, and where in its life it is at the start.
    lives: f32,
    phase: f32,
    /// Amplitude of the sideways sway, its periods per loop and phase.
    sway: (f32, f32, f32),
    size: f32,
    /// Light without a glint, and added by a full one.
    base: f32,
    glint: f32,
    tumble: [Tumble; 2],
}

/// One axis of a flake's tumbling: it flashes when it faces the light.
#[derive(Clone, Copy)]
struct Tumble {
    turns: f32,
    phase: f32,
    sharp: f32,
}

impl Tumble {
    fn new(rng: &mut Rng, turns: (u32, u32), sharp: (f32, f32)) -> Self {
        let turns = (turns.0 + rng.below(turns.1 - turns.0 + 1)) as f32;
        Self {
            turns,
            phase: rng.unit(),
            sharp: rng.range(sharp.0, sharp.1),
        }
    }

    /// Mirror lobe: cos^sharp of the angle to the light.
    fn flash(&self, at: f32) -> f32 {
        (TAU * (self.turns * at + self.phase))
            .cos()
            .max(0.0)
            .powf(self.sharp)
    }
}

impl Mote {
    /// Where it is and how brightly it shines at `at`.
    fn now(&self, at: f32) -> ((f32, f32), f32, f32) {
        let age = (self.lives * at + self.phase).fract();
        let swing = self.sway.0 * (TAU * (self.sway.1 * at + self.sway.2)).sin();
        let x = self.at.0 + self.drift.0 * (age - 0.5) + swing;
        let y = self.at.1 + self.drift.1 * (age - 0.5);
        // Born and gone in the dark, so a new life is no jump.
        let alive = (std::f32::consts::PI * age).sin().powf(0.8);
        let flash = self.tumble[0].flash(at) * self.tumble[1].flash(at);
        (
            (x, y),
            alive * (self.base + self.glint * flash),
            alive * flash,
        )
    }
}

/// All motes, by the way they are drawn.
pub(super) struct Glitter {
    dust: Vec<Mote>,
    flakes: Vec<Mote>,
    stars: Vec<Mote>,
    discs: Vec<Mote>,
}

impl Glitter {
    pub fn new(rng: &Rng, density: f32) -> Self {
        let layer = |label: u64, count: f32, make: &dyn Fn(&mut Rng) -> Mote| {
            let mut rng = rng.fork(label);
            (0..(count * density) as u32)
                .map(|_| make(&mut rng))
                .collect()
        };
        Self {
            dust: layer(1, 1700.0, &dust),
            flakes: layer(2, 1000.0, &flake),
            stars: layer(3, 190.0, &star),
            discs: layer(4, 130.0, &disc),
        }
    }

    pub fn draw(&self, at: f32, plate: &mut Plate) {
        for mote in &self.discs {
            let (place, light, _) = mote.now(at);
            plate.disc(place, mote.size, light);
        }
        for mote in self.dust.iter().chain(&self.flakes) {
            let (place, light, _) = mote.now(at);
            if light > 0.01 {
                plate.point(place, mote.size, light);
            }
        }
        for mote in &self.stars {
            let (place, light, flash) = mote.now(at);
            plate.point(place, mote.size, light);
            if flash > 0.05 {
                plate.point(place, mote.size * 4.5, 0.10 * light);
                plate.star(place, 10.0 + 34.0 * flash, 0.55 * light);
            }
        }
    }
}

/// A place in the picture: mostly near its rim, where a photo leaves room, and in loose drifts.
fn place(rng: &mut Rng, margin: f32) -> (f32, f32) {
    loop {
        let (x, y) = (
            rng.range(-margin, 1080.0 + margin),
            rng.range(-margin, 1920.0 + margin),
        );
        let rim = (x.min(1080.0 - x) / 100.0).min(y.min(1920.0 - y) / 175.0);
        let near = 0.22 + 0.78 * (1.0 - (rim - 0.6) / 1.8).clamp(0.0, 1.0);
        let cloud =
            (x * 0.0061 + 1.3).sin() * (y * 0.0047 + 0.4).sin() + (x * 0.0023 - y * 0.0071).sin();
        if rng.unit() < near * (0.62 + 0.38 * cloud).clamp(0.08, 1.0) {
            return (x, y);
        }
    }
}

fn mote(rng: &mut Rng, margin: f32, pace: f32) -> Mote {
    let at = place(rng, margin);
    let lives = 1.0 + rng.below(2) as f32;
    // Dust sinks slowly and is carried a little to one side.
    let drift = (
        rng.range(-22.0, 40.0) * pace / lives,
        rng.range(20.0, 130.0) * pace / lives,
    );
    Mote {
        at,
        drift,
        lives,
        phase: rng.unit(),
        sway: (
            rng.range(2.0, 14.0) * pace,
            1.0 + rng.below(3) as f32,
            rng.unit(),
        ),
        size: 1.0,
        base: 0.0,
        glint: 0.0,
        tumble: [
            Tumble::new(rng, (2, 6), (1.0, 4.0)),
            Tumble::new(rng, (4, 13), (1.0, 6.0)),
        ],
    }
}

fn dust(rng: &mut Rng) -> Mote {
    let depth = rng.unit();
    let mut mote = mote(rng, 20.0, 0.4 + 0.4 * depth);
    mote.size = 0.85 + 0.45 * depth;
    mote.base = 0.10 + 0.30 * depth * rng.unit();
    mote.glint = 0.5 + 0.9 * depth;
    mote
}

fn flake(rng: &mut Rng) -> Mote {
    let depth = rng.unit();
    let mut mote = mote(rng, 20.0, 0.7 + 0.5 * depth);
    mote.size = 1.15 + 0.95 * depth;
    mote.base = 0.10 + 0.30 * rng.unit() * rng.unit();
    mote.glint = 1.4 + 2.2 * depth;
    mote
}

fn star(rng: &mut Rng) -> Mote {
    let mut mote = mote(rng, 10.0, 1.0);
    mote.size = rng.range(1.6, 2.6);
    mote.base = 0.28;
    mote.glint = rng.range(2.2, 4.5);
    mote.tumble = [
        Tumble::new(rng, (1, 4), (2.0, 6.0)),
        Tumble::new(rng, (3, 9), (2.0, 7.0)),
    ];
    mote
}

fn disc(rng: &mut Rng) -> Mote {
    let near = rng.unit();
    let mut mote = mote(rng, 50.0, 0.6 + 0.8 * near);
    mote.size = 9.0 + 44.0 * near * near;
    // The same light spread over more area is dimmer.
    mote.base = 0.07 + 0.20 * (1.0 - near) * rng.unit();
    mote.glint = 0.14 + 0.22 * (1.0 - near);
    mote.tumble = [
        Tumble::new(rng, (1, 3), (1.0, 2.0)),
        Tumble::new(rng, (1, 4), (0.6, 1.5)),
    ];
    mote
}
