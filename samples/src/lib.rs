//! Gildhall's own media, made from a seed.
//!
//! Everything that the project ships or tests with comes from here: the default atmospheres, the golden frame,
//! product photos, tracks whose beats are known, and patterns for measuring. The same seed gives the same
//! pixels and samples; only the encoders that write files (through the `image` crate and the `ffmpeg` command)
//! may differ between versions.
//!
//! Reading order: [`assets`] lists what ships, [`products`], [`atmosphere`] and [`golden_frame`] make it. [`hostile`]
//! makes what nobody should be hurt by.

pub mod assets;
pub mod atmosphere;
pub mod canonical;
pub mod error;
pub mod ffmpeg;
mod files;
pub mod golden_frame;
pub mod hostile;
pub mod products;
pub mod rng;
mod studio;
pub mod test_pattern;
pub mod tracks;

pub use studio::Quality;
