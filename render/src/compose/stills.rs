//! Stills of composed frames: the poster and the thumbnails.

use super::colour;
use super::planes::OwnedFrame;

/// Interleaved sRGB of a composed frame.
///
/// Chroma is taken from the nearest sample; at poster size a better filter cannot be seen.
pub fn to_rgb(frame: &OwnedFrame) -> Vec<u8> {
    let (width, height) = (frame.width, frame.height);
    let [luma, cb, cr] = &frame.planes;
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        let chroma = (y / 2) * (width / 2);
        for x in 0..width {
            let c = chroma + x / 2;
            rgb.extend(colour::to_rgb_fast([luma[y * width + x], cb[c], cr[c]]));
        }
    }
    rgb
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gold_frame_gives_gold_pixels() {
        let mut frame = OwnedFrame::new(4, 4);
        for (plane, code) in frame
            .planes
            .iter_mut()
            .zip(colour::nearest_ycc(colour::GOLD))
        {
            plane.fill(code);
        }
        for px in to_rgb(&frame).as_chunks::<3>().0 {
            for (got, want) in px.iter().zip(colour::GOLD) {
                assert!(got.abs_diff(want) <= 1);
            }
        }
    }
}
