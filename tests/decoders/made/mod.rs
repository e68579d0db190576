//! Sounds that Debian's FFmpeg decodes and does not encode, written here bit by bit.

mod amr;
mod bits;
mod layer_1;
mod monkeys_audio;
mod wma_pro;

pub use amr::{amr_narrow, amr_wide};
pub use layer_1::layer_1;
pub use monkeys_audio::monkeys_audio;
pub use wma_pro::wma_pro;
