//! What can go wrong while files are made.

use std::path::PathBuf;

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder or file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file that was just made could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// An image could not be encoded.
    #[error("cannot encode {}", path.display())]
    Image {
        /// The file it was meant for.
        path: PathBuf,
        /// Why not.
        source: image::ImageError,
    },
    /// The `ffmpeg` command could not be started.
    #[error("cannot start `ffmpeg`; install the system package `ffmpeg` (`make setup` does it)")]
    FfmpegMissing(#[source] std::io::Error),
    /// The `ffmpeg` command gave up.
    #[error("`ffmpeg` could not make {}: {message}", path.display())]
    Ffmpeg {
        /// The file it was to make.
        path: PathBuf,
        /// What it said.
        message: String,
    },
}
