//! What a process may still do inside.

use crate::Limits;
use std::path::PathBuf;

/// What a process may still do inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Files, and folders with all below them, that may be read. What is not there is left out: it cannot be opened anyway.
    pub read: Vec<PathBuf>,
    /// Folders in which files may be read, made, written, renamed and removed, and files that may be written. No folders and
    /// no links can be made there. Each has to be there.
    pub write: Vec<PathBuf>,
    /// How much it may use.
    pub limits: Limits,
    /// Which devices it may use.
    pub devices: Devices,
}

/// Devices beside the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Devices {
    /// None.
    None,
    /// Those of hardware encoders (`/dev/dri`, `/dev/nvidia*`), the drivers that have to be loaded for them, and `ioctl`. So much
    /// is open to a driver that this is no whole sandbox: [`Mode::Required`](crate::Mode::Required) refuses it.
    Encoder,
}
