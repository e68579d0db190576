//! The file as players see it.

use crate::support::ffmpeg::{number, probe};
use crate::support::{Studio, ffmpeg, job, media};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[test]
fn the_video_is_what_every_player_expects() {
    let studio = Studio::with([("red.png", media::flat([180, 30, 40]))]);
    let mut job = job(&["red.png"], 2);
    job["output"] = json!({"thumbnails": 0});
    let report = studio.render(&job).expect("rendered");
    assert_eq!((report.frames, report.duration_s), (60, 2.0));
    let video = studio.video();
    check_picture(&probe(
        &video,
        &["-select_streams", "v", "-show_streams", "-count_packets"],
    ));
    check_sound(&probe(&video, &["-select_streams", "a", "-show_streams"]));
    check_times(&video, 60);
    assert_eq!(boxes(&video)[..2], ["ftyp", "moov"], "faststart");
    let format = probe(&video, &["-show_entries", "format=duration,nb_streams"]);
    assert!((number(&format["format"]["duration"]) - 2.0).abs() < 1e-6);
    assert_eq!(format["format"]["nb_streams"], 2);
}

fn check_picture(probed: &Value) {
    let stream = &probed["streams"][0];
    let wanted = json!({
        "codec_name": "h264",
        "profile": "High",
        "width": 1080,
        "height": 1920,
        "pix_fmt": "yuv420p",
        "color_range": "tv",
        "color_space": "bt709",
        "color_transfer": "bt709",
        "color_primaries": "bt709",
        "avg_frame_rate": "30/1",
        "r_frame_rate": "30/1",
        "nb_frames": "60",
        "nb_read_packets": "60",
        "duration": "2.000000",
    });
    for (field, value) in wanted.as_object().into_iter().flatten() {
        assert_eq!(&stream[field], value, "{field}");
    }
}

fn check_sound(probed: &Value) {
    let stream = &probed["streams"][0];
    let wanted = json!({
        "codec_name": "aac",
        "profile": "LC",
        "sample_rate": "48000",
        "channels": 2,
        "channel_layout": "stereo",
        "duration": "2.000000",
        "start_time": "0.000000",
    });
    for (field, value) in wanted.as_object().into_iter().flatten() {
        assert_eq!(&stream[field], value, "{field}");
    }
}

/// Decoded frames lie at 0, 1/30, 2/30, … s exactly.
fn check_times(video: &Path, frames: i64) {
    let ask = [
        "-select_streams",
        "v",
        "-show_entries",
        "frame=pts:stream=time_base",
    ];
    let probed = probe(video, &ask);
    let base = probed["streams"][0]["time_base"].as_str().expect("a base");
    let per_second: i64 = base.trim_start_matches("1/").parse().expect("1/n");
    let times: Vec<i64> = probed["frames"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|frame| frame["pts"].as_i64())
        .collect();
    let wanted: Vec<i64> = (0..frames).map(|i| i * per_second / 30).collect();
    assert_eq!(per_second % 30, 0, "1/{per_second} s cannot hold 1/30 s");
    assert_eq!(times, wanted);
}

/// Names of the file's outermost boxes (ISO/IEC 14496-12, 4.2).
fn boxes(file: &Path) -> Vec<String> {
    let bytes = fs::read(file).expect("the video");
    let mut names = Vec::new();
    let mut rest = &bytes[..];
    while let Some((header, _)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, name @ ..] = *header;
        names.push(String::from_utf8_lossy(&name).into_owned());
        let size = u32::from_be_bytes([a, b, c, d]) as usize;
        assert!(size >= 8, "a box of {size} bytes");
        rest = rest.get(size..).unwrap_or_default();
    }
    names
}

#[test]
fn after_a_minute_sound_and_picture_are_still_together() {
    const RATE: usize = 48_000;
    // A quiet tone, a short silence, and from second 59 on a loud one.
    let stereo: Vec<f32> = (0..60 * RATE * 2)
        .map(|index| {
            let at_s = (index / 2) as f32 / RATE as f32;
            let tone = (at_s.fract() * 440.0 * std::f32::consts::TAU).sin();
            match at_s {
                ..58.8 => 0.05 * tone,
                58.8..59.0 => 0.0,
                _ => 0.5 * tone,
            }
        })
        .collect();
    let studio = Studio::with([
        ("red.png", media::flat([180, 30, 40])),
        ("tone.wav", media::wav(&stereo)),
    ]);
    let mut job = job(&["red.png"], 60);
    job["audio"] = json!("tone.wav");
    job["cuts"] = json!("fixed");
    job["images"] = json!([{"asset": "red.png", "motion": "still"}]);
    let report = studio.render(&job).expect("rendered");
    assert_eq!(report.frames, 1_800);
    let probed = probe(
        &studio.video(),
        &["-show_entries", "stream=duration,nb_frames"],
    );
    let [picture, sound] = [0_usize, 1].map(|i| number(&probed["streams"][i]["duration"]));
    assert_eq!(picture, 60.0);
    assert!((sound - picture).abs() < 1.0 / 30.0, "{sound} s");
    let mono = ffmpeg::mono(&studio.video());
    let late = &mono[58 * RATE + RATE * 85 / 100..];
    let peak = late.iter().fold(0.0_f32, |top, v| top.max(v.abs()));
    let onset = late.iter().position(|v| v.abs() > peak * 0.4);
    let onset_s = 58.85 + onset.expect("the loud tone") as f64 / RATE as f64;
    assert!((onset_s - 59.0).abs() < 0.005, "{onset_s} s instead of 59");
}
