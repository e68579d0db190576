//! The default music: 30 s of warm, slow house at 96 BPM, twelve bars of 2.5 s, in D minor.
//!
//! Bars 1–2 keys and a soft pulse; 3–4 kick, sub and shaker; 5–8 rim, clap and the arpeggio; 9–11 everything, open; 12
//! is one last chord that rings out. Every fourth beat is a whole 2.5 s, so cuts on bars come out even.

use super::drums::{self, Kick};
use super::mixer::{Mixer, Place, master};
use super::reverb::Reverb;
use super::rng::Rng;
use super::tones::{self, Sustain};
use super::{SAMPLE_RATE, Track};

const BEAT_S: f64 = 60.0 / 96.0;
const BAR_S: f64 = 4.0 * BEAT_S;
const BARS: usize = 12;
const LAST_BAR: usize = BARS - 1;

/// Dm9, B♭maj9, Gm9, A7sus4(9) as MIDI notes: bass, then five voices.
const CHORDS: [(f32, [f32; 5]); 4] = [
    (38.0, [53.0, 57.0, 60.0, 64.0, 69.0]),
    (34.0, [53.0, 57.0, 60.0, 62.0, 65.0]),
    (31.0, [53.0, 57.0, 58.0, 62.0, 70.0]),
    (33.0, [52.0, 55.0, 59.0, 62.0, 67.0]),
];

/// Renders the default track; the same on every call.
pub fn sample_track() -> Track {
    let mut score = Score {
        mixer: Mixer::new(BARS as f64 * BAR_S),
        drums: Mixer::new(BARS as f64 * BAR_S),
        rng: Rng::new(0x0060_1DEA),
    };
    for bar in 0..BARS {
        score.play_pad(bar);
        score.play_air(bar);
        score.play_keys(bar);
        if bar < LAST_BAR {
            score.play_sub(bar);
            score.play_arpeggio(bar);
            score.play_drums(bar);
        }
    }
    score.finish_on_chord();
    score.into_track()
}

/// The tonic ends the piece whatever the cycle of four says.
fn chord(bar: usize) -> (f32, [f32; 5]) {
    if bar == LAST_BAR {
        CHORDS[0]
    } else {
        CHORDS[bar % 4]
    }
}

/// 0 at the start, 1 in the fullest bars.
fn fullness(bar: usize) -> f32 {
    (bar as f32 / 9.0).min(1.0)
}

struct Score {
    /// Harmony: ducked by the kick.
    mixer: Mixer,
    drums: Mixer,
    rng: Rng,
}

impl Score {
    fn play_pad(&mut self, bar: usize) {
        let (_, voices) = chord(bar);
        let bright = 1300.0 + 1900.0 * fullness(bar);
        let last = bar == LAST_BAR;
        for (index, &note) in voices.iter().enumerate() {
            for side in [-1.0_f32, 1.0] {
                let shape = Sustain {
                    note,
                    length_s: if last { 2.45 } else { BAR_S as f32 + 0.7 },
                    attack_s: if last { 0.02 } else { 0.5 },
                    release_s: if last { 2.2 } else { 0.9 },
                    cutoff_hz: if last {
                        (3200.0, 700.0)
                    } else {
                        (bright * 0.8, bright)
                    },
                };
                let cents = 9.0 + side * 3.0 + index as f32;
                let tone = tones::pad(shape, cents, self.rng.unit() as f32);
                let place = Place {
                    gain: 0.052,
                    pan: side * 0.75,
                    send: 0.35,
                };
                self.mixer.add(bar as f64 * BAR_S, &tone, place);
            }
        }
    }

    /// The two upper voices an octave higher, thin and far off: air above the pad.
    fn play_air(&mut self, bar: usize) {
        let (_, voices) = chord(bar);
        for (side, &note) in [-1.0_f32, 1.0].iter().zip(&voices[3..]) {
            let shape = Sustain {
                note: note + 12.0,
                length_s: if bar == LAST_BAR {
                    2.45
                } else {
                    BAR_S as f32 + 0.9
                },
                attack_s: if bar == LAST_BAR { 0.05 } else { 0.8 },
                release_s: if bar == LAST_BAR { 2.2 } else { 1.2 },
                cutoff_hz: (3500.0, 5500.0),
            };
            let tone = tones::pad(shape, 14.0, self.rng.unit() as f32);
            let place = Place {
                gain: 0.012 + 0.01 * fullness(bar),
                pan: side * 0.9,
                send: 0.8,
            };
            self.mixer.add(bar as f64 * BAR_S, &tone, place);
        }
    }

