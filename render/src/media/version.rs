//! Which FFmpeg this program runs on.

use ffmpeg_next as ffmpeg;

/// FFmpeg's libraries in use, with major, minor and micro version.
#[must_use]
pub fn library_versions() -> Vec<(&'static str, [u32; 3])> {
    let parts = |version: u32| [version >> 16, (version >> 8) & 255, version & 255];
    vec![
        ("libavcodec", parts(ffmpeg::codec::version())),
        ("libavformat", parts(ffmpeg::format::version())),
        ("libavutil", parts(ffmpeg::util::version())),
        ("libswscale", parts(ffmpeg::software::scaling::version())),
        (
            "libswresample",
            parts(ffmpeg::software::resampling::version()),
        ),
    ]
}
