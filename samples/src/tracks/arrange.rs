//! Plays a [`TrackSpec`]: walks its bars and puts drums, bass and harmony on the mixer.

use super::drums::{self, Kick};
use super::mixer::{Mixer, Place, master};
use super::patterns::{self, Drum, Step};
use super::reverb::Reverb;
use super::rng::Rng;
use super::score::{Chord, PROGRESSIONS};
use super::spec::{Groove, TrackSpec};
use super::timeline::Timeline;
use super::tones::{self, Sustain};
use super::{SAMPLE_RATE, Track};

/// Renders a track; a function of its spec alone.
pub fn render(spec: &TrackSpec) -> Track {
    let mut rng = Rng::new(spec.seed);
    let start_s = rng.range(0.05, 0.6);
    let timeline = Timeline::new(spec.tempo, start_s, spec.duration_s, &mut rng);
    let mut player = Player {
        spec,
        progression: rng.pick(&PROGRESSIONS),
        kit: Kit::new(&mut rng),
        mixer: Mixer::new(spec.duration_s),
        break_s: break_on_beats(spec, &timeline),
        timeline,
        rng,
    };
    player.play();
    player.finish()
}

/// The break's start and end, moved to the next beats.
fn break_on_beats(spec: &TrackSpec, timeline: &Timeline) -> Option<(f64, f64)> {
    let wanted = spec.breakdown?;
    let beats = timeline.beats_before(spec.duration_s);
    let from_s = *beats.iter().find(|&&beat| beat >= wanted.from_s)?;
    let to_s = *beats
        .iter()
        .find(|&&beat| beat >= from_s + wanted.length_s)?;
    Some((from_s - 0.02, to_s - 0.02))
}

/// The hits of a kit, rendered once; round robins of two keep repeats from sounding mechanical.
struct Kit {
    kick: Vec<f32>,
    snare: [Vec<f32>; 2],
    clap: Vec<f32>,
    rim: Vec<f32>,
    hat: [Vec<f32>; 2],
    open_hat: Vec<f32>,
    shaker: [Vec<f32>; 2],
}

impl Kit {
    fn new(rng: &mut Rng) -> Self {
        let shape = Kick {
            tone_hz: rng.range(46.0, 58.0) as f32,
            decay_s: rng.range(0.09, 0.16) as f32,
            click: rng.range(0.3, 0.9) as f32,
        };
        let tone_hz = rng.range(175.0, 215.0) as f32;
        let closed_s = rng.range(0.02, 0.04) as f32;
        Self {
            kick: drums::kick(shape, rng),
            snare: [
                drums::snare(tone_hz, rng),
                drums::snare(tone_hz * 1.01, rng),
            ],
            clap: drums::clap(rng),
            rim: drums::rim(rng),
            hat: [drums::hat(closed_s, rng), drums::hat(closed_s * 1.1, rng)],
            open_hat: drums::hat(0.11, rng),
            shaker: [drums::shaker(rng), drums::shaker(rng)],
        }
    }

    fn hit(&self, drum: Drum, turn: usize) -> (&[f32], Place) {
        let place = |gain, pan, send| Place { gain, pan, send };
        match drum {
            Drum::Kick => (&self.kick, place(0.85, 0.0, 0.02)),
            Drum::Snare => (&self.snare[turn % 2], place(0.6, 0.05, 0.18)),
            Drum::Clap => (&self.clap, place(0.6, -0.05, 0.22)),
            Drum::Rim => (&self.rim, place(0.5, 0.2, 0.25)),
            Drum::Hat => (&self.hat[turn % 2], place(0.5, 0.3, 0.05)),
            Drum::OpenHat => (&self.open_hat, place(0.5, -0.25, 0.08)),
            Drum::Shaker => (&self.shaker[turn % 2], place(0.4, -0.4, 0.08)),
        }
    }
}

struct Player<'a> {
    spec: &'a TrackSpec,
    progression: &'a [Chord; 4],
    kit: Kit,
    mixer: Mixer,
    timeline: Timeline,
    break_s: Option<(f64, f64)>,
    rng: Rng,
}

