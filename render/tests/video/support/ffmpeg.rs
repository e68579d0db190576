//! Another decoder's opinion: the `ffmpeg` and `ffprobe` commands.

use image::RgbImage;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

/// What `ffprobe` says; `ask` is its options, such as `-show_entries`.
pub fn probe(file: &Path, ask: &[&str]) -> Value {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-of", "json"]);
    let output = finish(command.args(ask).arg(file));
    serde_json::from_slice(&output.stdout).expect("JSON from ffprobe")
}

/// A field of an answer that `ffprobe` writes as text.
#[track_caller]
pub fn number(value: &Value) -> f64 {
    let parsed = value.as_str().and_then(|text| text.parse().ok());
    parsed.unwrap_or_else(|| panic!("{value} is no number"))
}

/// How many frames can be decoded.
pub fn frame_count(file: &Path) -> usize {
    let ask = ["-select_streams", "v", "-show_entries", "frame=pts"];
    let frames = probe(file, &ask);
    frames["frames"].as_array().map_or(0, Vec::len)
}

/// Every `step`th frame, converted from limited-range BT.709 with full accuracy.
pub fn rgb_frames(file: &Path, [width, height]: [u32; 2], step: u32) -> Vec<RgbImage> {
    let filter = format!(
        "select=not(mod(n\\,{step})),\
         scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int,format=rgb24"
    );
    let bytes = raw_video(file, &filter);
    let size = (width * height * 3) as usize;
    assert_eq!(bytes.len() % size, 0, "whole frames of {width}x{height}");
    bytes
        .chunks_exact(size)
        .filter_map(|frame| RgbImage::from_raw(width, height, frame.to_vec()))
        .collect()
}

/// Mean Y′ of a 16x16 patch of every frame.
pub fn patch_luma(file: &Path, [x, y]: [u32; 2]) -> Vec<f64> {
    let filter = format!("crop=16:16:{x}:{y},extractplanes=y");
    let bytes = raw_video(file, &filter);
    let mean = |patch: &[u8]| patch.iter().map(|&v| f64::from(v)).sum::<f64>() / 256.0;
    bytes.chunks_exact(256).map(mean).collect()
}

fn raw_video(file: &Path, filter: &str) -> Vec<u8> {
    let tail = ["-fps_mode", "passthrough", "-f", "rawvideo", "-"];
    run(file, &[&["-an", "-vf", filter][..], &tail].concat()).stdout
}

/// The sound, decoded and mixed to mono at 48 kHz.
pub fn mono(file: &Path) -> Vec<f32> {
    let bytes = run(
        file,
        &["-vn", "-ac", "1", "-ar", "48000", "-f", "f32le", "-"],
    );
    let (samples, _) = bytes.stdout.as_chunks::<4>();
    samples.iter().map(|&b| f32::from_le_bytes(b)).collect()
}

/// Integrated loudness in LUFS and true peak in dBTP of the decoded sound.
pub fn loudness(file: &Path) -> (f64, f64) {
    let output = run(
        file,
        &["-vn", "-af", "ebur128=peak=true", "-f", "null", "-"],
    );
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = text.rsplit("Summary:").next().unwrap_or_default();
    let value = |label: &str| {
        let line = summary
            .lines()
            .find_map(|line| line.trim().strip_prefix(label));
        let number = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        number.unwrap_or_else(|| panic!("no {label} in {text}"))
    };
    (value("I:"), value("Peak:"))
}

fn run(file: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostats", "-nostdin", "-i"]);
    finish(command.arg(file).args(args))
}

fn finish(command: &mut Command) -> Output {
    let output = command
        .output()
        .expect("ffmpeg and ffprobe are installed (`make setup`)");
    let name = command.get_program().to_string_lossy().into_owned();
    let args: Vec<&OsStr> = command.get_args().collect();
    assert!(
        output.status.success(),
        "{name} {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
