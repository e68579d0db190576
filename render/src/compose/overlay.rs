//! Static layers above the content (Z3 frame, Z4 hook): converted once, blended per frame as spans.
//!
//! Most of such a layer is empty and much of the rest is opaque, so a row is kept as runs: empty ones are skipped,
//! opaque ones copied, and only true edges and shadows are blended.

use super::colour;
use super::planes::{FrameMut, PlaneMut};

/// A layer in Y′CbCr 4:2:0, premultiplied by alpha with the offsets included: `code × alpha / 255`.
///
/// With full codes premultiplied, `layer + below × (255 − alpha) / 255` blends all three planes alike.
#[derive(Clone, Debug)]
pub struct Premultiplied {
    /// Width in luma pixels, even.
    pub width: usize,
    /// Height in luma pixels, even.
    pub height: usize,
    /// Premultiplied Y′, Cb, Cr; tight rows.
    pub colour: [Vec<u8>; 3],
    /// Alpha at luma and at chroma resolution; tight rows.
    pub alpha: [Vec<u8>; 2],
}

impl Premultiplied {
    /// Converts a picture of straight sRGB + alpha given by `pixel(x, y)`.
    ///
    /// # Panics
    /// If a side is odd or zero.
    pub fn new(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 4]) -> Self {
        assert!(width >= 2 && height >= 2 && width.is_multiple_of(2) && height.is_multiple_of(2));
        let mut layer = Self {
            width,
            height,
            colour: [
                Vec::with_capacity(width * height),
                Vec::with_capacity(width * height / 4),
                Vec::with_capacity(width * height / 4),
            ],
            alpha: [
                Vec::with_capacity(width * height),
                Vec::with_capacity(width * height / 4),
            ],
        };
        // Column sums of two rows: premultiplied R, G, B (0..=2·255²) and alpha (0..=510).
        let mut sums = vec![[0i64; 4]; width];
        for y in 0..height {
            for (x, sum) in sums.iter_mut().enumerate() {
                let [r, g, b, a] = pixel(x, y);
                layer.push_luma([r, g, b], a);
                let a = i64::from(a);
                let add = [i64::from(r) * a, i64::from(g) * a, i64::from(b) * a, a];
                if y % 2 == 0 {
                    *sum = add;
                } else {
                    sum.iter_mut().zip(add).for_each(|(s, v)| *s += v);
                }
            }
            if y % 2 == 1 {
                (0..width / 2).for_each(|x| layer.push_chroma(&sums, x));
            }
        }
        layer
    }

    fn push_luma(&mut self, rgb: [u8; 3], alpha: u8) {
        let luma = if alpha == 255 {
            colour::luma_of(rgb.map(i32::from)) as u32
        } else {
            let scaled = rgb.map(|v| i32::from(v) * 64);
            // 1/64 steps before the multiplication keep the rounding error of a thin edge below half a code.
            let fine = (colour::luma_of(scaled) - 16 + 16 * 64) as u32;
            (fine * u32::from(alpha) + 32 * 255) / (64 * 255)
        };
        self.colour[0].push(luma as u8);
        self.alpha[0].push(alpha);
    }

    fn push_chroma(&mut self, sums: &[[i64; 4]], x: usize) {
        let centre = 2 * x;
        let left = sums[centre.saturating_sub(1)];
        let (middle, right) = (sums[centre], sums[centre + 1]);
        // Weight 8 in all: [1 2 1] over columns that already hold two rows.
        let s: [i64; 4] = std::array::from_fn(|i| left[i] + 2 * middle[i] + right[i]);
        let alpha = (s[3] + 4) / 8;
        let unit = 8 * 255 * (1i64 << 16);
        for (plane, sum) in (1..).zip(colour::chroma_sums([s[0], s[1], s[2]])) {
            let code = (sum + 128 * s[3] * (1 << 16) + unit / 2) / unit;
            self.colour[plane].push(code.clamp(0, alpha) as u8);
        }
        self.alpha[1].push(alpha as u8);
    }
}

/// A run of one row of one plane.
#[derive(Clone, Debug)]
struct Span {
    x: u32,
    y: u32,
    len: u32,
    /// Where its colour codes start in [`SpanPlane::codes`].
    codes: u32,
    /// Where its inverse alphas start in [`SpanPlane::inverse_alpha`]; `None` if opaque.
    inverse_alpha: Option<u32>,
}

#[derive(Clone, Debug, Default)]
struct SpanPlane {
    spans: Vec<Span>,
    codes: Vec<u8>,
    inverse_alpha: Vec<u8>,
}

/// The static layer as spans in canvas coordinates.
#[derive(Clone, Debug, Default)]
pub struct StaticLayer {
    planes: [SpanPlane; 3],
}

/// Opaque runs shorter than this are blended along with their neighbours.
const SHORTEST_OPAQUE_RUN: usize = 16;

impl StaticLayer {
    /// Splits a premultiplied picture, placed with its top left corner at (`x`, `y`) (both even), into spans.
    pub fn new(layer: &Premultiplied, x: usize, y: usize) -> Self {
        let mut planes: [SpanPlane; 3] = Default::default();
        for (index, plane) in planes.iter_mut().enumerate() {
            let half = usize::from(index > 0);
            let width = layer.width >> half;
            let alpha = &layer.alpha[half];
            for (row, alphas) in alpha.chunks_exact(width).enumerate() {
                let codes = &layer.colour[index][row * width..][..width];
                plane.push_row(codes, alphas, x >> half, (y >> half) + row);
            }
        }
        Self { planes }
    }

    /// Blends the layer over the frame.
    pub fn blend(&self, frame: &mut FrameMut<'_>) {
        for (spans, plane) in self.planes.iter().zip(&mut frame.planes) {
            spans.blend(plane);
        }
    }

