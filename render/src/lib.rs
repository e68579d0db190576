//! Plans, composes and encodes a "Luxury Golden Frame" video: photos, music and a hook in, a finished MP4 out.
//!
//! [`job::render`] does all of it; [`job::plan`] stops after the plan. This crate knows files and pixels and nothing of
//! queues, databases or HTTP.
//!
//! | room | what it knows |
//! |---|---|
//! | [`job`] | the whole render: gather, plan, stages, files |
//! | [`plan`] | pure: spec + measurements → what is seen and heard when |
//! | [`compose`] | planar pixels: zoom, layers, frames |
//! | [`encode`] | H.264, MP4, JPEG |
//! | [`photo`] | untrusted image files → sRGB pixels |
//! | [`text`] | the hook → an RGBA layer |
//! | [`audio`] | any audio file → mastered AAC |
//! | [`beats`] | samples → beat times |
//! | [`atmosphere`] | the overlay video, looped and packed |
//! | [`media`] | opening untrusted audio and video with FFmpeg |
//! | [`assets`] | keys → files, inside one folder |
//! | [`measure`] | one file → its size and length, decoded once |

pub mod assets;
pub mod atmosphere;
pub mod audio;
pub mod beats;
pub mod compose;
pub mod defaults;
pub mod doctor;
pub mod encode;
pub mod job;
pub mod measure;
pub mod media;
pub mod photo;
pub mod plan;
pub mod text;
mod warning;

mod describe;

pub(crate) use describe::{Plain, describe, describe_in_full};
pub use warning::{NoBeatsReason, Warning};
