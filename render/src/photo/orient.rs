use image::metadata::Orientation as Exif;

use super::raster::{Raster, Samples};

/// How the stored pixels turn into the upright picture.
///
/// The upright pixel (x, y) is the stored pixel found by flipping x and y as told, then exchanging them if
/// `transpose`. These eight maps are all that EXIF, `irot` and `imir` can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Orientation {
    pub transpose: bool,
    pub flip_x: bool,
    pub flip_y: bool,
}

impl Orientation {
    const fn new(transpose: bool, flip_x: bool, flip_y: bool) -> Self {
        Self {
            transpose,
            flip_x,
            flip_y,
        }
    }

    pub(super) fn from_exif(exif: Exif) -> Self {
        match exif {
            Exif::NoTransforms => Self::new(false, false, false),
            Exif::FlipHorizontal => Self::new(false, true, false),
            Exif::Rotate180 => Self::new(false, true, true),
            Exif::FlipVertical => Self::new(false, false, true),
            Exif::Rotate90FlipH => Self::new(true, false, false),
            Exif::Rotate90 => Self::new(true, true, false),
            Exif::Rotate270FlipH => Self::new(true, true, true),
            Exif::Rotate270 => Self::new(true, false, true),
        }
    }

    /// Reads an EXIF block, with or without the `Exif\0\0` that some writers leave in front; an unusable one
    /// means "as stored", as every viewer takes it.
    pub(super) fn from_exif_block(block: &[u8]) -> Self {
        let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        Exif::from_exif_chunk(tiff).map_or_else(Self::default, Self::from_exif)
    }

    /// `irot` of ISO/IEC 23008-12: quarter turns anticlockwise.
    pub(super) fn from_irot(quarter_turns: u8) -> Self {
        match quarter_turns & 3 {
            1 => Self::from_exif(Exif::Rotate270),
            2 => Self::from_exif(Exif::Rotate180),
            3 => Self::from_exif(Exif::Rotate90),
            _ => Self::default(),
        }
    }

    /// `imir` of ISO/IEC 23008-12: 0 exchanges top and bottom, 1 left and right.
    pub(super) fn from_imir(axis: u8) -> Self {
        Self::new(false, axis & 1 == 1, axis & 1 == 0)
    }

    /// `self` first, then `next` on its result.
    pub(super) fn then(self, next: Self) -> Self {
        // Moving self's flips across next's transposition exchanges them.
        let (flip_x, flip_y) = next.transpose_pair((self.flip_x, self.flip_y));
        Self::new(
            self.transpose ^ next.transpose,
            next.flip_x ^ flip_x,
            next.flip_y ^ flip_y,
        )
    }

    /// Exchanges the two if the axes are exchanged: stored sizes to upright ones and back.
    pub(super) fn transpose_pair<T>(self, (a, b): (T, T)) -> (T, T) {
        if self.transpose { (b, a) } else { (a, b) }
    }

    /// Turns stored pixels upright.
    pub(super) fn apply(self, raster: Raster) -> Raster {
        if self == Self::default() {
            return raster;
        }
        let (width, height) = self.transpose_pair((raster.width, raster.height));
        let stored = (raster.width as usize, raster.height as usize);
        let step = raster.channels.count();
        let samples = match &raster.samples {
            Samples::U8(pixels) => Samples::U8(self.gather(pixels, stored, step)),
            Samples::U16(pixels) => Samples::U16(self.gather(pixels, stored, step)),
        };
        Raster {
            width,
            height,
            samples,
            ..raster
        }
    }

    fn gather<T: Copy>(self, pixels: &[T], stored: (usize, usize), step: usize) -> Vec<T> {
        let (width, height) = self.transpose_pair(stored);
        let mut upright = Vec::with_capacity(pixels.len());
        for y in 0..height {
            let v = if self.flip_y { height - 1 - y } else { y };
            for x in 0..width {
                let u = if self.flip_x { width - 1 - x } else { x };
                let (sx, sy) = self.transpose_pair((u, v));
                let at = (sy * stored.0 + sx) * step;
                upright.extend_from_slice(&pixels[at..at + step]);
            }
        }
        upright
    }
}

#[cfg(test)]
mod tests {
    use super::super::raster::Channels;
    use super::*;

    /// Stored 2x3:  1 2 / 3 4 / 5 6.
    fn stored() -> Raster {
        Raster {
            width: 2,
            height: 3,
            channels: Channels::Grey,
            samples: Samples::U8(vec![1, 2, 3, 4, 5, 6]),
        }
    }

    fn upright(orientation: Orientation) -> (u32, Vec<u8>) {
        let raster = orientation.apply(stored());
        let Samples::U8(pixels) = raster.samples else {
            panic!("eight bits stay eight bits")
        };
        (raster.width, pixels)
    }

    #[test]
    fn all_eight_exif_values() {
        let expected: [(u32, [u8; 6]); 8] = [
            (2, [1, 2, 3, 4, 5, 6]),
            (2, [2, 1, 4, 3, 6, 5]),
            (2, [6, 5, 4, 3, 2, 1]),
            (2, [5, 6, 3, 4, 1, 2]),
            (3, [1, 3, 5, 2, 4, 6]),
            (3, [5, 3, 1, 6, 4, 2]),
            (3, [6, 4, 2, 5, 3, 1]),
            (3, [2, 4, 6, 1, 3, 5]),
        ];
        for (value, (width, pixels)) in (1..).zip(expected) {
            let exif = Exif::from_exif(value).expect("1 to 8 are valid");
            let (w, p) = upright(Orientation::from_exif(exif));
            assert_eq!((w, p.as_slice()), (width, &pixels[..]), "EXIF {value}");
        }
    }

    #[test]
    fn composition_equals_one_after_the_other() {
        for first in (1..=8).filter_map(Exif::from_exif) {
            for second in (1..=8).filter_map(Exif::from_exif) {
                let (a, b) = (
                    Orientation::from_exif(first),
                    Orientation::from_exif(second),
                );
                let stepwise = b.apply(a.apply(stored()));
                let at_once = a.then(b).apply(stored());
                assert_eq!(stepwise, at_once, "{first:?} then {second:?}");
            }
        }
    }

    #[test]
    fn avif_turns_are_anticlockwise() {
        assert_eq!(upright(Orientation::from_irot(1)).1, [2, 4, 6, 1, 3, 5]);
        assert_eq!(upright(Orientation::from_imir(0)).1, [5, 6, 3, 4, 1, 2]);
        assert_eq!(upright(Orientation::from_imir(1)).1, [2, 1, 4, 3, 6, 5]);
    }

    #[test]
    fn a_broken_exif_block_means_as_stored() {
        assert_eq!(Orientation::from_exif_block(b""), Orientation::default());
        assert_eq!(
            Orientation::from_exif_block(b"Exif\0\0MM\0\x2a\xff\xff\xff\xff"),
            Orientation::default()
        );
    }
}
