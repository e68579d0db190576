//! Planar 8-bit 4:2:0 pictures: where pixels live between the decoders and the encoder.

/// Columns kept free to the right of every row of an owned [`Plane`], so that a 32-byte load that starts
/// on the last sample of a row stays inside the allocation.
const ROW_SLACK: usize = 32;

/// One owned plane of 8-bit samples with replicated borders to the left and right.
///
/// Samples of row `y` lie at `row(y)[pad .. pad + width]`; the `pad` columns before and after repeat the edge
/// sample, so that a filter may reach past the edge without testing for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    data: Vec<u8>,
    width: usize,
    height: usize,
    pad: usize,
    stride: usize,
}

impl Plane {
    /// A plane of `width` × `height` samples with `pad` border columns on each side, all zero.
    pub fn new(width: usize, height: usize, pad: usize) -> Self {
        let stride = width + 2 * pad + ROW_SLACK;
        Self {
            data: vec![0; stride * height],
            width,
            height,
            pad,
            stride,
        }
    }

    /// Samples per row, borders not counted.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Border columns before the first sample of a row.
    pub fn pad(&self) -> usize {
        self.pad
    }

    /// A whole row: left border, samples, right border and slack.
    pub fn row(&self, y: usize) -> &[u8] {
        &self.data[y * self.stride..(y + 1) * self.stride]
    }

    /// The samples of row `y`, without borders.
    pub fn samples(&self, y: usize) -> &[u8] {
        &self.row(y)[self.pad..self.pad + self.width]
    }

    /// The samples of row `y` for writing; call [`Plane::replicate_borders`] once all are written.
    pub fn samples_mut(&mut self, y: usize) -> &mut [u8] {
        let start = y * self.stride + self.pad;
        &mut self.data[start..start + self.width]
    }

    /// Repeats the edge samples of every row into its borders.
    pub fn replicate_borders(&mut self) {
        let (pad, width) = (self.pad, self.width);
        for row in self.data.chunks_exact_mut(self.stride) {
            let (first, last) = (row[pad], row[pad + width - 1]);
            row[..pad].fill(first);
            row[pad + width..].fill(last);
        }
    }

    /// Bytes this plane holds on to.
    pub fn bytes(&self) -> usize {
        self.data.len()
    }
}

/// A view of one plane of the frame being composed.
#[derive(Debug)]
pub struct PlaneMut<'a> {
    /// The samples, `stride` bytes from one row to the next.
    pub data: &'a mut [u8],
    /// Bytes from one row to the next, at least the width.
    pub stride: usize,
}

impl PlaneMut<'_> {
    /// `len` samples of row `y` from column `x` on.
    pub fn span(&mut self, x: usize, y: usize, len: usize) -> &mut [u8] {
        let start = y * self.stride + x;
        &mut self.data[start..start + len]
    }
}

/// The frame being composed: limited-range BT.709 4:2:0, chroma sited left as H.264 assumes by default.
#[derive(Debug)]
pub struct FrameMut<'a> {
    /// Luma, then Cb and Cr at half width and height.
    pub planes: [PlaneMut<'a>; 3],
}

/// A rectangle in luma pixels whose edges are even, so that it names whole chroma samples too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvenRect {
    /// Left edge.
    pub x: usize,
    /// Top edge.
    pub y: usize,
    /// Width.
    pub width: usize,
    /// Height.
    pub height: usize,
}

impl EvenRect {
    /// The rectangle as it lies in plane 0 (luma), 1 or 2 (chroma).
    pub fn in_plane(self, plane: usize) -> EvenRect {
        match plane {
            0 => self,
            _ => EvenRect {
                x: self.x / 2,
                y: self.y / 2,
                width: self.width / 2,
                height: self.height / 2,
            },
        }
    }

    /// Bytes of the three planes inside the rectangle.
    pub fn bytes(self) -> usize {
        self.width * self.height * 3 / 2
    }
}

/// An owned frame with tight rows: what tests and stills read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedFrame {
    /// Luma width in pixels, even.
    pub width: usize,
    /// Luma height in pixels, even.
    pub height: usize,
    /// Luma, Cb, Cr; tight rows.
    pub planes: [Vec<u8>; 3],
}

impl OwnedFrame {
    /// A frame of zeros.
    pub fn new(width: usize, height: usize) -> Self {
        let chroma = (width / 2) * (height / 2);
        Self {
            width,
            height,
            planes: [vec![0; width * height], vec![0; chroma], vec![0; chroma]],
        }
    }

    /// The frame as a target for composing.
    pub fn as_mut(&mut self) -> FrameMut<'_> {
        let width = self.width;
        let [y, u, v] = &mut self.planes;
        FrameMut {
            planes: [
                PlaneMut {
                    data: y,
                    stride: width,
                },
                PlaneMut {
                    data: u,
                    stride: width / 2,
                },
                PlaneMut {
                    data: v,
                    stride: width / 2,
                },
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_repeat_the_edges() {
        let mut plane = Plane::new(3, 2, 2);
        plane.samples_mut(0).copy_from_slice(&[7, 8, 9]);
        plane.samples_mut(1).copy_from_slice(&[1, 2, 3]);
        plane.replicate_borders();
        assert_eq!(&plane.row(0)[..7], &[7, 7, 7, 8, 9, 9, 9]);
        assert_eq!(&plane.row(1)[..7], &[1, 1, 1, 2, 3, 3, 3]);
    }

    #[test]
    fn an_even_rect_halves_in_chroma() {
        let rect = EvenRect {
            x: 90,
            y: 160,
            width: 900,
            height: 1600,
        };
        assert_eq!(rect.in_plane(1).x, 45);
        assert_eq!(rect.bytes(), 900 * 1600 * 3 / 2);
    }
}
