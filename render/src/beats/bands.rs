//! Sums spectra to twenty bands of about a third of an octave and keeps them until the end of the track.

/// Edges of the bands in Hz.
const EDGES_HZ: [f64; 21] = [
    30.0, 60.0, 90.0, 120.0, 160.0, 210.0, 280.0, 360.0, 470.0, 610.0, 800.0, 1050.0, 1350.0,
    1750.0, 2300.0, 3000.0, 3900.0, 5000.0, 6500.0, 8500.0, 11000.0,
];

/// Number of bands.
pub(super) const BANDS: usize = EDGES_HZ.len() - 1;

/// The bands of the kick and the bass; the body of the music; snare, clap and attacks; hats.
pub(super) const GROUPS: [std::ops::Range<usize>; 4] = [0..4, 4..12, 12..17, 17..20];

/// The bands of every frame so far.
pub(super) struct BandLog {
    /// First and past-the-end bin of each band; never empty.
    bins: Vec<(usize, usize)>,
    frames: Vec<[f32; BANDS]>,
}

impl BandLog {
    pub(super) fn new(rate_hz: f64, window: usize) -> Self {
        let last_bin = window / 2 + 1;
        let bin = |hz: f64| ((hz * window as f64 / rate_hz).round() as usize).min(last_bin - 1);
        let bins = EDGES_HZ
            .windows(2)
            .map(|edge| (bin(edge[0]), bin(edge[1]).max(bin(edge[0]) + 1)))
            .collect();
        Self {
            bins,
            frames: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, magnitudes: &[f32]) {
        let mut frame = [0.0; BANDS];
        for (band, &(from, to)) in frame.iter_mut().zip(&self.bins) {
            *band = magnitudes[from..to].iter().sum::<f32>() / (to - from) as f32;
        }
        self.frames.push(frame);
    }

    pub(super) fn frames(&self) -> &[[f32; BANDS]] {
        &self.frames
    }
}
