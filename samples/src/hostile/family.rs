//! The ways in which files are made hostile.

mod changing;
mod costly;
mod cut;
mod declared;
mod elsewhere;
mod flip;
mod inflated;
mod lengths;
mod looped;
mod nested;
mod noise;
mod polyglot;
mod splice;
mod tiny;

use super::Use;
use super::bases::{Base, Bases};
use crate::rng::Rng;

/// A way in which files are made hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Cut off, at every kind of place.
    Cut,
    /// Bits flipped, in headers and elsewhere.
    Flip,
    /// Put together from two files, or with parts twice, missing or exchanged.
    Splice,
    /// Lengths, counts and offsets that lie.
    Lengths,
    /// Pictures that declare a hundred gigapixels, or as many as their format can.
    Declared,
    /// Small archives of large contents.
    Inflated,
    /// Containers in containers in containers.
    Nested,
    /// Playlists, scripts and documents under the names of media.
    Elsewhere,
    /// Streams that become others in the middle.
    Changing,
    /// Nothing, or next to it.
    Tiny,
    /// Two kinds of file in one.
    Polyglot,
    /// Camera data and directories that lead back to themselves.
    Looped,
    /// The right mark before random bytes.
    Noise,
    /// Few bytes that ask for much work.
    Costly,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 14] = [
        Self::Cut,
        Self::Flip,
        Self::Splice,
        Self::Lengths,
        Self::Declared,
        Self::Inflated,
        Self::Nested,
        Self::Elsewhere,
        Self::Changing,
        Self::Tiny,
        Self::Polyglot,
        Self::Looped,
        Self::Noise,
        Self::Costly,
    ];

    /// Its name in file names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Flip => "flip",
            Self::Splice => "splice",
            Self::Lengths => "lengths",
            Self::Declared => "declared",
            Self::Inflated => "inflated",
            Self::Nested => "nested",
            Self::Elsewhere => "elsewhere",
            Self::Changing => "changing",
            Self::Tiny => "tiny",
            Self::Polyglot => "polyglot",
            Self::Looped => "looped",
            Self::Noise => "noise",
            Self::Costly => "costly",
        }
    }

    /// Its file number `turn`.
    pub(super) fn make(self, bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
        match self {
            Self::Cut => cut::make(bases, turn, rng),
            Self::Flip => flip::make(bases, turn, rng),
            Self::Splice => splice::make(bases, turn, rng),
            Self::Lengths => lengths::make(bases, turn, rng),
            Self::Declared => declared::make(turn, rng),
            Self::Inflated => inflated::make(turn, rng),
            Self::Nested => nested::make(turn, rng),
            Self::Elsewhere => elsewhere::make(bases, turn, rng),
            Self::Changing => changing::make(bases, turn, rng),
            Self::Tiny => tiny::make(bases, turn, rng),
            Self::Polyglot => polyglot::make(bases, turn, rng),
            Self::Looped => looped::make(bases, turn, rng),
            Self::Noise => noise::make(bases, turn, rng),
            Self::Costly => costly::make(bases, turn, rng),
        }
    }
}

/// A hostile file without its number.
pub(super) struct Made {
    pub label: String,
    pub extension: &'static str,
    pub usage: Use,
    pub bytes: Vec<u8>,
}

impl Made {
    fn new(label: impl Into<String>, extension: &'static str, usage: Use, bytes: Vec<u8>) -> Self {
        Self {
            label: label.into(),
            extension,
            usage,
            bytes,
        }
    }

    /// `base` with other content.
    fn of(base: &Base, what: &str, bytes: Vec<u8>) -> Self {
        let label = format!("{}-{what}", base.name);
        Self::new(label, base.extension, base.usage, bytes)
    }
}

/// A catalogue's file number `turn`; from its second round on with some bits flipped, so that no two files are the same.
fn from_catalogue(catalogue: &[fn(&mut Rng) -> Made], turn: u32, rng: &mut Rng) -> Made {
    let count = catalogue.len() as u32;
    let made = catalogue[(turn % count) as usize](rng);
    again(made, turn / count, rng)
}

/// What was made in round 0 as it is, and in later rounds with some bits flipped.
fn again(mut made: Made, round: u32, rng: &mut Rng) -> Made {
    if round > 0 {
        flip::bits(&mut made.bytes, 1 + rng.below(8), rng);
        made.label = format!("{}-flipped", made.label);
    }
    made
}
