//! Looking at composed frames.

use gildhall_render::compose::colour::to_rgb;
use gildhall_render::compose::planes::OwnedFrame;

/// The colour that a player shows at a pixel, without smoothing chroma between pixels.
pub fn rgb_at(frame: &OwnedFrame, x: usize, y: usize) -> [u8; 3] {
    let chroma = (y / 2) * (frame.width / 2) + x / 2;
    to_rgb([
        luma_at(frame, x, y),
        frame.planes[1][chroma],
        frame.planes[2][chroma],
    ])
}

/// Y′ of a pixel.
pub fn luma_at(frame: &OwnedFrame, x: usize, y: usize) -> u8 {
    frame.planes[0][y * frame.width + x]
}

/// Fails where a channel is further than `within` from the wanted one.
#[track_caller]
pub fn assert_near(got: [u8; 3], wanted: [u8; 3], within: u8) {
    let far = (0..3).any(|i| got[i].abs_diff(wanted[i]) > within);
    assert!(!far, "{got:?} instead of {wanted:?} ± {within}");
}
