//! Photographs: the bytes of an untrusted image file become sRGB pixels that cover a target size.
//!
//! The way of a photo: [`sniff`] names the format by content, its decoder checks the declared size against
//! [`Limits`] before it allocates pixels, the wanted part is cropped and resized at the file's own depth, and only
//! then are its colours converted to sRGB, the picture turned upright and reduced to eight bits. So the costly
//! steps after decoding see a picture of the target's size, not of the camera's.
//!
//! Nothing here opens files, and nothing trusts a name or a header. A stranger's image belongs into [`in_time`], which
//! holds the CPU time of all this to a limit.

mod colour;
mod cover;
mod cpu_clock;
mod decode;
mod error;
mod format;
mod in_time;
mod limits;
mod orient;
mod raster;
mod resize;

#[cfg(test)]
mod tests;

pub use cover::CoverTarget;
pub use error::PhotoError;
pub use format::{Format, sniff};
pub use in_time::in_time;
pub use limits::Limits;

use limits::pixel_bytes;

/// What a header says, without any pixel having been decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoInfo {
    /// Format by content.
    pub format: Format,
    /// Width in pixels of the upright picture.
    pub width: u32,
    /// Height in pixels of the upright picture.
    pub height: u32,
    /// Whether the file has an alpha channel; its pixels may still all be opaque.
    pub has_alpha: bool,
    /// Whether the file announces more than one frame; only the first is ever used.
    pub animated: bool,
}

/// Upright sRGB pixels with eight bits a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Red, green, blue of each pixel, row by row, not multiplied by alpha.
    pub rgb: Vec<u8>,
    /// Straight alpha of each pixel; `None` where every pixel is opaque.
    pub alpha: Option<Vec<u8>>,
    /// What was odd about the file and was put up with.
    pub notes: Vec<PhotoNote>,
}

/// Something a customer may want to know about a photo that was used all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhotoNote {
    /// The colour profile could not be read or describes other pixels; sRGB was assumed.
    BrokenIccIgnored,
    /// The file ends early; only its upper rows (as stored) were used.
    TruncatedTail {
        /// Rows that were used.
        rows_used: u32,
        /// Rows that the header promises.
        rows_declared: u32,
    },
    /// The data break the rules of the format somewhere, yet every row could be decoded.
    DamageTolerated,
    /// The photo is so small that each of its pixels had to cover more than 2x2 of the target.
    UpscaledMoreThan2x,
    /// A high-dynamic-range picture was shown without tone mapping.
    HdrNotToneMapped,
}

/// Reads what the header of an image says; no pixels are decoded or allocated.
///
/// # Errors
/// An unknown or unsupported format, a broken header, or a size beyond `limits`.
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<PhotoInfo, PhotoError> {
    let format = sniff(bytes).ok_or(PhotoError::UnknownFormat)?;
    decode::probe(format, bytes, limits)
}

/// The largest size that a render asks for: a whole canvas.
const LARGEST_TARGET: CoverTarget = CoverTarget {
    width_px: 1080,
    height_px: 1920,
    focus_x: 0.5,
    focus_y: 0.5,
};

/// Decodes the whole image and throws the pixels away: what a file has to stand before somebody keeps it. What passes here
/// can be scaled to any size that a render asks for within the same limits.
///
/// # Errors
/// As [`probe`], and where the picture's data are damaged or too little of them is there.
pub fn examine(bytes: &[u8], limits: &Limits) -> Result<PhotoInfo, PhotoError> {
    let info = probe(bytes, limits)?;
    let decoded = decode::decode(info.format, bytes, limits)?;
    check_scaling(&decoded, &LARGEST_TARGET, bytes, limits)?;
    Ok(info)
}

/// Checks the memory that scaling takes, and says which part of the picture goes where.
fn check_scaling(
    decoded: &decode::Decoded,
    target: &CoverTarget,
    bytes: &[u8],
    limits: &Limits,
) -> Result<cover::Placement, PhotoError> {
    let placement = cover::place(decoded.picture.size(), decoded.orientation, target);
    let scaling = decoded
        .picture
        .resample_bytes(&placement.crop, placement.size);
    limits.check_alloc(scaling.saturating_add(bytes.len() as u64))?;
    Ok(placement)
}

/// Decodes an image and fills `target` with it: scaled to cover, cropped around the focus.
///
/// # Errors
/// As [`examine`].
pub fn load_cover(
    bytes: &[u8],
    target: &CoverTarget,
    limits: &Limits,
) -> Result<Photo, PhotoError> {
    check_target(target.width_px, target.height_px, limits)?;
    let format = sniff(bytes).ok_or(PhotoError::UnknownFormat)?;
    let decoded = decode::decode(format, bytes, limits)?;
    let placement = check_scaling(&decoded, target, bytes, limits)?;
    let decode::Decoded {
        picture,
        orientation,
        colour,
        mut notes,
    } = decoded;
    if placement.scale > 2.0 {
        notes.push(PhotoNote::UpscaledMoreThan2x);
    }
    let raster = picture.resample(&placement.crop, placement.size)?;
    let raster = colour::to_srgb(raster, &colour, &mut notes);
    Ok(orientation.apply(raster).into_photo(notes))
}

/// Decodes an image at its own size. Beside the decoded picture there have to be two copies of it in the memory limit.
///
/// # Errors
/// As [`examine`].
pub fn load_full(bytes: &[u8], limits: &Limits) -> Result<Photo, PhotoError> {
    let format = sniff(bytes).ok_or(PhotoError::UnknownFormat)?;
    let decode::Decoded {
        picture,
        orientation,
        colour,
        mut notes,
    } = decode::decode(format, bytes, limits)?;
    limits.check_alloc(picture.whole_bytes().saturating_add(bytes.len() as u64))?;
    let raster = picture.into_raster()?;
    let raster = colour::to_srgb(raster, &colour, &mut notes);
    Ok(orientation.apply(raster).into_photo(notes))
}

/// Resizes to exactly `width_px` × `height_px`, whatever that does to the proportions. Transparent pixels lend
/// no colour to their neighbours.
///
/// # Errors
/// A width or height of zero, a photo whose parts do not fit its size, or a result beyond the default [`Limits`].
pub fn scale_to(photo: &Photo, width_px: u32, height_px: u32) -> Result<Photo, PhotoError> {
    check_target(width_px, height_px, &Limits::default())?;
    let pixels = decode::Pixels::of_photo(photo).ok_or(PhotoError::ZeroSize)?;
    let whole = cover::Crop::whole((photo.width_px, photo.height_px));
    let raster = pixels.resample(&whole, (width_px, height_px))?;
    Ok(raster.into_photo(photo.notes.clone()))
}

fn check_target(width_px: u32, height_px: u32, limits: &Limits) -> Result<(), PhotoError> {
    limits.check_size(width_px, height_px)?;
    limits.check_alloc(pixel_bytes(width_px, height_px, 4))
}
