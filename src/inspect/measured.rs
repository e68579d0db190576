//! The size and length of an upload.

/// What was measured of an upload; claims of its own headers, within bounds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// Width in pixels, of an image or a video.
    pub width: Option<u32>,
    /// Height in pixels, of an image or a video.
    pub height: Option<u32>,
    /// Length in milliseconds, of sound or a video, where it is known.
    pub duration_ms: Option<u64>,
}
