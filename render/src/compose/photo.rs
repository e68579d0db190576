//! A product photo made ready for the zoom: three planes, four with alpha, just above the size of its largest use.

use super::colour;
use super::planes::Plane;

/// Border columns that the zoom's filter may read beyond the edge.
pub(super) const PAD: usize = 2;

/// Pixels of a photo, already scaled and cropped to the source size of the zoom.
#[derive(Clone, Copy, Debug)]
pub struct Pixels<'a> {
    /// Width in pixels, even.
    pub width: usize,
    /// Height in pixels, even.
    pub height: usize,
    /// sRGB, 3 bytes a pixel.
    pub rgb: &'a [u8],
    /// Straight alpha, 1 byte a pixel; `None` when opaque.
    pub alpha: Option<&'a [u8]>,
}

/// The photo as the compositor resamples it.
#[derive(Clone, Debug)]
pub struct PreparedPhoto {
    /// Y′, Cb, Cr; premultiplied by alpha (full codes, offsets included) where `alpha` is there.
    pub(super) planes: [Plane; 3],
    /// Alpha for luma and for chroma.
    pub(super) alpha: Option<[Plane; 2]>,
}

impl PreparedPhoto {
    /// Converts pixels to planes. Chroma is averaged with the left-sited [1 2 1] × [1 1] filter.
    ///
    /// # Panics
    /// If the slices do not match `width` × `height`, or a side is odd or zero: the caller chose them.
    pub fn new(pixels: Pixels<'_>) -> Self {
        let (width, height) = (pixels.width, pixels.height);
        assert!(width >= 2 && height >= 2 && width.is_multiple_of(2) && height.is_multiple_of(2));
        assert_eq!(pixels.rgb.len(), width * height * 3);
        match pixels.alpha {
            None => Self::opaque(pixels),
            Some(alpha) => {
                assert_eq!(alpha.len(), width * height);
                Self::translucent(pixels, alpha)
            }
        }
    }

    fn opaque(pixels: Pixels<'_>) -> Self {
        let (width, height) = (pixels.width, pixels.height);
        let mut planes = empty_planes(width, height);
        for y in 0..height {
            let row = &pixels.rgb[y * width * 3..][..width * 3];
            for (out, px) in planes[0]
                .samples_mut(y)
                .iter_mut()
                .zip(row.as_chunks::<3>().0)
            {
                *out = colour::luma_of(px.map(i32::from)) as u8;
            }
        }
        let mut sums = vec![[0i32; 3]; width];
        for y in 0..height / 2 {
            let rows = &pixels.rgb[2 * y * width * 3..][..2 * width * 3];
            let (top, bottom) = rows.split_at(width * 3);
            let pairs = top.as_chunks::<3>().0.iter().zip(bottom.as_chunks::<3>().0);
            for (sum, (a, b)) in sums.iter_mut().zip(pairs) {
                *sum = std::array::from_fn(|i| i32::from(a[i]) + i32::from(b[i]));
            }
            for x in 0..width / 2 {
                let [cb, cr] = colour::chroma_of_sum(sited_left(&sums, x), 3);
                planes[1].samples_mut(y)[x] = cb;
                planes[2].samples_mut(y)[x] = cr;
            }
        }
        planes.iter_mut().for_each(Plane::replicate_borders);
        Self {
            planes,
            alpha: None,
        }
    }

    fn translucent(pixels: Pixels<'_>, alpha: &[u8]) -> Self {
        let (width, height) = (pixels.width, pixels.height);
        let layer = super::overlay::Premultiplied::new(width, height, |x, y| {
            let i = y * width + x;
            let px = &pixels.rgb[i * 3..i * 3 + 3];
            [px[0], px[1], px[2], alpha[i]]
        });
        let mut planes = empty_planes(width, height);
        let mut alphas = [
            Plane::new(width, height, PAD),
            Plane::new(width / 2, height / 2, PAD),
        ];
        for (plane, layer_plane) in planes.iter_mut().zip(&layer.colour) {
            fill(plane, layer_plane);
        }
        for (plane, layer_plane) in alphas.iter_mut().zip(&layer.alpha) {
            fill(plane, layer_plane);
        }
        Self {
            planes,
            alpha: Some(alphas),
        }
    }

    /// Whether the atmosphere can show through.
    pub fn has_alpha(&self) -> bool {
        self.alpha.is_some()
    }

    /// Width of the luma plane in pixels.
    pub fn width(&self) -> usize {
        self.planes[0].width()
    }

    /// Height of the luma plane in pixels.
    pub fn height(&self) -> usize {
        self.planes[0].height()
    }

    /// Bytes held, for caches that are bounded in bytes.
    pub fn bytes(&self) -> usize {
        let alpha = self.alpha.iter().flatten();
        self.planes.iter().chain(alpha).map(Plane::bytes).sum()
    }
}

fn empty_planes(width: usize, height: usize) -> [Plane; 3] {
    [
        Plane::new(width, height, PAD),
        Plane::new(width / 2, height / 2, PAD),
        Plane::new(width / 2, height / 2, PAD),
    ]
}

fn fill(plane: &mut Plane, tight: &[u8]) {
    let width = plane.width();
    for (y, row) in tight.chunks_exact(width).enumerate() {
        plane.samples_mut(y).copy_from_slice(row);
    }
    plane.replicate_borders();
}

/// Sum of weight 8 around luma column `2 x`: the columns hold sums of two rows already.
fn sited_left(column_sums: &[[i32; 3]], x: usize) -> [i32; 3] {
    let centre = 2 * x;
    let left = column_sums[centre.saturating_sub(1)];
    let middle = column_sums[centre];
    let right = column_sums[centre + 1];
    std::array::from_fn(|i| left[i] + 2 * middle[i] + right[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_photo_has_flat_planes_of_its_colour() {
        let rgb = [0xD4u8, 0xAF, 0x37].repeat(8 * 6);
        let photo = PreparedPhoto::new(Pixels {
            width: 8,
            height: 6,
            rgb: &rgb,
            alpha: None,
        });
        let gold = colour::nearest_ycc(colour::GOLD);
        for (plane, want) in photo.planes.iter().zip(gold) {
            for y in 0..plane.height() {
                assert!(plane.samples(y).iter().all(|v| v.abs_diff(want) <= 1));
            }
        }
    }

    #[test]
    fn full_alpha_equals_opaque_within_rounding() {
        let rgb: Vec<u8> = (0..16 * 8 * 3).map(|i| (i * 37 % 256) as u8).collect();
        let build = |alpha| {
            PreparedPhoto::new(Pixels {
                width: 16,
                height: 8,
                rgb: &rgb,
                alpha,
            })
        };
        let full = vec![255u8; 16 * 8];
        let (plain, with_alpha) = (build(None), build(Some(&full)));
        for (a, b) in plain.planes.iter().zip(&with_alpha.planes) {
            for y in 0..a.height() {
                for (p, q) in a.samples(y).iter().zip(b.samples(y)) {
                    assert!(p.abs_diff(*q) <= 1);
                }
            }
        }
    }
}