    /// Chord on the one, a softer answer on the "and" of two; the very first is gentle.
    fn play_keys(&mut self, bar: usize) {
        let (bass, voices) = chord(bar);
        let hits: &[(f64, f32)] = if bar == LAST_BAR {
            &[(0.0, 1.0)]
        } else {
            &[(0.0, 0.85), (1.5, 0.5), (3.0, 0.4)]
        };
        for &(beat, level) in hits {
            let level = level * self.rng.range(0.92, 1.05) as f32;
            let at_s = bar as f64 * BAR_S + beat * BEAT_S;
            for (index, &note) in voices.iter().take(4).enumerate() {
                let tone = tones::keys(note, 2.3, 0.6 + 0.6 * level);
                let place = Place {
                    gain: 0.07 * level,
                    pan: 0.2 * index as f32 - 0.3,
                    send: 0.35,
                };
                self.mixer.add(at_s + 0.004 * index as f64, &tone, place);
            }
            if beat == 0.0 {
                let root = tones::keys(bass + 12.0, 2.3, 0.4);
                self.mixer.add(
                    at_s,
                    &root,
                    Place {
                        gain: 0.09,
                        pan: 0.0,
                        send: 0.1,
                    },
                );
            }
        }
    }

    fn play_sub(&mut self, bar: usize) {
        if bar < 2 {
            return;
        }
        let (bass, _) = chord(bar);
        let notes: &[(f64, f64, f32)] = if bar < 4 {
            &[(0.0, 3.4, 0.0)]
        } else {
            &[
                (0.0, 1.3, 0.0),
                (1.5, 0.9, 0.0),
                (2.75, 0.7, 0.0),
                (3.5, 0.45, 7.0),
            ]
        };
        for &(beat, length, above) in notes {
            let shape = Sustain {
                note: bass + above,
                length_s: (length * BEAT_S) as f32,
                attack_s: 0.012,
                release_s: 0.09,
                cutoff_hz: (1100.0, 320.0),
            };
            let at_s = bar as f64 * BAR_S + beat * BEAT_S;
            let place = Place {
                gain: 0.24,
                pan: 0.0,
                send: 0.0,
            };
            self.mixer.add(at_s, &tones::bass(shape, 0.45), place);
        }
    }

    /// Mallets in sixteenths that open up over the piece, with an echo on the other side.
    fn play_arpeggio(&mut self, bar: usize) {
        let (_, voices) = chord(bar);
        let rhythm: &[usize] = match bar {
            0..2 => &[0, 6, 12],
            2..4 => &[0, 3, 6, 10, 12],
            4..8 => &[0, 3, 6, 8, 10, 12, 14],
            _ => &[0, 2, 3, 5, 6, 8, 10, 11, 12, 14, 15],
        };
        for (turn, &sixteenth) in rhythm.iter().enumerate() {
            let note = voices[[4, 2, 3, 1, 4, 3, 2][turn % 7]] + 12.0;
            let soft = if sixteenth % 4 == 0 { 1.0 } else { 0.7 };
            let gain = 0.1 * soft * self.rng.range(0.85, 1.1) as f32;
            let tone = tones::pluck(note, 1.1, 0.55 + 0.15 * fullness(bar));
            let at_s = bar as f64 * BAR_S + sixteenth as f64 * BEAT_S / 4.0;
            let side = if turn % 2 == 0 { 0.45 } else { -0.45 };
            self.mixer.add(
                at_s,
                &tone,
                Place {
                    gain,
                    pan: side,
                    send: 0.4,
                },
            );
            for (echo, fade) in [(1.0, 0.35), (2.0, 0.14)] {
                let place = Place {
                    gain: gain * fade,
                    pan: -side * echo as f32,
                    send: 0.5,
                };
                self.mixer.add(at_s + echo * 0.75 * BEAT_S, &tone, place);
            }
        }
    }

    fn play_drums(&mut self, bar: usize) {
        let start_s = bar as f64 * BAR_S;
        if bar >= 2 {
            let shape = Kick {
                tone_hz: 48.0,
                decay_s: 0.12,
                click: 0.5,
            };
            let kick = drums::kick(shape, &mut self.rng);
            for beat in 0..4 {
                let place = Place {
                    gain: 0.56,
                    pan: 0.0,
                    send: 0.015,
                };
                self.drums
                    .add(start_s + f64::from(beat) * BEAT_S, &kick, place);
            }
            self.play_shaker(start_s, fullness(bar));
        }
        if bar >= 4 {
            self.play_backbeat(start_s, bar);
        }
        if bar >= 8 {
            self.play_hats(start_s);
        }
    }

