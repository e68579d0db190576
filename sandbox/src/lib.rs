//! The sandbox that a process closes around itself before it touches what strangers sent.
//!
//! [`enter`] is called once, by a process that has a single thread and has opened nothing yet. From then on, and for good, the
//! process reads and writes only below the paths of its [`Rules`], has no network, starts no programs and no processes, sees
//! and signals no other process, and uses no more than its [`Limits`]. Layers overlap on purpose, so that a hole in one
//! of them is not a way out:
//!
//! | layer | what it guards | file |
//! |---|---|---|
//! | descriptors | only standard input, output and error stay open | `descriptors.rs` |
//! | privileges | no capabilities, none to be gained, no memory dump, not to be traced | `privileges.rs` |
//! | limits | address space, processor time, sizes of files, descriptors, threads | `limits.rs` |
//! | Landlock | which files can be opened, made and removed; signals and sockets, on kernels that have that | `landlock.rs` |
//! | seccomp | which system calls there are at all, and with which arguments | `seccomp/` |
//!
//! What it does not hide: whether a path exists, its size and its times (`stat`), the system's name, memory and uptime.
//! What it does not bound: how many files are made, one after the other, in a folder to write into, and, for root, how many
//! threads there are. Whoever starts such a process watches both.
//!
//! A kernel without a layer is the business of [`Mode`]; [`available()`] says what this one has.

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("the sandbox knows the system calls of Linux on x86-64 and AArch64 only");

mod available;
mod calls;
mod descriptors;
mod devices;
mod enter;
mod error;
mod landlock;
mod limits;
mod mode;
mod privileges;
mod rules;
mod seccomp;

pub use available::{Available, available};
#[doc(hidden)]
pub use enter::enter_with;
pub use enter::{InForce, enter};
pub use error::SandboxError;
pub use limits::Limits;
pub use mode::{Mode, ModeFault};
pub use rules::{Devices, Rules};
