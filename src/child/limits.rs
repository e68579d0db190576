//! What a child may take.

use std::path::PathBuf;
use std::time::Duration;

/// Most threads of a child. The widest render, 64 encoder threads in each of six sizes, stays below.
pub const MAX_THREADS: u64 = 512;

/// What a child may take before its parent kills it. Its sandbox has limits of its own, which hold without the parent.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From its start to its end.
    pub time: Duration,
    /// Megabytes resident.
    pub memory_mb: u64,
    /// The folder that it may write into, if there is one, and how much.
    pub disk: Option<DiskLimit>,
}

/// What a child may put into a folder.
#[derive(Clone, Debug)]
pub struct DiskLimit {
    /// The folder.
    pub folder: PathBuf,
    /// Most bytes of all its files together.
    pub max_bytes: u64,
}
