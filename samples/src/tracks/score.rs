//! Harmony shared by all tracks: chords as MIDI notes.

/// A chord in close position with its bass note.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chord {
    /// MIDI note of the bass.
    pub(super) bass: f32,
    /// MIDI notes of the upper voices, ascending.
    pub(super) voices: [f32; 4],
}

const fn chord(bass: f32, voices: [f32; 4]) -> Chord {
    Chord { bass, voices }
}

/// Four-bar progressions; the numbers are MIDI notes.
pub(super) const PROGRESSIONS: [[Chord; 4]; 4] = [
    // Am9, Fmaj7, Cmaj7, Em7
    [
        chord(33.0, [55.0, 59.0, 60.0, 64.0]),
        chord(29.0, [53.0, 57.0, 60.0, 64.0]),
        chord(36.0, [52.0, 55.0, 59.0, 64.0]),
        chord(40.0, [55.0, 59.0, 62.0, 64.0]),
    ],
    // Dm9, G13, Cmaj9, A7
    [
        chord(38.0, [53.0, 57.0, 60.0, 64.0]),
        chord(31.0, [53.0, 57.0, 59.0, 64.0]),
        chord(36.0, [52.0, 55.0, 59.0, 62.0]),
        chord(33.0, [49.0, 55.0, 57.0, 64.0]),
    ],
    // C, G, Am, F
    [
        chord(36.0, [52.0, 55.0, 60.0, 64.0]),
        chord(31.0, [50.0, 55.0, 59.0, 62.0]),
        chord(33.0, [52.0, 57.0, 60.0, 64.0]),
        chord(29.0, [53.0, 57.0, 60.0, 65.0]),
    ],
    // Em, C, G, D
    [
        chord(28.0, [52.0, 55.0, 59.0, 64.0]),
        chord(36.0, [52.0, 55.0, 60.0, 64.0]),
        chord(31.0, [50.0, 55.0, 59.0, 62.0]),
        chord(38.0, [54.0, 57.0, 62.0, 66.0]),
    ],
];
