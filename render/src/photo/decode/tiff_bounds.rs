//! What `image` would take of a TIFF without a limit.

use std::io::Cursor;

use tiff::decoder::Decoder;
use tiff::tags::Tag;

use super::super::PhotoError;
use super::super::limits::Limits;
use super::tiff_inks::translate;

/// Values of the tag `Compression`: JPEG as TIFF 6.0 had it, and as its supplement 2 mended it.
const JPEG: [u16; 2] = [6, 7];

/// Refuses tiles larger than any picture, since a row of one is held in memory, and JPEG in strips, since each strip has
/// a size of its own, which the decoder believes.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), PhotoError> {
    let translate = |error| translate(error, limits);
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(translate)?;
    let compression = decoder
        .find_tag_unsigned::<u16>(Tag::Compression)
        .map_err(translate)?;
    if compression.is_some_and(|method| JPEG.contains(&method)) {
        return Err(PhotoError::unsupported("JPEG compression inside a TIFF"));
    }
    let mut side = |tag| decoder.find_tag_unsigned::<u32>(tag).map_err(translate);
    match (side(Tag::TileWidth)?, side(Tag::TileLength)?) {
        (Some(width), Some(height)) => limits.check_size(width, height),
        _ => Ok(()),
    }
}