impl Player<'_> {
    fn play(&mut self) {
        let beats_per_bar = patterns::beats_per_bar(self.spec.groove);
        for bar in 0.. {
            let first_beat = (bar * beats_per_bar) as f64;
            if self.timeline.time_s(first_beat) >= self.spec.duration_s {
                break;
            }
            let chord = self.progression[bar % 4];
            self.play_drums(bar, first_beat);
            self.play_bass(first_beat, chord, beats_per_bar);
            self.play_pad(first_beat, chord, beats_per_bar);
            self.play_harmony(first_beat, chord, beats_per_bar);
        }
        if self.spec.quiet_intro_s > 0.0 {
            self.mixer.scale(-1.0, self.spec.quiet_intro_s, 0.08);
        }
    }

    /// A grid position with swing and the player's own timing.
    fn played_s(&mut self, position: f64) -> f64 {
        let (beat, fraction) = (position.floor(), position.fract());
        let swing = self.spec.swing;
        let swung = if fraction < 0.5 {
            fraction * 2.0 * swing
        } else {
            swing + (fraction - 0.5) * 2.0 * (1.0 - swing)
        };
        self.timeline.time_s(beat + swung) + self.rng.gauss() * self.spec.jitter_ms / 1000.0
    }

    fn in_break(&self, time_s: f64) -> bool {
        self.break_s
            .is_some_and(|(from, to)| time_s >= from && time_s < to)
    }

    fn play_drums(&mut self, bar: usize, first_beat: f64) {
        let mut steps = patterns::drum_steps(self.spec.groove);
        if bar % 4 == 3 {
            steps.extend(patterns::fill_steps(self.spec.groove));
        }
        for (turn, step) in steps.into_iter().enumerate() {
            self.strike(turn, first_beat, step);
        }
    }

    fn strike(&mut self, turn: usize, first_beat: f64, step: Step) {
        let grid_s = self.timeline.time_s(first_beat + step.beat);
        let light = matches!(
            step.drum,
            Drum::Kick | Drum::Hat | Drum::OpenHat | Drum::Rim
        );
        let left_out = step.velocity < 0.5 && self.rng.unit() < 0.06;
        if left_out || self.in_break(grid_s) || (grid_s < self.spec.quiet_intro_s && !light) {
            return;
        }
        let at_s = self.played_s(first_beat + step.beat);
        let humanised = step.velocity * self.rng.range(0.85, 1.1) as f32;
        let (hit, place) = self.kit.hit(step.drum, turn);
        let gain = place.gain * humanised;
        self.mixer.add(at_s, hit, Place { gain, ..place });
    }

    fn play_bass(&mut self, first_beat: f64, chord: Chord, beats_per_bar: usize) {
        for (at, length, above) in patterns::bass_steps(self.spec.bass, beats_per_bar) {
            let at_s = self.played_s(first_beat + at);
            let beat_s = self.timeline.time_s(first_beat + 1.0) - self.timeline.time_s(first_beat);
            if self.in_break(at_s) || at_s < self.spec.quiet_intro_s {
                continue;
            }
            let shape = Sustain {
                note: chord.bass + above,
                length_s: (length * beat_s) as f32,
                attack_s: 0.006,
                release_s: 0.04,
                cutoff_hz: (1400.0, 320.0),
            };
            let gain = 0.42 * self.rng.range(0.9, 1.1) as f32;
            let place = Place {
                gain,
                pan: 0.0,
                send: 0.0,
            };
            self.mixer.add(at_s, &tones::bass(shape, 0.5), place);
        }
    }

    fn play_pad(&mut self, first_beat: f64, chord: Chord, beats_per_bar: usize) {
        let from_s = self.timeline.time_s(first_beat);
        let to_s = self.timeline.time_s(first_beat + beats_per_bar as f64);
        for (voice, &note) in chord.voices.iter().enumerate() {
            let shape = Sustain {
                note,
                length_s: (to_s - from_s + 0.35) as f32,
                attack_s: 0.25,
                release_s: 0.5,
                cutoff_hz: (700.0, 1100.0),
            };
            let pan = if voice % 2 == 0 { -0.6 } else { 0.6 };
            let tone = tones::pad(shape, 12.0, self.rng.unit() as f32);
            self.mixer.add(
                from_s,
                &tone,
                Place {
                    gain: 0.07,
                    pan,
                    send: 0.3,
                },
            );
        }
    }

    /// Chords of the grooves that live from them, and the arpeggio that carries the pulse through a break.
    fn play_harmony(&mut self, first_beat: f64, chord: Chord, beats_per_bar: usize) {
        let groove = self.spec.groove;
        for eighth in 0..2 * beats_per_bar {
            let position = first_beat + eighth as f64 * 0.5;
            let grid_s = self.timeline.time_s(position);
            if self.in_break(grid_s) {
                if self.spec.breakdown.is_some_and(|wanted| wanted.pulse) {
                    self.arpeggiate(position, chord, eighth);
                }
            } else if groove == Groove::Acoustic {
                self.strum(position, chord, eighth);
            } else if matches!(groove, Groove::Ballad | Groove::Waltz) && eighth % 2 == 0 {
                self.chord_on_keys(position, chord, eighth);
            }
        }
    }

    fn arpeggiate(&mut self, position: f64, chord: Chord, eighth: usize) {
        let at_s = self.played_s(position);
        let note = chord.voices[[0, 2, 1, 3][eighth % 4]] + 12.0;
        let gain = if eighth.is_multiple_of(2) { 0.2 } else { 0.12 };
        let tone = tones::pluck(note, 0.7, 0.5);
        self.mixer.add(
            at_s,
            &tone,
            Place {
                gain,
                pan: 0.3,
                send: 0.4,
            },
        );
    }

    /// Down on the beat, up and lighter between; the strings follow each other within 20 ms.
    fn strum(&mut self, position: f64, chord: Chord, eighth: usize) {
        let gains = [0.3, 0.1, 0.26, 0.14, 0.28, 0.1, 0.26, 0.16];
        let at_s = self.played_s(position);
        let gain = gains[eighth % 8] * self.rng.range(0.85, 1.1) as f32;
        let mut notes = vec![chord.bass + 12.0];
        notes.extend(chord.voices);
        if eighth % 2 == 1 {
            notes.reverse();
            notes.truncate(3);
        }
        for (string, note) in notes.into_iter().enumerate() {
            let tone = tones::pluck(note, 1.0, 0.62);
            let place = Place {
                gain,
                pan: 0.1 * string as f32 - 0.2,
                send: 0.2,
            };
            self.mixer.add(at_s + 0.005 * string as f64, &tone, place);
        }
    }

    fn chord_on_keys(&mut self, position: f64, chord: Chord, eighth: usize) {
        let at_s = self.played_s(position);
        let hardness = if eighth == 0 { 1.0 } else { 0.6 };
        for (voice, &note) in chord.voices.iter().enumerate() {
            let tone = tones::keys(note, 1.2, hardness);
            let place = Place {
                gain: 0.08 * hardness,
                pan: 0.15 * voice as f32 - 0.2,
                send: 0.25,
            };
            self.mixer.add(at_s, &tone, place);
        }
    }

    fn finish(mut self) -> Track {
        let mut mix = self.mixer.finish(Reverb::new(1.4, 0.35));
        if let Some(level_db) = self.spec.noise_db {
            add_hiss(&mut mix, level_db, &mut self.rng);
        }
        let gain = 10.0_f32.powf(self.spec.gain_db as f32 / 20.0);
        master(&mut mix, 0.25, 0.85 * gain);
        Track {
            sample_rate: SAMPLE_RATE,
            stereo: mix,
            beats_s: self.timeline.beats_before(self.spec.duration_s - 0.05),
        }
    }
}

/// White noise on both sides, `level_db` relative to the mix.
fn add_hiss(mix: &mut [f32], level_db: f64, rng: &mut Rng) {
    let power: f64 = mix.iter().map(|x| f64::from(x * x)).sum::<f64>() / mix.len().max(1) as f64;
    // Uniform noise in -1..1 has a power of 1/3.
    let gain = ((3.0 * power).sqrt() * 10.0_f64.powf(level_db / 20.0)) as f32;
    for sample in mix {
        *sample += gain * rng.noise();
    }
}
