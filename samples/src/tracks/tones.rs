//! Pitched voices: pad, bass, pluck and electric piano.

use std::f32::consts::TAU;

use super::SAMPLE_RATE;
use super::filter::Svf;

const RATE: f32 = SAMPLE_RATE as f32;

/// Frequency of a MIDI note in Hz (69 is A at 440 Hz).
pub(super) fn note_hz(note: f32) -> f32 {
    440.0 * 2.0_f32.powf((note - 69.0) / 12.0)
}

/// Rise over `attack_s`, hold, and a smooth fall over `release_s` at the end.
fn gate(t: f32, length_s: f32, attack_s: f32, release_s: f32) -> f32 {
    let rise = (t / attack_s).clamp(0.0, 1.0);
    let fall = ((length_s - t) / release_s).clamp(0.0, 1.0);
    let smooth = |x: f32| x * x * (3.0 - 2.0 * x);
    smooth(rise) * smooth(fall)
}

/// A saw without audible aliasing: PolyBLEP (Välimäki, Pekonen, Nam 2012).
struct Saw {
    phase: f32,
    step: f32,
}

impl Saw {
    fn new(hz: f32, phase: f32) -> Self {
        Self {
            phase: phase.fract(),
            step: hz / RATE,
        }
    }

    fn next(&mut self) -> f32 {
        self.phase = (self.phase + self.step).fract();
        let (phase, step) = (self.phase, self.step);
        let correction = if phase < step {
            let x = phase / step;
            2.0 * x - x * x - 1.0
        } else if phase > 1.0 - step {
            let x = (phase - 1.0) / step;
            x * x + 2.0 * x + 1.0
        } else {
            0.0
        };
        2.0 * phase - 1.0 - correction
    }
}

/// How a pad or bass sounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sustain {
    /// MIDI note.
    pub(super) note: f32,
    /// Length in seconds, release included.
    pub(super) length_s: f32,
    /// Rise in seconds.
    pub(super) attack_s: f32,
    /// Fall in seconds.
    pub(super) release_s: f32,
    /// Cutoff of the low-pass in Hz at the start and at the end.
    pub(super) cutoff_hz: (f32, f32),
}

/// Two slightly detuned saws under a moving low-pass; `detune_cents` apart, `phase` makes two sides differ.
pub(super) fn pad(shape: Sustain, detune_cents: f32, phase: f32) -> Vec<f32> {
    let hz = note_hz(shape.note);
    let spread = 2.0_f32.powf(detune_cents / 2400.0);
    let mut saws = [
        Saw::new(hz * spread, phase),
        Saw::new(hz / spread, phase + 0.37),
    ];
    let mut filters = [Svf::default(), Svf::default()];
    let frames = (shape.length_s * RATE) as usize;
    (0..frames)
        .map(|i| {
            let t = i as f32 / RATE;
            let (from, to) = shape.cutoff_hz;
            let cutoff = (from + (to - from) * t / shape.length_s) / RATE;
            let raw = 0.5 * (saws[0].next() + saws[1].next());
            let once = filters[0].run(raw, cutoff, 1.3).low;
            let twice = filters[1].run(once, cutoff, 1.3).low;
            twice * gate(t, shape.length_s, shape.attack_s, shape.release_s)
        })
        .collect()
}

/// A round bass: a sine with its octave and a filtered saw that closes after the attack.
pub(super) fn bass(shape: Sustain, saw_gain: f32) -> Vec<f32> {
    let hz = note_hz(shape.note);
    let mut saw = Saw::new(hz, 0.0);
    let mut filter = Svf::default();
    let frames = (shape.length_s * RATE) as usize;
    (0..frames)
        .map(|i| {
            let t = i as f32 / RATE;
            let (from, to) = shape.cutoff_hz;
            let cutoff = (to + (from - to) * (-t / 0.08).exp()) / RATE;
            let round = (TAU * hz * t).sin() + 0.18 * (2.0 * TAU * hz * t).sin();
            let edge = filter.run(saw.next(), cutoff, 1.0).low;
            (0.8 * round + saw_gain * edge)
                * gate(t, shape.length_s, shape.attack_s, shape.release_s)
                * (-t / 1.2).exp()
        })
        .collect()
}

/// A plucked string or mallet: seven partials, the higher the shorter. `bright` 0..1 weighs the high ones.
pub(super) fn pluck(note: f32, length_s: f32, bright: f32) -> Vec<f32> {
    let hz = note_hz(note);
    let frames = (length_s * RATE) as usize;
    let mut voice = vec![0.0_f32; frames];
    for partial in 1..=7_u8 {
        let order = f32::from(partial);
        let partial_hz = hz * order * (1.0 + 0.0004 * order * order).sqrt();
        if partial_hz > 0.4 * RATE {
            break;
        }
        let level = bright.powf(order - 1.0) / order;
        let decay_s = length_s * 0.28 / order.powf(0.7);
        for (i, sample) in voice.iter_mut().enumerate() {
            let t = i as f32 / RATE;
            *sample += level * (TAU * (partial_hz * t).fract()).sin() * (-t / decay_s).exp();
        }
    }
    for (i, sample) in voice.iter_mut().enumerate() {
        *sample *= gate(i as f32 / RATE, length_s, 0.002, 0.02);
    }
    voice
}

/// An electric piano: one carrier and a short-lived modulator an octave and a fifth above (Chowning 1973).
pub(super) fn keys(note: f32, length_s: f32, hardness: f32) -> Vec<f32> {
    let hz = note_hz(note);
    let frames = (length_s * RATE) as usize;
    (0..frames)
        .map(|i| {
            let t = i as f32 / RATE;
            let tine = (TAU * (hz * 14.0 * t).fract()).sin() * 0.12 * hardness * (-t / 0.05).exp();
            let index = hardness * (0.25 + 1.1 * (-t / 0.25).exp());
            let modulator = index * (TAU * (hz * t).fract()).sin();
            let body = (TAU * (hz * t).fract() + modulator).sin();
            (body + tine) * (-t / 0.9).exp() * gate(t, length_s, 0.003, 0.08)
        })
        .collect()
}
