//! Z1: the overlay video, looped, at 0.7 opacity over the ground, as packed samples of what can be seen.
//!
//! Decoding the overlay again on every round would cost more than composing. The first round is therefore kept in an
//! unnamed temporary file, packed as the compositor wants it, and later rounds read it back: the page cache serves them,
//! and the memory of the process stays the same however long the video is.

mod pack;
mod schedule;
mod store;
mod stream;

pub use stream::{Atmosphere, AtmosphereError, seen_rects};
