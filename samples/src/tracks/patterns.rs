//! Which instrument plays where in a bar.

use super::spec::{BassStyle, Groove};

/// A struck instrument of the kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drum {
    Kick,
    Snare,
    Clap,
    Rim,
    Hat,
    OpenHat,
    Shaker,
}

/// One hit of a bar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) drum: Drum,
    /// Position in beats from the bar's start.
    pub(super) beat: f64,
    /// 0..1.
    pub(super) velocity: f32,
}

/// Beats in a bar of this groove.
pub(super) fn beats_per_bar(groove: Groove) -> usize {
    if groove == Groove::Waltz { 3 } else { 4 }
}

/// The drum hits of one bar.
pub(super) fn drum_steps(groove: Groove) -> Vec<Step> {
    use Drum::{Clap, Hat, Kick, OpenHat, Rim, Shaker, Snare};
    let lines: Vec<(Drum, f32, Vec<f64>)> = match groove {
        Groove::House => vec![
            (Kick, 1.0, beats(4)),
            (Clap, 0.7, vec![1.0, 3.0]),
            (OpenHat, 0.45, offbeats(4)),
            (Shaker, 0.3, every(0.25, 4)),
        ],
        Groove::OffbeatHats => vec![
            (Kick, 0.5, beats(4)),
            (OpenHat, 1.0, offbeats(4)),
            (Hat, 0.35, every(0.25, 4)),
        ],
        Groove::Rock => vec![
            (Kick, 1.0, vec![0.0, 2.0, 2.5]),
            (Snare, 0.9, vec![1.0, 3.0]),
            (Hat, 0.5, every(0.5, 4)),
        ],
        Groove::BoomBap => vec![
            (Kick, 1.0, vec![0.0, 1.75, 2.5]),
            (Snare, 0.9, vec![1.0, 3.0]),
            (Hat, 0.45, every(0.5, 4)),
        ],
        Groove::DrumAndBass => vec![
            (Kick, 1.0, vec![0.0, 2.5]),
            (Snare, 0.95, vec![1.0, 3.0]),
            (Hat, 0.4, every(0.5, 4)),
            (Snare, 0.15, vec![1.75, 2.25]),
        ],
        Groove::Ballad => vec![
            (Kick, 0.7, vec![0.0, 2.0]),
            (Rim, 0.55, vec![1.0, 3.0]),
            (Hat, 0.3, every(0.5, 4)),
        ],
        Groove::Reggaeton => vec![
            (Kick, 1.0, beats(4)),
            (Snare, 0.7, vec![0.75, 1.5, 2.75, 3.5]),
            (Hat, 0.35, every(0.5, 4)),
        ],
        Groove::Funk => vec![
            (Kick, 1.0, vec![0.0, 0.5, 2.25, 2.75]),
            (Snare, 0.9, vec![1.0, 3.0]),
            (Snare, 0.2, vec![1.75, 2.25, 3.75]),
            (Hat, 0.4, every(0.25, 4)),
        ],
        Groove::Waltz => vec![
            (Kick, 0.9, vec![0.0]),
            (Rim, 0.5, vec![1.0, 2.0]),
            (Hat, 0.25, every(0.5, 3)),
        ],
        Groove::Acoustic => Vec::new(),
    };
    lines
        .into_iter()
        .flat_map(|(drum, velocity, at)| {
            at.into_iter().map(move |beat| Step {
                drum,
                beat,
                velocity: velocity * accent(beat),
            })
        })
        .collect()
}

/// Extra hits of the last bar of a phrase of four, for grooves with a snare.
pub(super) fn fill_steps(groove: Groove) -> Vec<Step> {
    let drum = match groove {
        Groove::Rock | Groove::BoomBap | Groove::DrumAndBass | Groove::Funk => Drum::Snare,
        Groove::House | Groove::OffbeatHats => Drum::Clap,
        _ => return Vec::new(),
    };
    [3.5, 3.75]
        .map(|beat| Step {
            drum,
            beat,
            velocity: 0.5,
        })
        .to_vec()
}

/// The bass notes of one bar: position and length in beats, semitones above the root.
pub(super) fn bass_steps(style: BassStyle, beats_per_bar: usize) -> Vec<(f64, f64, f32)> {
    let bar = beats_per_bar as f64;
    let notes = match style {
        BassStyle::None => vec![],
        BassStyle::OnBeat => vec![
            (0.0, 0.9, 0.0),
            (1.0, 0.4, 0.0),
            (2.0, 0.9, 7.0),
            (3.0, 0.7, 0.0),
        ],
        BassStyle::OffBeat => vec![
            (0.5, 0.4, 0.0),
            (1.5, 0.4, 0.0),
            (2.5, 0.4, 0.0),
            (3.5, 0.4, 12.0),
        ],
        BassStyle::Syncopated => vec![
            (0.0, 0.6, 0.0),
            (0.75, 0.6, 0.0),
            (1.5, 0.8, 12.0),
            (2.75, 0.5, 7.0),
            (3.5, 0.45, 10.0),
        ],
    };
    notes.into_iter().filter(|&(at, ..)| at < bar).collect()
}

fn beats(count: u8) -> Vec<f64> {
    (0..count).map(f64::from).collect()
}

fn offbeats(count: u8) -> Vec<f64> {
    (0..count).map(|beat| f64::from(beat) + 0.5).collect()
}

fn every(step: f64, beats: u8) -> Vec<f64> {
    let count = (f64::from(beats) / step) as u16;
    (0..count).map(|i| f64::from(i) * step).collect()
}

/// Players lean on the bar's start and play the sixteenths between eighths softly.
fn accent(beat: f64) -> f32 {
    if beat == 0.0 {
        1.0
    } else if (beat * 2.0).fract() != 0.0 {
        0.7
    } else {
        0.92
    }
}
