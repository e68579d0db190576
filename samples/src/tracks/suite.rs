//! The tracks that beat trackers are measured on.

use super::rng::Rng;
use super::spec::{BassStyle, Breakdown, Groove, TempoCurve, TrackSpec};
use super::{SAMPLE_RATE, Track};

use BassStyle::{None as NoBass, OffBeat, OnBeat, Syncopated};
use TempoCurve::{Drift, Steady, Wander};

/// A spec with the name it has in tables and files.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTrack {
    /// Short, fit for a file name.
    pub name: String,
    /// What to render.
    pub spec: TrackSpec,
    /// Whether it is plain: one tempo, straight, clean and without breaks.
    pub steady: bool,
}

fn steady(name: &str, spec: TrackSpec) -> NamedTrack {
    NamedTrack {
        name: name.to_owned(),
        spec,
        steady: true,
    }
}

fn hard(name: &str, spec: TrackSpec) -> NamedTrack {
    NamedTrack {
        name: name.to_owned(),
        spec,
        steady: false,
    }
}

/// The standing suite: 35 tracks of 30 s from 60 to 190 BPM.
pub fn suite() -> Vec<NamedTrack> {
    let mut all = steady_tracks();
    all.extend(groove_tracks());
    all.extend(trouble_tracks());
    all
}

fn steady_tracks() -> Vec<NamedTrack> {
    let new = TrackSpec::new;
    vec![
        steady("ballad-60", new(1, Steady(60.0), Groove::Ballad, OnBeat)),
        steady("ballad-72", new(2, Steady(72.0), Groove::Ballad, NoBass)),
        steady("boombap-84", new(3, Steady(84.0), Groove::BoomBap, OnBeat)),
        steady("rock-95", new(4, Steady(95.0), Groove::Rock, OnBeat)),
        steady("funk-104", new(5, Steady(104.0), Groove::Funk, OnBeat)),
        steady("rock-118", new(6, Steady(118.0), Groove::Rock, OnBeat)),
        steady("house-124", new(7, Steady(124.0), Groove::House, OnBeat)),
        steady("house-128", new(8, Steady(128.0), Groove::House, OffBeat)),
        steady("rock-140", new(9, Steady(140.0), Groove::Rock, OnBeat)),
        steady("rock-156", new(10, Steady(156.0), Groove::Rock, NoBass)),
        steady(
            "dnb-174",
            new(11, Steady(174.0), Groove::DrumAndBass, OnBeat),
        ),
        steady(
            "dnb-190",
            new(12, Steady(190.0), Groove::DrumAndBass, OnBeat),
        ),
    ]
}

fn swung(spec: TrackSpec, swing: f64) -> TrackSpec {
    TrackSpec { swing, ..spec }
}

fn groove_tracks() -> Vec<NamedTrack> {
    let new = TrackSpec::new;
    vec![
        hard(
            "swung-88",
            swung(new(21, Steady(88.0), Groove::BoomBap, OnBeat), 0.62),
        ),
        hard(
            "shuffle-112",
            swung(new(22, Steady(112.0), Groove::Rock, OnBeat), 0.667),
        ),
        hard(
            "swung-136",
            swung(new(23, Steady(136.0), Groove::Rock, NoBass), 0.64),
        ),
        hard(
            "offbeat-hats-122",
            new(24, Steady(122.0), Groove::OffbeatHats, OnBeat),
        ),
        hard(
            "offbeat-hats-128",
            new(25, Steady(128.0), Groove::OffbeatHats, OffBeat),
        ),
        hard(
            "offbeat-hats-110",
            new(26, Steady(110.0), Groove::OffbeatHats, NoBass),
        ),
        hard(
            "syncopated-98",
            new(27, Steady(98.0), Groove::BoomBap, Syncopated),
        ),
        hard(
            "syncopated-126",
            new(28, Steady(126.0), Groove::House, Syncopated),
        ),
        hard(
            "dembow-92",
            new(29, Steady(92.0), Groove::Reggaeton, Syncopated),
        ),
        hard("waltz-90", new(30, Steady(90.0), Groove::Waltz, OnBeat)),
        hard(
            "acoustic-106",
            new(31, Steady(106.0), Groove::Acoustic, NoBass),
        ),
    ]
}

