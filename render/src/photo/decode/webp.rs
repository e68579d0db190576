//! Lossy WebP stills without alpha: their VP8 frame goes to FFmpeg and stays in planes until it is resized.
//! Everything else about WebP, and every file that is not plainly of this kind, is left to `image`.

use super::super::limits::Limits;
use super::avif_boxes::Nclx;
use super::ffmpeg_still::{Codec, decode_picture};
use super::planes::Planes;
use super::webp_chunks::lossy_frame;

/// The format's one way of coding colour: BT.601, limited range; primaries and transfer are sRGB's.
const CODES: Nclx = Nclx {
    primaries: 1,
    transfer: 13,
    matrix: 6,
    full_range: false,
};

/// Decodes the VP8 frame of a still of exactly `size`. `None` is no error: the other decoder then has the say.
pub(super) fn lossy_planes(bytes: &[u8], size: (u32, u32), limits: &Limits) -> Option<Planes> {
    let frame = lossy_frame(bytes)?;
    // The size in the key frame's header (RFC 6386, 9.1); FFmpeg may not decode another one.
    let side = |at| {
        frame
            .get(at..at + 2)
            .map(|b| u32::from(u16::from_le_bytes([b[0], b[1]]) & 0x3FFF))
    };
    if (side(6)?, side(8)?) != size || !partitions_fit(frame) {
        return None;
    }
    let picture = decode_picture(Codec::Vp8, frame, limits.max_pixels).ok()?;
    if (picture.width(), picture.height()) != size {
        return None;
    }
    Planes::new(picture, CODES).ok()
}

/// Whether the first partition lies inside a key frame; FFmpeg would fill what is missing with grey.
fn partitions_fit(frame: &[u8]) -> bool {
    let Some((tag, rest)) = frame.split_first_chunk::<3>() else {
        return false;
    };
    let tag = u32::from_le_bytes([tag[0], tag[1], tag[2], 0]);
    let is_key = tag & 1 == 0;
    let first_partition = (tag >> 5) as usize;
    is_key && rest.len() >= 7 + first_partition
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_other_than_the_container_s_is_left_to_the_other_decoder() {
        let frame = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 64, 0, 48, 0, 0, 0];
        let length = (frame.len() as u32).to_le_bytes();
        let file = [b"RIFF\0\0\0\0WEBPVP8 ", &length[..], &frame].concat();
        assert!(lossy_planes(&file, (64, 47), &Limits::default()).is_none());
    }
}
