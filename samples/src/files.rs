//! Pictures, loops and sound into files.

use crate::atmosphere::Atmosphere;
use crate::error::Error;
use crate::ffmpeg;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, RgbaImage};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

/// Writes `text` to `path`, making its folder.
pub(crate) fn text(path: &Path, text: &str) -> Result<(), Error> {
    make_folder(path)?;
    fs::write(path, text).map_err(|source| Error::Write {
        path: path.into(),
        source,
    })
}

fn make_folder(path: &Path) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|source| Error::Write {
        path: folder.into(),
        source,
    })
}

/// Writes a picture in the format that the extension names: `jpg`, `png`, `webp` (lossy) or `avif`.
pub(crate) fn picture(path: &Path, picture: &RgbaImage, quality: u8) -> Result<(), Error> {
    make_folder(path)?;
    match path.extension().and_then(|e| e.to_str()) {
        Some("jpg") => jpeg(path, picture, quality),
        Some("webp") => {
            let quality = quality.to_string();
            // Handed over as RGB, so that libwebp itself converts to its own YUV.
            let output = [
                "-c:v",
                "libwebp",
                "-quality",
                &quality,
                "-compression_level",
                "6",
                "-pix_fmt",
                "bgra",
            ];
            through_ffmpeg(path, picture, &output)
        }
        Some("avif") => through_ffmpeg(path, picture, &AVIF),
        _ => png(path, picture),
    }
}

/// One AV1 still, full range BT.709 with the sRGB curve.
const AVIF: [&str; 24] = [
    "-c:v",
    "libaom-av1",
    "-still-picture",
    "1",
    "-cpu-used",
    "8",
    "-crf",
    "12",
    "-threads",
    "2",
    "-vf",
    "scale=out_color_matrix=bt709:out_range=full",
    "-pix_fmt",
    "yuv420p",
    "-color_range",
    "pc",
    "-colorspace",
    "bt709",
    "-color_primaries",
    "bt709",
    "-color_trc",
    "iec61966-2-1",
    "-frames:v",
    "1",
];

fn jpeg(path: &Path, picture: &RgbaImage, quality: u8) -> Result<(), Error> {
    let encoder = JpegEncoder::new_with_quality(create(path)?, quality);
    let rgb = DynamicImage::ImageRgba8(picture.clone()).into_rgb8();
    rgb.write_with_encoder(encoder)
        .map_err(|source| Error::Image {
            path: path.into(),
            source,
        })
}

fn png(path: &Path, picture: &RgbaImage) -> Result<(), Error> {
    let encoder =
        PngEncoder::new_with_quality(create(path)?, CompressionType::Best, FilterType::Adaptive);
    picture
        .write_with_encoder(encoder)
        .map_err(|source| Error::Image {
            path: path.into(),
            source,
        })
}

fn create(path: &Path) -> Result<BufWriter<File>, Error> {
    File::create(path)
        .map(BufWriter::new)
        .map_err(|source| Error::Write {
            path: path.into(),
            source,
        })
}

fn through_ffmpeg(path: &Path, picture: &RgbaImage, output: &[&str]) -> Result<(), Error> {
    let size = format!("{}x{}", picture.width(), picture.height());
    let input = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", &size, "-r", "1"];
    ffmpeg::encode(path, &input, output, |pipe| {
        pipe.write_all(picture.as_raw())
    })
}

/// Frames per second of every loop.
pub(crate) const FPS: u32 = 30;

/// Writes `frames` frames of a loop as H.264 in MP4, tagged BT.709 limited range; `rate` sets how x264 spends bits.
pub(crate) fn video(
    path: &Path,
    light: &Atmosphere,
    size: (u32, u32),
    frames: u32,
    rate: &[&str],
) -> Result<(), Error> {
    make_folder(path)?;
    let (size, fps) = (format!("{}x{}", size.0, size.1), FPS.to_string());
    let input = [
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", &fps,
    ];
    // A fixed number of threads: another number gives other bytes.
    let codec = [
        "-c:v",
        "libx264",
        "-threads",
        "4",
        "-pix_fmt",
        "yuv420p",
        "-movflags",
        "+faststart",
    ];
    let tags = [
        "-color_range",
        "tv",
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
    ];
    ffmpeg::encode(path, &input, &[&codec, &tags, rate].concat(), |pipe| {
        for frame in (0..frames).map(|index| light.frame(index)) {
            pipe.write_all(&frame.y)?;
            pipe.write_all(&frame.u)?;
            pipe.write_all(&frame.v)?;
        }
        Ok(())
    })
}

/// Writes interleaved stereo samples as MP3 at `kbit_s`.
pub(crate) fn mp3(path: &Path, stereo: &[f32], sample_rate: u32, kbit_s: u32) -> Result<(), Error> {
    make_folder(path)?;
    let rate = sample_rate.to_string();
    let bits = format!("{kbit_s}k");
    let input = ["-f", "f32le", "-ar", &rate, "-ac", "2"];
    ffmpeg::encode(
        path,
        &input,
        &["-c:a", "libmp3lame", "-b:a", &bits],
        |pipe| {
            let bytes: Vec<u8> = stereo
                .iter()
                .flat_map(|sample| sample.to_le_bytes())
                .collect();
            pipe.write_all(&bytes)
        },
    )
}
