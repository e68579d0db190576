//! What every test here needs: a job in a folder of its own, media made on the spot, and a second opinion on the result.

pub mod compare;
pub mod ffmpeg;
pub mod golden;
pub mod media;
pub mod pixels;
pub mod still_life;
mod studio;

pub use studio::{Studio, job, options};