    /// Whether nothing of the layer can be seen.
    pub fn is_empty(&self) -> bool {
        self.planes.iter().all(|plane| plane.spans.is_empty())
    }
}

impl SpanPlane {
    fn push_row(&mut self, codes: &[u8], alphas: &[u8], x0: usize, y: usize) {
        let mut x = 0;
        while x < alphas.len() {
            let run =
                |test: &dyn Fn(u8) -> bool| alphas[x..].iter().take_while(|&&a| test(a)).count();
            let empty = run(&|a| a == 0);
            if empty > 0 {
                x += empty;
                continue;
            }
            let opaque = run(&|a| a == 255);
            let (len, is_opaque) = if opaque >= SHORTEST_OPAQUE_RUN {
                (opaque, true)
            } else {
                (blended_run(&alphas[x..]), false)
            };
            let inverse_alpha = (!is_opaque).then_some(self.inverse_alpha.len() as u32);
            if !is_opaque {
                self.inverse_alpha
                    .extend(alphas[x..x + len].iter().map(|a| 255 - a));
            }
            self.spans.push(Span {
                x: (x0 + x) as u32,
                y: y as u32,
                len: len as u32,
                codes: self.codes.len() as u32,
                inverse_alpha,
            });
            self.codes.extend_from_slice(&codes[x..x + len]);
            x += len;
        }
    }

    fn blend(&self, plane: &mut PlaneMut<'_>) {
        for span in &self.spans {
            let len = span.len as usize;
            let target = plane.span(span.x as usize, span.y as usize, len);
            let codes = &self.codes[span.codes as usize..][..len];
            match span.inverse_alpha {
                None => target.copy_from_slice(codes),
                Some(start) => {
                    let inverse = &self.inverse_alpha[start as usize..][..len];
                    blend_over(target, codes, inverse);
                }
            }
        }
    }
}

/// How far a blended run reaches: up to the next empty sample or the next long opaque run.
fn blended_run(alphas: &[u8]) -> usize {
    let mut opaque = 0;
    for (i, &alpha) in alphas.iter().enumerate() {
        match alpha {
            0 => return i,
            255 => {
                opaque += 1;
                if opaque == SHORTEST_OPAQUE_RUN {
                    let start = i + 1 - SHORTEST_OPAQUE_RUN;
                    if start > 0 {
                        return start;
                    }
                }
            }
            _ => opaque = 0,
        }
    }
    alphas.len()
}

/// `below = codes + below × inverse / 255`, rounded to nearest (exact division by 255 after Blinn, 1994).
#[inline]
pub(super) fn blend_over(below: &mut [u8], codes: &[u8], inverse: &[u8]) {
    for ((out, &code), &inverse) in below.iter_mut().zip(codes).zip(inverse) {
        let product = u16::from(*out) * u16::from(inverse) + 128;
        let scaled = (product + (product >> 8)) >> 8;
        *out = code.saturating_add(scaled as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::super::planes::OwnedFrame;
    use super::*;

    fn grey_frame(level: u8) -> OwnedFrame {
        let mut frame = OwnedFrame::new(64, 8);
        frame.planes[0].fill(level);
        frame.planes[1].fill(128);
        frame.planes[2].fill(128);
        frame
    }

    #[test]
    fn opaque_gold_is_exact_and_empty_changes_nothing() {
        let layer = Premultiplied::new(64, 8, |x, _| match x {
            0..32 => [0xD4, 0xAF, 0x37, 255],
            _ => [255, 0, 0, 0],
        });
        let mut frame = grey_frame(90);
        StaticLayer::new(&layer, 0, 0).blend(&mut frame.as_mut());
        let gold = colour::nearest_ycc(colour::GOLD);
        assert!(frame.planes[0][5].abs_diff(gold[0]) <= 1);
        assert!(frame.planes[1][5].abs_diff(gold[1]) <= 1);
        assert!(frame.planes[2][5].abs_diff(gold[2]) <= 1);
        assert_eq!(frame.planes[0][40], 90);
        assert_eq!(frame.planes[1][20], 128);
    }

    #[test]
    fn half_alpha_is_the_mean_of_both_codes() {
        for alpha in [1u8, 64, 127, 128, 200, 254] {
            let layer = Premultiplied::new(64, 8, |_, _| [255, 255, 255, alpha]);
            let mut frame = grey_frame(16);
            StaticLayer::new(&layer, 0, 0).blend(&mut frame.as_mut());
            let want = 16.0 + 219.0 * f64::from(alpha) / 255.0;
            let got = f64::from(frame.planes[0][100]);
            assert!((got - want).abs() <= 1.0, "{alpha}: {got} for {want}");
            assert!(frame.planes[1].iter().all(|v| v.abs_diff(128) <= 1));
        }
    }

    #[test]
    fn spans_equal_plain_blending() {
        let alpha_at = |x: usize, y: usize| match (x + 7 * y) % 50 {
            0..20 => 255,
            20..30 => 0,
            other => (other * 5) as u8,
        };
        let layer = Premultiplied::new(64, 8, |x, y| [200, 10, 99, alpha_at(x, y)]);
        let mut frame = grey_frame(77);
        StaticLayer::new(&layer, 0, 0).blend(&mut frame.as_mut());
        for (index, plane) in frame.planes.iter().enumerate() {
            let half = usize::from(index > 0);
            for (i, &got) in plane.iter().enumerate() {
                let below = if index == 0 { 77u32 } else { 128 };
                let inverse = 255 - u32::from(layer.alpha[half][i]);
                let want = u32::from(layer.colour[index][i]) + (below * inverse + 127) / 255;
                assert!(u32::from(got).abs_diff(want) <= 1, "plane {index} at {i}");
            }
        }
    }
}
