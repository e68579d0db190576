use gildhall_resize::{FilterType, Resize, Source};

use super::PhotoError;
use super::cover::Crop;
use super::raster::{Raster, Samples};

/// Samples that lie in rows of `stride_px` pixels, of which `size` are picture.
pub(super) struct View<'a> {
    pub bytes: &'a [u8],
    pub stride_px: u32,
    pub size: (u32, u32),
    pub edges: Edges,
}

/// Which kernels may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// Lanczos-3 keeps detail when a photo is made smaller; Catmull-Rom rings less when one is enlarged.
    Sharp,
    /// Kernels without negative weights (Hamming, triangle), for colour that is multiplied by alpha: where a
    /// kernel overshoots, alpha is cut at opaque and colour is not, which draws a bright rim round a cut-out.
    NoOvershoot,
}

impl Edges {
    fn filter(self, enlarges: bool) -> FilterType {
        match (self, enlarges) {
            (Self::Sharp, false) => FilterType::Lanczos3,
            (Self::Sharp, true) => FilterType::CatmullRom,
            (Self::NoOvershoot, false) => FilterType::Hamming,
            (Self::NoOvershoot, true) => FilterType::Bilinear,
        }
    }
}

/// Resamples `crop` of `view` to `size`, channel by channel; alpha must be multiplied in before.
pub(super) fn resample<P: Resize>(
    view: &View<'_>,
    crop: &Crop,
    size: (u32, u32),
) -> Result<Vec<P::Component>, PhotoError> {
    let enlarges = f64::from(size.0) > crop.width || f64::from(size.1) > crop.height;
    let source = Source {
        bytes: view.bytes,
        stride_px: view.stride_px,
        size: view.size,
        crop: [crop.left, crop.top, crop.width, crop.height],
        filter: view.edges.filter(enlarges),
    };
    P::resize(source, size).map_err(|source| PhotoError::Resample { source })
}

/// Multiplies colour by alpha, in place, so that the colour of invisible pixels cannot bleed into visible ones.
pub(super) fn premultiply_u8(pixels: &mut [u8], step: usize) {
    for pixel in pixels.chunks_exact_mut(step) {
        let alpha = u32::from(pixel[step - 1]);
        for colour in &mut pixel[..step - 1] {
            *colour = ((u32::from(*colour) * alpha + 127) / 255) as u8;
        }
    }
}

/// As [`premultiply_u8`] for 16 bits.
pub(super) fn premultiply_u16(pixels: &mut [u16], step: usize) {
    for pixel in pixels.chunks_exact_mut(step) {
        let alpha = u32::from(pixel[step - 1]);
        for colour in &mut pixel[..step - 1] {
            *colour = ((u32::from(*colour) * alpha + 32_767) / 65_535) as u16;
        }
    }
}

/// Straight alpha again; what is fully transparent becomes black, and the filter's overshoot is cut.
pub(super) fn unpremultiply(mut raster: Raster) -> Raster {
    if !raster.channels.has_alpha() {
        return raster;
    }
    let step = raster.channels.count();
    match &mut raster.samples {
        Samples::U8(pixels) => divide(pixels, step, 255),
        Samples::U16(pixels) => divide(pixels, step, 65_535),
    }
    raster
}

fn divide<T: Copy + Into<u32> + TryFrom<u32> + Default>(pixels: &mut [T], step: usize, full: u32) {
    for pixel in pixels.chunks_exact_mut(step) {
        let alpha: u32 = pixel[step - 1].into();
        if alpha == full {
            continue;
        }
        for colour in &mut pixel[..step - 1] {
            let value: u32 = (*colour).into();
            // 65535² and half of 65535 still fit 32 bits.
            let straight = (value * full + alpha / 2)
                .checked_div(alpha)
                .unwrap_or(0)
                .min(full);
            *colour = T::try_from(straight).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use gildhall_resize::U8;

    use super::*;

    #[test]
    fn padding_beside_the_picture_is_never_read() {
        // Two columns of picture, then padding of another value.
        let bytes = [10, 10, 255, 255, 10, 10, 255, 255];
        let view = View {
            bytes: &bytes,
            stride_px: 4,
            size: (2, 2),
            edges: Edges::Sharp,
        };
        let out = resample::<U8>(&view, &Crop::whole((2, 2)), (7, 5)).unwrap();
        assert!(out.iter().all(|&v| v == 10), "{out:?}");
    }

    #[test]
    fn multiplying_and_dividing_alpha_gives_the_colour_back() {
        for alpha in [1_u16, 128, 255] {
            let mut pixels = vec![200_u8, 100, 0, alpha as u8];
            premultiply_u8(&mut pixels, 4);
            divide(&mut pixels, 4, 255);
            let off = i32::from(pixels[0]) - 200;
            assert!(off.abs() <= 128 / i32::from(alpha) + 1, "{alpha}: {off}");
        }
        let mut invisible = vec![9_u16, 9, 9, 0];
        divide(&mut invisible, 4, 65_535);
        assert_eq!(invisible, [0, 0, 0, 0]);
        let mut brightest = vec![65_535_u16, 65_535, 65_535, 65_534];
        divide(&mut brightest, 4, 65_535);
        assert_eq!(brightest[0], 65_535);
    }
}
