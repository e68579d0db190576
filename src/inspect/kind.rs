//! The kinds of assets that a tenant uploads, and what content each takes.

use std::str::FromStr;

/// What an asset is for. Its word is the folder of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetKind {
    /// Product images.
    Products,
    /// Golden frames: images with alpha.
    Frames,
    /// Music.
    Audio,
    /// Atmospheres: videos.
    Overlays,
}

/// The words, for people.
pub const WORDS: &str = "products, frames, audio or overlays";

impl AssetKind {
    /// Every kind.
    pub const ALL: [AssetKind; 4] = [
        AssetKind::Products,
        AssetKind::Frames,
        AssetKind::Audio,
        AssetKind::Overlays,
    ];

    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            AssetKind::Products => "products",
            AssetKind::Frames => "frames",
            AssetKind::Audio => "audio",
            AssetKind::Overlays => "overlays",
        }
    }

    /// What it takes, for people.
    pub const fn takes(self) -> &'static str {
        match self {
            AssetKind::Products | AssetKind::Frames => {
                "an image: JPEG, PNG, WebP, GIF, AVIF, BMP or TIFF"
            }
            AssetKind::Audio => "audio such as MP3, AAC, WAV, FLAC, Ogg or MP4",
            AssetKind::Overlays => "a video: MP4, QuickTime, Matroska, WebM, AVI or ASF",
        }
    }
}

impl FromStr for AssetKind {
    type Err = ();

    fn from_str(word: &str) -> Result<AssetKind, ()> {
        let known = AssetKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word);
        known.ok_or(())
    }
}