fn noisy(spec: TrackSpec, level_db: f64) -> TrackSpec {
    TrackSpec {
        noise_db: Some(level_db),
        ..spec
    }
}

fn broken(spec: TrackSpec, from_s: f64, length_s: f64, pulse: bool) -> TrackSpec {
    TrackSpec {
        breakdown: Some(Breakdown {
            from_s,
            length_s,
            pulse,
        }),
        ..spec
    }
}

fn live(spec: TrackSpec) -> TrackSpec {
    TrackSpec {
        jitter_ms: 9.0,
        ..spec
    }
}

fn trouble_tracks() -> Vec<NamedTrack> {
    let new = TrackSpec::new;
    let quiet = |spec| TrackSpec {
        quiet_intro_s: 9.0,
        ..spec
    };
    let faint = TrackSpec {
        gain_db: -40.0,
        ..new(41, Steady(116.0), Groove::House, OnBeat)
    };
    vec![
        hard(
            "drift-90-100",
            new(42, Drift(90.0, 100.0), Groove::Rock, OnBeat),
        ),
        hard(
            "drift-134-120",
            new(43, Drift(134.0, 120.0), Groove::House, OnBeat),
        ),
        hard(
            "drift-100-125",
            new(44, Drift(100.0, 125.0), Groove::Rock, OnBeat),
        ),
        hard(
            "live-110",
            live(new(45, Wander(110.0, 0.04), Groove::Rock, OnBeat)),
        ),
        hard(
            "live-acoustic-80",
            live(new(46, Wander(80.0, 0.03), Groove::Acoustic, NoBass)),
        ),
        hard(
            "noisy-100",
            noisy(new(47, Steady(100.0), Groove::BoomBap, OnBeat), -3.0),
        ),
        hard(
            "noisy-127",
            noisy(new(48, Steady(127.0), Groove::House, Syncopated), 0.0),
        ),
        hard(
            "quiet-intro-96",
            quiet(new(49, Steady(96.0), Groove::Rock, OnBeat)),
        ),
        hard(
            "quiet-intro-125",
            quiet(new(50, Steady(125.0), Groove::House, OnBeat)),
        ),
        hard(
            "breakdown-123",
            broken(
                new(51, Steady(123.0), Groove::House, OnBeat),
                11.0,
                8.0,
                true,
            ),
        ),
        hard(
            "breakdown-102",
            broken(
                new(52, Steady(102.0), Groove::Rock, Syncopated),
                13.0,
                4.5,
                false,
            ),
        ),
        hard("faint-116", faint),
    ]
}

/// Tracks drawn at random from the same ingredients: for checking that nothing was tuned to [`suite`].
pub fn held_out(seed: u64, count: usize) -> Vec<NamedTrack> {
    let mut rng = Rng::new(seed);
    (0..count).map(|index| draw(&mut rng, index)).collect()
}

fn draw(rng: &mut Rng, index: usize) -> NamedTrack {
    let (groove, low_bpm, high_bpm) = *rng.pick(&[
        (Groove::House, 108.0, 140.0),
        (Groove::OffbeatHats, 108.0, 140.0),
        (Groove::Rock, 85.0, 165.0),
        (Groove::BoomBap, 76.0, 112.0),
        (Groove::DrumAndBass, 150.0, 190.0),
        (Groove::Ballad, 60.0, 92.0),
        (Groove::Reggaeton, 84.0, 108.0),
        (Groove::Funk, 88.0, 122.0),
        (Groove::Waltz, 80.0, 140.0),
        (Groove::Acoustic, 76.0, 132.0),
    ]);
    let bpm = rng.range(low_bpm, high_bpm);
    let tempo = match rng.next_u64() % 4 {
        0 => Drift(bpm, bpm * rng.range(0.9, 1.12)),
        1 => Wander(bpm, rng.range(0.01, 0.05)),
        _ => Steady(bpm),
    };
    let bass = *rng.pick(&[NoBass, OnBeat, OnBeat, OffBeat, Syncopated]);
    let chance = |rng: &mut Rng, odds: f64| rng.unit() < odds;
    let mut spec = TrackSpec::new(rng.next_u64(), tempo, groove, bass);
    spec.jitter_ms = rng.range(1.0, 9.0);
    if chance(rng, 0.25) && groove != Groove::DrumAndBass {
        spec.swing = rng.range(0.54, 0.667);
    }
    if chance(rng, 0.2) {
        spec.noise_db = Some(rng.range(-12.0, 0.0));
    }
    if chance(rng, 0.2) {
        spec.quiet_intro_s = rng.range(4.0, 10.0);
    }
    if chance(rng, 0.2) {
        let pulse = chance(rng, 0.5);
        let length_s = if pulse { 8.0 } else { 4.5 };
        spec.breakdown = Some(Breakdown {
            from_s: rng.range(11.0, 16.0),
            length_s,
            pulse,
        });
    }
    spec.gain_db = -rng.range(0.0, 20.0);
    let name = format!("{index:02}-{groove:?}-{bpm:.0}").to_lowercase();
    NamedTrack {
        name,
        spec,
        steady: false,
    }
}

