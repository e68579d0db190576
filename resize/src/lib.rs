//! Resizing of interleaved pixels by fast_image_resize.
//!
//! A crate of its own for one reason: that library's convolutions are generic, and their four megabytes of vector code would
//! be compiled again with every change to the renderer. [`Resize`] is implemented for concrete pixels only, so they are compiled
//! here, once.

use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::{PixelTrait, ResizeAlg, ResizeOptions, Resizer};

pub use fast_image_resize::FilterType;
pub use fast_image_resize::pixels::{U8, U8x2, U8x3, U8x4, U16, U16x2, U16x3, U16x4};

/// The library's refusal, for example of a size of zero.
pub type ResizeError = Box<dyn std::error::Error + Send + Sync>;

/// Pixels, and what to make of them.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Rows of `stride_px` pixels.
    pub bytes: &'a [u8],
    /// Pixels from row to row.
    pub stride_px: u32,
    /// Width and height of the picture in the rows.
    pub size: (u32, u32),
    /// Left, top, width and height of the part to resize, in fractional pixels.
    pub crop: [f64; 4],
    /// The kernel to convolve with.
    pub filter: FilterType,
}

/// Pixels that can be resized.
pub trait Resize: PixelTrait {
    /// Resizes the crop to `size`, channel by channel; alpha has to be multiplied in before.
    ///
    /// # Errors
    /// [`ResizeError`] where sizes and bytes do not fit each other.
    fn resize(source: Source<'_>, size: (u32, u32)) -> Result<Vec<Self::Component>, ResizeError>;
}

macro_rules! resize {
    ($($pixel:ty),*) => {$(
        impl Resize for $pixel {
            fn resize(source: Source<'_>, size: (u32, u32)) -> Result<Vec<Self::Component>, ResizeError> {
                run::<$pixel>(source, size)
            }
        }
    )*};
}

resize!(U8, U8x2, U8x3, U8x4, U16, U16x2, U16x3, U16x4);

/// Filter support beyond which every kernel offered here is zero (Lanczos-3), in output pixels.
const SUPPORT: f64 = 3.0;

/// Resizes down the columns first, then along the rows, as two calls.
///
/// Given both at once, fast_image_resize 6.1 sizes its intermediate picture by the taps of the last output pixel alone. Where
/// these end in weights of zero, which it trims, earlier pixels read beyond the picture. A call that filters one axis needs no
/// intermediate picture.
fn run<P: PixelTrait>(
    source: Source<'_>,
    size: (u32, u32),
) -> Result<Vec<P::Component>, ResizeError> {
    let [left, top, crop_width, crop_height] = source.crop;
    let (first, columns) = columns_needed(&source, size.0);
    let rows = TypedImageRef::<P>::from_buffer(source.stride_px, source.size.1, source.bytes)?;
    let picture = TypedCroppedImage::from_ref(&rows, first, 0, columns, source.size.1)?;
    let convolution = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(source.filter))
        .use_alpha(false);
    let mut upright = TypedImage::<P>::new(columns, size.1);
    let down = convolution.crop(0.0, top, f64::from(columns), crop_height);
    Resizer::new().resize_typed(&picture, &mut upright, &down)?;
    let mut resized = TypedImage::<P>::new(size.0, size.1);
    let along = convolution.crop(left - f64::from(first), 0.0, crop_width, f64::from(size.1));
    Resizer::new().resize_typed(&upright, &mut resized, &along)?;
    Ok(P::components(resized.pixels()).to_vec())
}

/// First and count of the source columns that any output pixel is made of.
fn columns_needed(source: &Source<'_>, width: u32) -> (u32, u32) {
    let [left, _, crop_width, _] = source.crop;
    let reach = SUPPORT * (crop_width / f64::from(width.max(1))).max(1.0) + 1.0;
    let first = (left - reach).max(0.0) as u32;
    let end = ((left + crop_width + reach).ceil() as u32).min(source.size.0);
    (first, end.saturating_sub(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(bytes: &[u8], size: (u32, u32), crop: [f64; 4], out: (u32, u32)) -> Vec<u8> {
        let source = Source {
            bytes,
            stride_px: size.0,
            size,
            crop,
            filter: FilterType::Lanczos3,
        };
        U8::resize(source, out).expect("sizes fit")
    }

    /// Ratios at which kernels meet their zeros on whole pixels; an out-of-bounds read ends a build with debug assertions.
    #[test]
    fn no_ratio_reads_beyond_the_picture() {
        let bytes = vec![77; 400 * 40];
        for out in 1..=130 {
            for (left, width) in [(0.0, 400.0), (100.0, 200.0), (37.5, 130.0), (0.25, 399.5)] {
                let crop = [left, 1.0, width, 38.0];
                let flat = resized(&bytes, (400, 40), crop, (out, 12));
                assert!(flat.iter().all(|&v| v == 77), "{out} from {width}");
            }
        }
    }

    #[test]
    fn a_crop_shows_its_own_part() {
        let ramp: Vec<u8> = (0..20).flat_map(|_| (0..200).map(|x| x as u8)).collect();
        let part = resized(&ramp, (200, 20), [50.0, 0.0, 100.0, 20.0], (50, 10));
        for (x, &value) in part[..50].iter().enumerate() {
            let want = 50.0 + 2.0 * x as f64 + 0.5;
            assert!((f64::from(value) - want).abs() <= 1.0, "{x}: {value}");
        }
    }
}
