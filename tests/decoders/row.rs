//! One file: what it holds, who is to decode it, and how it is made.

use anyhow::{Context, ensure};
use gildhall::inspect::AssetKind;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Something to be heard.
    Sound,
    /// Sound that nobody hears.
    Silence,
    /// Moving pictures.
    Film,
    /// A picture to be shown.
    Photo,
    /// A picture to look through.
    Frame,
}

impl Holds {
    /// What such a file is uploaded as.
    pub fn kind(self) -> AssetKind {
        match self {
            Holds::Sound | Holds::Silence => AssetKind::Audio,
            Holds::Film => AssetKind::Overlays,
            Holds::Photo => AssetKind::Products,
            Holds::Frame => AssetKind::Frames,
        }
    }
}

/// Who reads a file, by the names on the renderer's lists.
pub struct Means {
    pub demuxer: &'static str,
    pub decoder: &'static str,
}

/// Where a file comes from.
pub enum Source {
    /// From the `ffmpeg` command, which makes up its own input (lavfi).
    Encoded {
        input: &'static str,
        arguments: &'static str,
    },
    /// From code of ours: Debian's FFmpeg has no encoder for it.
    Made(fn() -> Vec<u8>),
}

/// A row of the tables.
pub struct Row {
    /// The file's name.
    pub name: &'static str,
    pub holds: Holds,
    /// Its way through FFmpeg; photos are no containers, and have none.
    pub means: Option<Means>,
    pub source: Source,
}

impl Row {
    /// Makes the file in a folder.
    pub fn make(&self, folder: &Path) -> anyhow::Result<()> {
        let file = folder.join(self.name);
        match &self.source {
            Source::Encoded { input, arguments } => encode(input, arguments, &file),
            Source::Made(bytes) => fs::write(&file, bytes()).context("it cannot be written"),
        }
    }
}

/// Where the encoder is missing, it is named in the words of `ffmpeg`.
fn encode(input: &str, arguments: &str, file: &Path) -> anyhow::Result<()> {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"])
        .args(["-f", "lavfi", "-i", input])
        .args(arguments.split_whitespace())
        .arg(file)
        .output()
        .context("there is no ffmpeg")?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "ffmpeg cannot make it with {arguments:?}: {}",
        words.trim()
    );
    Ok(())
}
