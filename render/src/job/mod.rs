//! A whole render: from a job spec and a folder of assets to finished files.
//!
//! The way of a render:
//!
//! 1. `gather` opens every asset, measures it, and finds the beats.
//! 2. [`crate::plan`] decides what is seen and heard when.
//! 3. `run` lets the stages work side by side, joined by bounded channels:
//!
//! ```text
//! photos ──────┐
//! backdrop ────┼─> frames ──> encode (one lane a video) ──> files
//! layers ──────┘                ^
//! sound ────────────────────────┘
//! ```
//!
//! 4. `staging` gives the files their names once all of them are complete.

mod analyses;
mod backdrop;
mod encode;
mod error;
mod frames;
mod gather;
mod images;
mod lane;
mod layers;
mod peak_memory;
mod photos;
mod report;
mod request;
mod run;
mod staging;

pub use error::{ErrorClass, RenderError};
pub use peak_memory::peak_memory_bytes;
pub use report::{OutputFile, RenderReport, SoundReport, Timings};
pub use request::{Progress, RenderOptions, RenderRequest};
pub use run::{compose_frames, plan, render};

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use analyses::{decoder, told};
