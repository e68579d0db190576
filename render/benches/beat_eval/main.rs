//! Measures beat analysis on the generated suite and beside aubio's own tracker.
//!
//! `cargo bench --bench beat_eval [-- FOLDER]`: prints a table per suite; with a folder it also writes the tracks, so that
//! `tools/beat-peers.py FOLDER` can run other trackers on the same files.

mod aubio_tempo;
mod files;
mod score;

use std::path::PathBuf;
use std::time::Instant;

use gildhall_render::beats;
use gildhall_samples::tracks::{self, NamedTrack};
use score::{Agreement, agreement, median};

/// Seeds of the suites drawn at random; none of them was looked at while constants were chosen.
const HELD_OUT_SEEDS: [u64; 2] = [11, 12];

struct Row {
    ours: Agreement,
    aubio: Agreement,
    steady: bool,
    analysis_s: f64,
}

fn main() {
    let folder = std::env::args()
        .skip(1)
        .find(|arg| !arg.starts_with('-'))
        .map(PathBuf::from);
    run("suite", tracks::suite(), folder.as_ref());
    for seed in HELD_OUT_SEEDS {
        run(
            &format!("held-out-{seed}"),
            tracks::held_out(seed, 24),
            folder.as_ref(),
        );
    }
    without_pulse(folder.as_ref());
}

fn run(title: &str, suite: Vec<NamedTrack>, folder: Option<&PathBuf>) {
    println!("\n{title}: F at 70 ms over the whole track (F5: without the first 5 s)");
    println!(
        "{:<24} {:>6} {:>6} {:>8} {:>6} {:>8}",
        "track", "F", "F5", "err ms", "aubio", "ms"
    );
    let rows: Vec<Row> = suite
        .iter()
        .map(|named| measure(title, named, folder))
        .collect();
    summary(&rows);
}

fn measure(title: &str, named: &NamedTrack, folder: Option<&PathBuf>) -> Row {
    let track = tracks::render(&named.spec);
    let mono = track.mono();
    let start = Instant::now();
    let found = beats::analyse(&mono, track.sample_rate).expect("48 kHz can be analysed");
    let analysis_s = start.elapsed().as_secs_f64();
    if let Some(folder) = folder {
        files::write(&folder.join(title), &named.name, &track, &found.beats_s)
            .expect("the folder can be written");
    }
    let row = Row {
        ours: agreement(&found.beats_s, &track.beats_s),
        aubio: agreement(
            &aubio_tempo::beats_s(&mono, track.sample_rate),
            &track.beats_s,
        ),
        steady: named.steady,
        analysis_s,
    };
    let error_ms = row
        .ours
        .median_error_s
        .map_or(f64::NAN, |error| error * 1000.0);
    println!(
        "{:<24} {:>6.3} {:>6.3} {:>8.2} {:>6.3} {:>8.1}   {:.1} bpm, confidence {:.2}",
        named.name,
        row.ours.f_measure,
        row.ours.f_trimmed,
        error_ms,
        row.aubio.f_measure,
        analysis_s * 1000.0,
        found.tempo_bpm.unwrap_or(0.0),
        found.confidence,
    );
    row
}

fn summary(rows: &[Row]) {
    let mean =
        |value: &dyn Fn(&Row) -> f64| rows.iter().map(value).sum::<f64>() / rows.len() as f64;
    let steady: Vec<&Row> = rows.iter().filter(|row| row.steady).collect();
    println!(
        "mean F {:.3} (F5 {:.3}), aubio {:.3} (F5 {:.3}); median error {:.2} ms; analysis {:.0} ms a track",
        mean(&|row| row.ours.f_measure),
        mean(&|row| row.ours.f_trimmed),
        mean(&|row| row.aubio.f_measure),
        mean(&|row| row.aubio.f_trimmed),
        median(
            rows.iter()
                .filter_map(|row| row.ours.median_error_s)
                .collect()
        )
        .unwrap_or(f64::NAN)
            * 1000.0,
        mean(&|row| row.analysis_s) * 1000.0,
    );
    if !steady.is_empty() {
        let lowest = steady
            .iter()
            .map(|row| row.ours.f_measure)
            .fold(1.0, f64::min);
        let total: f64 = steady.iter().map(|row| row.ours.f_measure).sum();
        println!(
            "steady tracks: mean F {:.3}, lowest {lowest:.3}",
            total / steady.len() as f64
        );
    }
}

fn without_pulse(folder: Option<&PathBuf>) {
    println!("\nwithout a pulse: no beats should be found");
    for seed in 0..4 {
        for (name, track) in tracks::pulseless(seed) {
            let found =
                beats::analyse(&track.mono(), track.sample_rate).expect("48 kHz can be analysed");
            if let Some(folder) = folder {
                files::write(
                    &folder.join("pulseless"),
                    &format!("{name}-{seed}"),
                    &track,
                    &found.beats_s,
                )
                .expect("the folder can be written");
            }
            println!(
                "{name:<12} seed {seed}: {:>3} beats, confidence {:.2}",
                found.beats_s.len(),
                found.confidence
            );
        }
    }
}
