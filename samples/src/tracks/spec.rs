//! What a generated track is made of.

/// How the tempo goes over the track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TempoCurve {
    /// One tempo in beats per minute throughout.
    Steady(f64),
    /// From the first tempo to the second in beats per minute, evenly over the track.
    Drift(f64, f64),
    /// A live band: the tempo in beats per minute, and how far it wanders from it, as a fraction (0.03 is ±3 %).
    Wander(f64, f64),
}

/// Which drum pattern carries the track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Groove {
    /// Kick on every beat, clap on two and four, open hats between the beats.
    House,
    /// As `House`, with hats between the beats much louder than a soft kick.
    OffbeatHats,
    /// Kick on one and three, snare on two and four, hats in eighths.
    Rock,
    /// Syncopated kicks, snare on two and four, hats in eighths.
    BoomBap,
    /// Kick on one and just before four, snare on two and four, hats in eighths.
    DrumAndBass,
    /// Soft kick and rim, hats in eighths, piano chords.
    Ballad,
    /// Dembow: kick on every beat, snare on the 3-3-2 accents.
    Reggaeton,
    /// A broken funk pattern in sixteenths with ghost notes.
    Funk,
    /// Three beats to the bar.
    Waltz,
    /// No drums: strummed chords with accents on the beats.
    Acoustic,
}

/// How the bass moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BassStyle {
    /// No bass.
    None,
    /// Notes on the beats.
    OnBeat,
    /// A note between any two beats.
    OffBeat,
    /// Notes pushed off the beat in sixteenths.
    Syncopated,
}

/// A part in the middle without drums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breakdown {
    /// Where the drums stop, in seconds (moved to the next beat).
    pub from_s: f64,
    /// How long they are gone, in seconds.
    pub length_s: f64,
    /// Whether a soft arpeggio goes on; otherwise only the pad is left.
    pub pulse: bool,
}

/// Everything that decides the samples of a track.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackSpec {
    /// Seed of all its randomness.
    pub seed: u64,
    /// Length in seconds.
    pub duration_s: f64,
    /// Tempo over time.
    pub tempo: TempoCurve,
    /// Drum pattern.
    pub groove: Groove,
    /// Bass line.
    pub bass: BassStyle,
    /// How late the second eighth of a beat comes: 0.5 is straight, 0.667 a triplet swing.
    pub swing: f64,
    /// Deviation of the players' timing in milliseconds.
    pub jitter_ms: f64,
    /// Level of the hiss under the music relative to it, in dB, where there is one.
    pub noise_db: Option<f64>,
    /// Length of the quiet beginning (−22 dB, light drums) in seconds; 0 for none.
    pub quiet_intro_s: f64,
    /// The break in the middle, where there is one.
    pub breakdown: Option<Breakdown>,
    /// Level of the whole track, in dB relative to a normal master.
    pub gain_db: f64,
}

impl TrackSpec {
    /// A straight, clean 30 s track, to be varied by struct update.
    pub fn new(seed: u64, tempo: TempoCurve, groove: Groove, bass: BassStyle) -> Self {
        Self {
            seed,
            duration_s: 30.0,
            tempo,
            groove,
            bass,
            swing: 0.5,
            jitter_ms: 3.0,
            noise_db: None,
            quiet_intro_s: 0.0,
            breakdown: None,
            gain_db: 0.0,
        }
    }
}
