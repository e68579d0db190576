//! Lossy WebP stills without alpha: their VP8 frame goes to FFmpeg and stays in planes until it is resized.
//! Everything else about WebP, and every file that is not plainly of this kind, is left to `image`.

use super::super::limits::Limits;
use super::avif_boxes::Nclx;
use super::ffmpeg_still::{Codec, decode_picture};
use super::planes::Planes;

/// The format's one way of coding colour: BT.601, limited range; primaries and transfer are sRGB's.
const CODES: Nclx = Nclx {
    primaries: 1,
    transfer: 13,
    matrix: 6,
    full_range: false,
};

/// Decodes the VP8 frame of a still of exactly `size`. `None` is no error: the other decoder then has the say.
pub(super) fn lossy_planes(bytes: &[u8], size: (u32, u32), limits: &Limits) -> Option<Planes> {
    let frame = vp8_frame(bytes)?;
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

/// The first `VP8 ` chunk, if all of it is there.
fn vp8_frame(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.strip_prefix(b"RIFF")?.get(8..)?;
    loop {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        match kind {
            b"VP8 " => return after.get(..length),
            b"ALPH" | b"ANMF" | b"VP8L" => return None,
            // Chunks are padded to even lengths.
            _ => rest = after.get(length.checked_add(length & 1)?..)?,
        }
    }
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

    fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        for (kind, data) in chunks {
            file.extend(*kind);
            file.extend((data.len() as u32).to_le_bytes());
            file.extend(*data);
            file.extend(vec![0; data.len() % 2]);
        }
        file
    }

    #[test]
    fn only_plain_lossy_stills_are_taken() {
        let plain = riff(&[(b"VP8X", &[0; 10]), (b"ICCP", b"odd"), (b"VP8 ", b"frame")]);
        assert_eq!(vp8_frame(&plain), Some(&b"frame"[..]));
        assert_eq!(vp8_frame(&plain[..plain.len() - 3]), None);
        assert_eq!(vp8_frame(&riff(&[(b"VP8L", b"frame")])), None);
        let sheer = riff(&[(b"ALPH", b"alpha!"), (b"VP8 ", b"frame")]);
        assert_eq!(vp8_frame(&sheer), None);
    }

    #[test]
    fn a_size_other_than_the_container_s_is_left_to_the_other_decoder() {
        let frame = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 64, 0, 48, 0, 0, 0];
        let file = riff(&[(b"VP8 ", &frame)]);
        assert!(lossy_planes(&file, (64, 47), &Limits::default()).is_none());
    }
}
