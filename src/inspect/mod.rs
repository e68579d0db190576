//! What an upload is: found out in the sandbox, since nothing outside of it may parse what a stranger sent.
//!
//! [`Inspector`] is the side of the API: it starts `gildhall inspect` in a process of its own and believes nothing of its
//! `answer` that it cannot check. The other side is the command, which [`sniff`]s the file and measures it.

mod answer;
mod content;
mod error;
mod inspector;
pub mod kind;
mod measured;

pub use answer::{Answer, Refusal};
pub use content::{Content, HEAD_BYTES, sniff};
pub use error::InspectError;
pub use inspector::{Found, Inspector};
pub use kind::AssetKind;
pub use measured::Measured;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use inspector::judge;