/// Sounds without a pulse, 30 s each: silence, white noise, a pad without attacks, and babble (syllables of uneven
/// length with pauses, as in speech). A tracker should find no beats in them.
pub fn pulseless(seed: u64) -> Vec<(&'static str, Track)> {
    let mut rng = Rng::new(seed);
    let frames = 30 * SAMPLE_RATE as usize;
    let noise: Vec<f32> = (0..frames).map(|_| 0.2 * rng.noise()).collect();
    vec![
        ("silence", still(vec![0.0; frames])),
        ("noise", still(noise)),
        ("drone", still(drone(frames))),
        ("babble", still(babble(frames, &mut rng))),
    ]
}

fn still(mono: Vec<f32>) -> Track {
    Track {
        sample_rate: SAMPLE_RATE,
        stereo: mono.into_iter().flat_map(|x| [x, x]).collect(),
        beats_s: Vec::new(),
    }
}

fn drone(frames: usize) -> Vec<f32> {
    (0..frames)
        .map(|i| {
            let t = i as f32 / SAMPLE_RATE as f32;
            let swell = 0.6 + 0.4 * (t * 0.7).sin() * (t * 0.31 + 1.0).sin();
            [110.0, 164.8, 220.6, 277.2]
                .iter()
                .map(|hz| 0.1 * swell * (std::f32::consts::TAU * (hz * t).fract()).sin())
                .sum()
        })
        .collect()
}

/// A buzzing source under two wandering formants, in syllables of 90 to 330 ms and pauses of 20 to 700 ms.
fn babble(frames: usize, rng: &mut Rng) -> Vec<f32> {
    use super::filter::Svf;
    let rate = SAMPLE_RATE as f32;
    let mut voice = Vec::with_capacity(frames);
    let mut formants = [Svf::default(), Svf::default()];
    while voice.len() < frames {
        let length = (rng.range(0.09, 0.33) * f64::from(rate)) as usize;
        let pitch_hz = rng.range(95.0, 150.0) as f32;
        let (low_hz, high_hz) = (
            rng.range(300.0, 800.0) as f32,
            rng.range(900.0, 2300.0) as f32,
        );
        let breath = if rng.unit() < 0.4 { 0.8 } else { 0.1 };
        let loud = rng.range(0.3, 1.0) as f32;
        for i in 0..length {
            let shape = (std::f32::consts::PI * i as f32 / length as f32)
                .sin()
                .powf(0.6);
            let buzz = 1.0 - 2.0 * (pitch_hz * i as f32 / rate).fract() + breath * rng.noise();
            let low = formants[0].run(buzz, low_hz / rate, 0.25).band;
            let high = formants[1].run(buzz, high_hz / rate, 0.2).band;
            voice.push(0.15 * loud * shape * (low + 0.7 * high));
        }
        let pause_s = if rng.unit() < 0.15 {
            rng.range(0.2, 0.7)
        } else {
            rng.range(0.02, 0.09)
        };
        voice.extend(std::iter::repeat_n(
            0.0,
            (pause_s * f64::from(rate)) as usize,
        ));
    }
    voice.truncate(frames);
    voice
}
