//! Synthesised drums. Each function gives one mono hit whose attack is at its first samples.

use std::f32::consts::TAU;

use super::SAMPLE_RATE;
use super::filter::{OnePole, Svf};
use super::rng::Rng;

const RATE: f32 = SAMPLE_RATE as f32;

fn samples(seconds: f32) -> usize {
    (seconds * RATE) as usize
}

/// Fade at both ends of a hit: `attack_s` in, 3 ms out, so that no hit starts or ends with a click of its own.
fn edges(hit: &mut [f32], attack_s: f32) {
    let attack = samples(attack_s).max(1);
    for (i, sample) in hit.iter_mut().take(attack).enumerate() {
        *sample *= i as f32 / attack as f32;
    }
    let release = samples(0.003).min(hit.len());
    for (i, sample) in hit.iter_mut().rev().take(release).enumerate() {
        *sample *= i as f32 / release as f32;
    }
}

/// Shape of a bass drum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kick {
    /// Frequency it settles on, in Hz.
    pub(super) tone_hz: f32,
    /// Time constant of its decay, in seconds.
    pub(super) decay_s: f32,
    /// Level of the beater's click.
    pub(super) click: f32,
}

/// A sine that sweeps down to its tone, with a beater click.
pub(super) fn kick(shape: Kick, rng: &mut Rng) -> Vec<f32> {
    let mut phase = 0.0_f32;
    let mut band = Svf::default();
    let mut hit: Vec<f32> = (0..samples(shape.decay_s * 4.0))
        .map(|i| {
            let t = i as f32 / RATE;
            let hz = shape.tone_hz * (1.0 + 3.2 * (-t / 0.022).exp());
            phase += TAU * hz / RATE;
            let body = phase.sin() * (-t / shape.decay_s).exp();
            let beater = band.run(rng.noise(), 3200.0 / RATE, 1.2).band * (-t / 0.004).exp();
            body + shape.click * beater
        })
        .collect();
    edges(&mut hit, 0.001);
    hit
}

/// Two drum-head modes and the rattle of the wires.
pub(super) fn snare(tone_hz: f32, rng: &mut Rng) -> Vec<f32> {
    let mut wires = Svf::default();
    let mut hit: Vec<f32> = (0..samples(0.32))
        .map(|i| {
            let t = i as f32 / RATE;
            let head = (TAU * tone_hz * t).sin() * (-t / 0.07).exp()
                + 0.6 * (TAU * tone_hz * 1.78 * t).sin() * (-t / 0.045).exp();
            let rattle = wires.run(rng.noise(), 2600.0 / RATE, 1.3);
            0.5 * head + 0.75 * (rattle.band + 0.4 * rattle.high) * (-t / 0.075).exp()
        })
        .collect();
    edges(&mut hit, 0.0008);
    hit
}

/// Several hands within 20 ms, then the room.
pub(super) fn clap(rng: &mut Rng) -> Vec<f32> {
    let mut band = Svf::default();
    let mut hit: Vec<f32> = (0..samples(0.35))
        .map(|i| {
            let t = i as f32 / RATE;
            let hands: f32 = [0.0, 0.008, 0.017]
                .iter()
                .filter(|&&at| t >= at)
                .map(|at| 0.8 * (-(t - at) / 0.004).exp())
                .sum();
            let room = 0.45 * (-t / 0.085).exp();
            band.run(rng.noise(), 1350.0 / RATE, 0.75).band * (hands + room)
        })
        .collect();
    edges(&mut hit, 0.0008);
    hit
}

/// A stick on the rim: two short modes.
pub(super) fn rim(rng: &mut Rng) -> Vec<f32> {
    let mut hit: Vec<f32> = (0..samples(0.11))
        .map(|i| {
            let t = i as f32 / RATE;
            let wood = (TAU * 820.0 * t).sin() + 0.7 * (TAU * 1730.0 * t).sin();
            0.6 * wood * (-t / 0.016).exp() + 0.5 * rng.noise() * (-t / 0.0025).exp()
        })
        .collect();
    edges(&mut hit, 0.0005);
    hit
}

/// A cymbal: inharmonic squares and noise above 7 kHz. `decay_s` 0.03 is closed, 0.2 open.
pub(super) fn hat(decay_s: f32, rng: &mut Rng) -> Vec<f32> {
    let partials_hz = [3173.0, 4012.0, 4457.0, 5821.0, 6913.0, 8240.0];
    let mut cut = [Svf::default(), Svf::default()];
    let mut hit: Vec<f32> = (0..samples(decay_s * 4.5))
        .map(|i| {
            let t = i as f32 / RATE;
            let metal: f32 = partials_hz
                .iter()
                .map(|hz| if (hz * t).fract() < 0.5 { 0.12 } else { -0.12 })
                .sum();
            let first = cut[0]
                .run(metal + 0.6 * rng.noise(), 7200.0 / RATE, 1.2)
                .high;
            cut[1].run(first, 6800.0 / RATE, 1.2).high * (-t / decay_s).exp()
        })
        .collect();
    edges(&mut hit, 0.0008);
    hit
}

/// Grains in a shell: noise that swells for 12 ms and falls off.
pub(super) fn shaker(rng: &mut Rng) -> Vec<f32> {
    let mut cut = OnePole::default();
    let mut band = Svf::default();
    let mut hit: Vec<f32> = (0..samples(0.16))
        .map(|i| {
            let t = i as f32 / RATE;
            let swell = (t / 0.012).min(1.0) * (-(t - 0.012).max(0.0) / 0.03).exp();
            let grain = band.run(rng.noise(), 6200.0 / RATE, 0.9).band;
            cut.high(grain, 0.06) * swell
        })
        .collect();
    edges(&mut hit, 0.002);
    hit
}
