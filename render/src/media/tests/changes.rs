//! Streams that become another one in the middle, and pictures at their limit.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::video;
use crate::media::{MediaError, MediaSource, VideoReader};

/// Size that pictures are scaled to.
const CANVAS: [u32; 2] = [36, 64];
/// BT.709 luma of #202020 and #D0D0D0, limited range.
const DARK: u8 = 43;
const LIGHT: u8 = 195;

/// Mean luma of each picture of a file.
fn lumas(path: &Path) -> Result<Vec<u8>, MediaError> {
    let [width, height] = CANVAS;
    let mut reader = VideoReader::open(&MediaSource::path(path), width, height)?;
    let mut lumas = Vec::new();
    while let Some(picture) = reader.next_picture()? {
        let (width, height) = (width as usize, height as usize);
        let rows = picture.planes[0].chunks(picture.strides[0]).take(height);
        let sum: u64 = rows
            .flat_map(|row| &row[..width])
            .map(|&v| u64::from(v))
            .sum();
        lumas.push((sum / (width * height) as u64) as u8);
    }
    Ok(lumas)
}

#[track_caller]
fn assert_changes(path: &Path) {
    let lumas = lumas(path).expect("decodes to its end");
    assert!((18..=20).contains(&lumas.len()), "{lumas:?}");
    // One stream may leave out a picture at its end.
    let (dark, light) = lumas.split_at(lumas.len() - 10);
    assert!(dark.iter().all(|v| v.abs_diff(DARK) <= 3), "{lumas:?}");
    assert!(light.iter().all(|v| v.abs_diff(LIGHT) <= 3), "{lumas:?}");
}

/// Ten pictures of a dark 64x48 and then ten of a light 320x180, each encoded in its own way, one stream behind the other.
fn joined(folder: &tempfile::TempDir, [dark, light]: [&str; 2], extension: &str) -> String {
    let source =
        |colour, size| format!("-f lavfi -i color={colour}:size={size}:rate=25:duration=0.4");
    let first = format!("{} {dark}", source("0x202020", "64x48"));
    let second = format!("{} {light}", source("0xD0D0D0", "320x180"));
    video(folder, &first, &format!("a.{extension}"));
    video(folder, &second, &format!("b.{extension}"));
    in_turn(folder, extension, 2)
}

/// Arguments that read `a` and `b` in turn, so many files in all.
fn in_turn(folder: &tempfile::TempDir, extension: &str, count: usize) -> String {
    let mut list = String::new();
    for name in ["a", "b"].into_iter().cycle().take(count) {
        writeln!(list, "file {name}.{extension}").expect("strings take everything");
    }
    let path = folder.path().join("list.txt");
    fs::write(&path, list).expect("written");
    format!("-f concat -i {} -c copy", path.display())
}

#[test]
fn pictures_of_another_size_are_scaled_anew() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let args = joined(&folder, ["-c:v libvpx", "-c:v libvpx"], "webm");
    assert_changes(&video(&folder, &args, "both.webm"));
    let jpeg = "-c:v mjpeg -pix_fmt yuvj420p";
    let args = joined(&folder, [jpeg, "-c:v mjpeg -pix_fmt yuvj444p"], "avi");
    assert_changes(&video(&folder, &args, "both.avi"));
}

#[test]
fn pictures_of_another_kind_are_converted_anew() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let subsampled = "-c:v libx264 -pix_fmt yuv420p";
    joined(
        &folder,
        [subsampled, "-c:v libx264 -pix_fmt yuv444p"],
        "h264",
    );
    let part = |name| fs::read(folder.path().join(name)).expect("it was made");
    let stream = folder.path().join("both.h264");
    fs::write(&stream, [part("a.h264"), part("b.h264")].concat()).expect("written");
    // The second stream brings headers of its own along, inside the first one's track.
    let args = format!("-framerate 25 -f h264 -i {} -c copy", stream.display());
    assert_changes(&video(&folder, &args, "both.mp4"));
}

#[test]
fn a_stream_may_change_a_hundred_times() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let jpeg = "-c:v mjpeg -pix_fmt yuvj420p -frames:v 1";
    joined(&folder, [jpeg, jpeg], "avi");
    for (pictures, fits) in [(100, true), (101, true), (102, false)] {
        let path = video(&folder, &in_turn(&folder, "avi", pictures), "all.avi");
        match lumas(&path) {
            Ok(lumas) => assert_eq!((lumas.len(), fits), (pictures, true)),
            Err(MediaError::Corrupt { .. }) => assert!(!fits, "{pictures} pictures"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn pictures_are_held_at_their_limit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (height, fits) in [(4318, true), (4320, true), (4322, false)] {
        let args = format!(
            "-f lavfi -i color=0x202020:size=8192x{height}:rate=25 -frames:v 1 -c:v mjpeg -pix_fmt yuvj420p"
        );
        let seen = lumas(&video(&folder, &args, "large.avi"));
        assert_eq!(seen.is_ok_and(|seen| seen.len() == 1), fits, "{height}");
    }
}
