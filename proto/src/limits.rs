//! Every limit of the contract, in one place: the reader, the JSON Schema and the fault messages all
//! take their numbers from here.

/// The one version of the job spec that this crate reads and writes.
pub const SPEC_VERSION: u32 = 1;

/// Largest encoded job spec in bytes, in either encoding (256 KiB).
pub const MAX_SPEC_BYTES: usize = 256 * 1024;
/// Deepest nesting of arrays and objects in a job spec, counting the document itself as 1.
pub const MAX_SPEC_DEPTH: usize = 16;
/// Most faults that one report lists.
pub const MAX_FAULTS: usize = 50;

/// Largest asset file in bytes (100 MB). Checked where files are read, not by this crate.
pub const MAX_FILE_BYTES: u64 = 100_000_000;

/// Fewest images of a job.
pub const MIN_IMAGES: usize = 1;
/// Most images of a job.
pub const MAX_IMAGES: usize = 50;

/// Longest asset key in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 512;
/// Most `/`-separated parts of an asset key.
pub const MAX_KEY_PARTS: usize = 16;
/// Longest part of an asset key in bytes of UTF-8 (the limit of common file systems).
pub const MAX_KEY_PART_BYTES: usize = 255;

/// Longest hook text in characters as a person counts them (extended grapheme clusters, UAX #29).
pub const MAX_HOOK_CHARS: usize = 500;
/// Longest hook text in bytes of UTF-8, as sent and after cleaning (32 KiB: more than 500 of the longest emoji take).
pub const MAX_HOOK_BYTES: usize = 32 * 1024;
/// Most combining marks on one base character: in the hook text further ones are dropped, an asset key with more is refused.
pub const MAX_MARKS_PER_BASE: usize = 8;
/// Most line breaks kept in a row in the hook text.
pub const MAX_NEWLINES_IN_A_ROW: usize = 2;

/// Shortest video in milliseconds.
pub const MIN_DURATION_MS: u32 = 1_000;
/// Longest video in milliseconds.
pub const MAX_DURATION_MS: u32 = 180_000;
/// Length in milliseconds of a video that has neither audio nor a `duration_s`.
pub const DEFAULT_SILENT_DURATION_MS: u32 = 15_000;

/// Lowest constant rate factor of x264 (best picture, largest file).
pub const MIN_CRF: u8 = 15;
/// Highest constant rate factor of x264 (smallest file).
pub const MAX_CRF: u8 = 35;
/// Constant rate factor where none is given.
pub const DEFAULT_CRF: u8 = 21;

/// Most further renditions of a job.
pub const MAX_RENDITIONS: usize = 5;
/// Narrowest rendition in pixels (360x640).
pub const MIN_RENDITION_WIDTH_PX: u16 = 360;
/// Widest rendition in pixels (1080x1920).
pub const MAX_RENDITION_WIDTH_PX: u16 = 1080;
/// A width of exactly 9:16 with both sides even is a multiple of this; the height is then the same
/// multiple of [`RENDITION_HEIGHT_STEP_PX`].
pub const RENDITION_WIDTH_STEP_PX: u16 = 18;
/// See [`RENDITION_WIDTH_STEP_PX`].
pub const RENDITION_HEIGHT_STEP_PX: u16 = 32;

/// Most thumbnails of a job; 0 makes none.
pub const MAX_THUMBNAILS: u8 = 10;
/// Thumbnails where no number is given.
pub const DEFAULT_THUMBNAILS: u8 = 3;

/// Highest priority; 0 is the lowest.
pub const MAX_PRIORITY: u8 = 9;
/// Priority where none is given.
pub const DEFAULT_PRIORITY: u8 = 4;

/// Largest metadata in bytes, written as JSON without white space (4 KiB).
pub const MAX_METADATA_BYTES: usize = 4 * 1024;
/// Most keys of one object in the metadata.
pub const MAX_METADATA_KEYS: usize = 32;
/// Longest key in the metadata in characters (Unicode scalar values).
pub const MAX_METADATA_KEY_CHARS: usize = 64;
/// Deepest nesting of the metadata, counting the metadata object itself as 1.
pub const MAX_METADATA_DEPTH: usize = 4;
