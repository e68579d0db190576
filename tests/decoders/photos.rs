//! Photos: every format that is taken. Of AVIF and of plain lossy WebP, FFmpeg decodes the pixels; of all others, crates do.

use crate::row::{Holds, Row, Source};

/// As large as the videos are, so that nothing is said of photos that are too small.
const INPUT: &str = "testsrc2=size=720x1280:rate=1:duration=1";
/// The size of [`INPUT`] in pixels.
pub const SIZE_PX: (u32, u32) = (720, 1280);

/// The photo of jobs that are about something else.
pub const PLAIN: Row = encoded(("photo.jpg", Holds::Photo, "-c:v mjpeg -pix_fmt yuvj420p"));

/// Name, what it is for, and how `ffmpeg` makes it.
type Coded = (&'static str, Holds, &'static str);

#[rustfmt::skip]
const CODED: [Coded; 10] = [
    ("jpeg.jpg", Holds::Photo, "-c:v mjpeg -pix_fmt yuvj444p"),
    ("png.png", Holds::Photo, "-c:v png -pix_fmt rgb48be"),
    ("lossy.webp", Holds::Photo, "-c:v libwebp"),
    ("lossless.webp", Holds::Photo, "-c:v libwebp -lossless 1"),
    ("alpha.webp", Holds::Photo, "-vf format=rgba,colorchannelmixer=aa=0.5 -c:v libwebp -pix_fmt yuva420p"),
    ("gif.gif", Holds::Photo, "-c:v gif"),
    ("avif.avif", Holds::Photo, "-c:v libaom-av1 -still-picture 1 -cpu-used 8 -crf 30 -b:v 0"),
    ("bmp.bmp", Holds::Photo, "-c:v bmp"),
    ("tiff.tiff", Holds::Photo, "-c:v tiff -pix_fmt rgb24"),
    ("frame.png", Holds::Frame, "-vf format=rgba,colorchannelmixer=aa=0.5 -c:v png"),
];

const fn encoded((name, holds, arguments): Coded) -> Row {
    Row {
        name,
        holds,
        means: None,
        source: Source::Encoded {
            input: INPUT,
            arguments,
        },
    }
}

/// All of them.
pub fn rows() -> Vec<Row> {
    CODED.into_iter().map(encoded).collect()
}
