//! The peer: aubio's own causal tempo tracker with the settings of its command-line tool.

use aubio_rs::{OnsetMode, Tempo};

const WINDOW: usize = 1024;
const HOP: usize = 512;

/// Beat times of a mono track in seconds.
pub fn beats_s(mono: &[f32], sample_rate: u32) -> Vec<f64> {
    let mut tempo =
        Tempo::new(OnsetMode::SpecFlux, WINDOW, HOP, sample_rate).expect("aubio starts");
    let mut beats_s = Vec::new();
    for hop in mono.chunks_exact(HOP) {
        if tempo.do_result(hop).expect("aubio takes a hop") > 0.0 {
            beats_s.push(f64::from(tempo.get_last_s()));
        }
    }
    beats_s
}
