//! Processes of this same binary that handle what strangers sent: the renders of a worker, the inspections of the API.
//!
//! A [`Program`] makes the command, [`Child`] runs it: with an emptied environment, no input, a process group of its own, and
//! within its [`Limits`]. Inside, the child closes a sandbox around itself before it opens a file; what that refuses ends as
//! a [`Fate`]. What a child says may be the word of whoever took it over: lines come bounded, and their readers believe
//! nothing that they can check.

mod disk;
mod error;
mod fate;
mod limits;
mod lines;
mod meter;
mod process;
mod program;
mod status;
mod tail;
mod watch;

pub use error::ChildError;
pub use fate::Fate;
pub use limits::{DiskLimit, Limits, MAX_THREADS};
pub use meter::Meter;
pub use process::{Child, Ended, run};
pub use program::Program;
pub use status::Status;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{lines::each_line, tail::tail};
