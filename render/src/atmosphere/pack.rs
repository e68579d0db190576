//! From a decoded picture to the packed, blended samples of the rectangles that are seen.

use crate::compose::colour::{GROUND, nearest_ycc};
use crate::compose::planes::EvenRect;
use crate::media::Picture;

/// Opacity of the overlay, 0.7, in 1/256.
const OPACITY: u16 = 179;

/// Packs `rects` of `picture` into `out`, rectangle by rectangle, plane by plane, each sample blended over the ground.
pub(super) fn pack(picture: &Picture<'_>, rects: &[EvenRect], out: &mut Vec<u8>) {
    out.clear();
    let ground = nearest_ycc(GROUND);
    for rect in rects {
        for (index, &ground) in ground.iter().enumerate() {
            let r = rect.in_plane(index);
            for y in r.y..r.y + r.height {
                let row = &picture.planes[index][y * picture.strides[index] + r.x..][..r.width];
                match picture.strides[3] {
                    0 => out.extend(row.iter().map(|&sample| blend(sample, ground, OPACITY))),
                    stride => {
                        // Alpha lies at luma resolution; chroma takes the nearest.
                        let step = 1 + usize::from(index > 0);
                        let alphas = &picture.planes[3][y * step * stride + r.x * step..];
                        out.extend(row.iter().enumerate().map(|(x, &sample)| {
                            let opacity = OPACITY * u16::from(alphas[x * step]) / 255;
                            blend(sample, ground, opacity)
                        }));
                    }
                }
            }
        }
    }
}

#[inline]
fn blend(sample: u8, ground: u8, opacity: u16) -> u8 {
    let sum = u16::from(sample) * opacity + u16::from(ground) * (256 - opacity) + 128;
    (sum >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: EvenRect = EvenRect {
        x: 2,
        y: 0,
        width: 2,
        height: 2,
    };

    #[test]
    fn seven_tenths_of_the_overlay_lie_over_the_ground() {
        let luma = [0, 0, 216, 216, 0, 0, 216, 216];
        let chroma = [0, 128];
        let picture = Picture {
            planes: [&luma, &chroma, &chroma, &[]],
            strides: [4, 2, 2, 0],
            time_us: None,
        };
        let mut out = Vec::new();
        pack(&picture, &[RECT], &mut out);
        let want = (216.0 * 0.7 + f64::from(nearest_ycc(GROUND)[0]) * 0.3).round() as u8;
        assert_eq!(out.len(), RECT.bytes());
        assert!(out[..4].iter().all(|v| v.abs_diff(want) <= 1));
        assert_eq!(&out[4..], &[128, 128]);
    }

    #[test]
    fn a_transparent_overlay_leaves_the_ground() {
        let luma = [235; 8];
        let chroma = [200, 200];
        let alpha = [0; 8];
        let picture = Picture {
            planes: [&luma, &chroma, &chroma, &alpha],
            strides: [4, 2, 2, 4],
            time_us: None,
        };
        let mut out = Vec::new();
        pack(&picture, &[RECT], &mut out);
        let ground = nearest_ycc(GROUND);
        assert_eq!(
            out,
            [
                ground[0], ground[0], ground[0], ground[0], ground[1], ground[2]
            ]
        );
    }
}
