//! Opening, probing and rewinding real files.

mod changes;

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use ffmpeg_next::{Packet, Rational, color, frame};

use super::{MediaError, MediaSource, Read, open, probe};

/// A short test video made by the ffmpeg command.
fn video(folder: &tempfile::TempDir, args: &str, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(args.split_whitespace())
        .arg(&path)
        .status()
        .expect("the ffmpeg command is installed (make setup)");
    assert!(status.success());
    path
}

const PICTURES: &str = "-f lavfi -i testsrc=size=64x48:rate=24:duration=0.5";

#[test]
fn a_video_tells_size_rate_colour_and_length() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let args = format!(
        "{PICTURES} -f lavfi -i sine=duration=0.5:sample_rate=44100 -pix_fmt yuv420p -colorspace bt709 -color_range tv"
    );
    let path = video(&folder, &args, "a.mp4");
    let info = probe::probe(&MediaSource::path(path)).expect("probes");
    let video = info.video.expect("video");
    assert_eq!((video.width_px, video.height_px), (64, 48));
    assert_eq!(video.frame_rate, Some(Rational(24, 1)));
    assert_eq!(video.colour_range, color::Range::MPEG);
    assert_eq!(video.colour_space, color::Space::BT709);
    assert_eq!((video.codec.as_str(), video.rotation_deg), ("h264", 0));
    let audio = info.audio.expect("audio");
    assert_eq!((audio.sample_rate_hz, audio.channels), (44_100, 1));
    let duration_us = info.duration_us.expect("a duration");
    assert!((490_000..560_000).contains(&duration_us), "{duration_us}");
}

#[test]
fn a_turned_video_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = video(&folder, &format!("{PICTURES} -pix_fmt yuv420p"), "a.mp4");
    let mut bytes = std::fs::read(&path).expect("readable");
    let header = bytes.windows(4).position(|four| four == b"tkhd");
    // The matrix follows 40 bytes after the box's name (ISO/IEC 14496-12, 8.3.2, version 0).
    let matrix = header.expect("a track header") + 44;
    let clockwise = [0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30];
    for (place, value) in bytes[matrix..].chunks_exact_mut(4).zip(clockwise) {
        place.copy_from_slice(&i32::to_be_bytes(value));
    }
    std::fs::write(&path, bytes).expect("written");
    let info = probe::probe(&MediaSource::path(path)).expect("probes");
    assert_eq!(info.video.expect("video").rotation_deg, 90);
}

#[test]
fn frames_decode_and_rewinding_gives_them_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = video(&folder, &format!("{PICTURES} -pix_fmt yuv420p"), "a.mp4");
    let mut input = open(&MediaSource::path(path)).expect("opens");
    let (index, mut decoder) = input.video_decoder(1).expect("a decoder");
    for _ in 0..3 {
        let (mut packet, mut frame) = (Packet::empty(), frame::Video::empty());
        let mut frames = 0;
        while input.read_packet(&mut packet).expect("reads") == Read::Packet {
            assert_eq!(packet.stream(), index);
            decoder.send_packet(&packet).expect("decodes");
            while decoder.receive_frame(&mut frame).is_ok() {
                frames += 1;
            }
        }
        decoder.send_eof().expect("drains");
        while decoder.receive_frame(&mut frame).is_ok() {
            frames += 1;
        }
        assert_eq!(frames, 12);
        input.rewind().expect("rewinds");
        decoder.flush();
    }
}

#[test]
fn music_with_a_cover_picture_is_no_video() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let args = "-f lavfi -i sine=duration=0.5 -f lavfi -i testsrc=size=32x32:rate=25:duration=0.04 -map 0 -map 1 -frames:v 1 \
                -c:v png -disposition:v attached_pic";
    let source = MediaSource::path(video(&folder, args, "a.mp3"));
    let mut input = open(&source).expect("opens");
    assert!(input.info().video.is_none());
    assert!(matches!(
        input.video_decoder(1).err(),
        Some(MediaError::NoVideoStream)
    ));
    assert!(input.audio_decoder().is_ok());
}

#[test]
fn a_file_that_names_another_one_cannot_open_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut file = tempfile::tempfile().expect("a temporary file");
    let real = video(&folder, &format!("{PICTURES} -pix_fmt yuv420p"), "a.mp4");
    // A binary first line, so that the text check does not end it early.
    write!(
        file,
        "ffconcat version 1.0\n#\u{1}\nfile {}\n",
        real.display()
    )
    .expect("written");
    let outcome = open(&MediaSource::file(file)).err();
    assert!(
        matches!(
            outcome,
            Some(MediaError::FormatNotAllowed | MediaError::NotMedia)
        ),
        "{outcome:?}"
    );
}
