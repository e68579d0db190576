//! Films: every listed decoder of moving pictures, with the depths and transparency that take other ways inside of it.

use crate::row::{Holds, Means, Row, Source};
use std::ops::RangeInclusive;

/// 36 pictures, which are over before the video is: it begins again with what was kept of the first round.
const INPUT: &str = "testsrc2=size=320x240:rate=40:duration=0.9";
/// The size of [`INPUT`] in pixels.
pub const SIZE_PX: (u32, u32) = (320, 240);
/// What the files say of their length, in milliseconds.
pub const CLAIMED_MS: RangeInclusive<u64> = 850..=950;

/// Name, demuxer, decoder, and how `ffmpeg` makes it.
type Coded = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const CODED: [Coded; 18] = [
    ("h264.mp4", "mp4", "h264", "-c:v libx264 -pix_fmt yuv420p"),
    ("h264-10.mkv", "matroska", "h264", "-c:v libx264 -pix_fmt yuv422p10le"),
    ("hevc.mp4", "mp4", "hevc", "-c:v libx265 -x265-params log-level=none -preset ultrafast -pix_fmt yuv420p"),
    ("hevc-10.mkv", "matroska", "hevc", "-c:v libx265 -x265-params log-level=none -preset ultrafast -pix_fmt yuv420p10le"),
    ("vp8.webm", "webm", "vp8", "-c:v libvpx -deadline realtime -cpu-used 8"),
    ("vp9.webm", "webm", "vp9", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
    // Only libvpx decodes transparency, so that such films go to it.
    ("vp8-alpha.webm", "webm", "libvpx", "-c:v libvpx -deadline realtime -cpu-used 8 -pix_fmt yuva420p -auto-alt-ref 0"),
    ("vp9-alpha.webm", "webm", "libvpx-vp9", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuva420p"),
    ("av1.webm", "webm", "libdav1d", "-c:v libaom-av1 -usage realtime -cpu-used 8"),
    ("av1-10.mkv", "matroska", "libdav1d", "-c:v libaom-av1 -usage realtime -cpu-used 8 -pix_fmt yuv420p10le"),
    ("mpeg4.avi", "avi", "mpeg4", "-c:v mpeg4"),
    ("mpeg4.wmv", "asf", "mpeg4", "-c:v mpeg4"),
    ("mpeg4.3g2", "3g2", "mpeg4", "-c:v mpeg4"),
    ("prores.mov", "mov", "prores", "-c:v prores_ks"),
    ("prores-alpha.mov", "mov", "prores", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le"),
    ("qtrle.mov", "mov", "qtrle", "-c:v qtrle"),
    ("mjpeg.avi", "avi", "mjpeg", "-c:v mjpeg -pix_fmt yuvj420p"),
    ("png.mov", "mov", "png", "-c:v png -pix_fmt rgba"),
];

/// All of them.
pub fn rows() -> Vec<Row> {
    let row = |(name, demuxer, decoder, arguments)| Row {
        name,
        holds: Holds::Film,
        means: Some(Means { demuxer, decoder }),
        source: Source::Encoded {
            input: INPUT,
            arguments,
        },
    };
    CODED.into_iter().map(row).collect()
}