    fn play_shaker(&mut self, start_s: f64, level: f32) {
        for sixteenth in 0..16_u8 {
            let accent = [0.7, 0.35, 1.0, 0.45][usize::from(sixteenth % 4)];
            let swing_s = if sixteenth % 2 == 1 { 0.012 } else { 0.0 };
            let hit = drums::shaker(&mut self.rng);
            let gain = 0.27 * accent * (0.5 + 0.5 * level) * self.rng.range(0.85, 1.1) as f32;
            // The grains swell for 12 ms: played that much early they sound on time.
            let at_s = start_s + f64::from(sixteenth) * BEAT_S / 4.0 + swing_s - 0.01;
            self.drums.add(
                at_s,
                &hit,
                Place {
                    gain,
                    pan: -0.35,
                    send: 0.1,
                },
            );
        }
    }

    fn play_backbeat(&mut self, start_s: f64, bar: usize) {
        for beat in [1.0, 3.0] {
            let rim = drums::rim(&mut self.rng);
            let at_s = start_s + beat * BEAT_S;
            self.drums.add(
                at_s,
                &rim,
                Place {
                    gain: 0.19,
                    pan: 0.15,
                    send: 0.45,
                },
            );
            if bar >= 5 {
                let clap = drums::clap(&mut self.rng);
                self.drums.add(
                    at_s,
                    &clap,
                    Place {
                        gain: 0.28,
                        pan: -0.08,
                        send: 0.4,
                    },
                );
            }
        }
    }

    fn play_hats(&mut self, start_s: f64) {
        for beat in [0.5, 1.5, 2.5, 3.5] {
            let hat = drums::hat(0.07, &mut self.rng);
            let gain = 0.18 * self.rng.range(0.9, 1.05) as f32;
            self.drums.add(
                start_s + beat * BEAT_S,
                &hat,
                Place {
                    gain,
                    pan: 0.3,
                    send: 0.12,
                },
            );
        }
    }

    /// One deep hit and a low tonic under the last chord.
    fn finish_on_chord(&mut self) {
        let at_s = LAST_BAR as f64 * BAR_S;
        let kick = drums::kick(
            Kick {
                tone_hz: 46.0,
                decay_s: 0.2,
                click: 0.2,
            },
            &mut self.rng,
        );
        self.drums.add(
            at_s,
            &kick,
            Place {
                gain: 0.56,
                pan: 0.0,
                send: 0.2,
            },
        );
        let shape = Sustain {
            note: 38.0,
            length_s: 2.3,
            attack_s: 0.012,
            release_s: 1.9,
            cutoff_hz: (500.0, 150.0),
        };
        let place = Place {
            gain: 0.3,
            pan: 0.0,
            send: 0.0,
        };
        self.mixer.add(at_s, &tones::bass(shape, 0.2), place);
    }

    fn into_track(self) -> Track {
        let mut mix = self.mixer.finish(Reverb::new(2.6, 0.5));
        duck(&mut mix);
        let drums = self.drums.finish(Reverb::new(1.1, 0.3));
        for (sample, drum) in mix.iter_mut().zip(&drums) {
            *sample += drum;
        }
        fade_out(&mut mix, 1.6);
        master(&mut mix, 0.22, 0.86);
        Track {
            sample_rate: SAMPLE_RATE,
            stereo: mix,
            beats_s: (0..=4 * LAST_BAR)
                .map(|beat| beat as f64 * BEAT_S)
                .collect(),
        }
    }
}

/// Lowers the harmony by up to a third right after each kick, as a side-chained compressor would: it breathes.
fn duck(mix: &mut [f32]) {
    let rate = f64::from(SAMPLE_RATE);
    for (frame, pair) in mix.chunks_exact_mut(2).enumerate() {
        let time_s = frame as f64 / rate;
        if time_s < 2.0 * BAR_S || time_s >= LAST_BAR as f64 * BAR_S {
            continue;
        }
        let since_s = time_s.rem_euclid(BEAT_S);
        let fall = (since_s / 0.008).min(1.0);
        let gain = 1.0 - 0.34 * fall * (-since_s / 0.13).exp();
        pair[0] *= gain as f32;
        pair[1] *= gain as f32;
    }
}

fn fade_out(mix: &mut [f32], length_s: f64) {
    let frames = mix.len() / 2;
    let fade = (length_s * f64::from(SAMPLE_RATE)) as usize;
    for (left, pair) in mix
        .chunks_exact_mut(2)
        .rev()
        .take(fade.min(frames))
        .enumerate()
    {
        let x = left as f32 / fade as f32;
        let gain = x * x * (3.0 - 2.0 * x);
        pair[0] *= gain;
        pair[1] *= gain;
    }
}
