//! A file as a part of a video: `gildhall render` as a worker runs it.

use crate::child;
use crate::photos::PLAIN;
use crate::place::Place;
use crate::row::{Holds, Row};
use crate::sounds::DECODED_S;
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Seconds of a video that is not as long as its music.
const LENGTH_S: u32 = 1;

/// Renders a job with the file, which has to become a part of the video.
pub fn check(row: &Row, place: &Place, own: &Path) -> anyhow::Result<()> {
    let job = own.join("job.json");
    fs::write(&job, job_with(row).to_string()).context("the job cannot be written")?;
    let mut command = child::command("render");
    command
        .args(["--memory-limit-mb", "1024", "--cpu-limit-s", "60"])
        .arg(&job)
        .arg("--assets")
        .arg(place.inputs())
        .arg("--output")
        .arg(own.join("outputs/video.mp4"))
        .args(["--json", "--progress", "json"])
        .args(["--encoder", "x264", "--threads", "2"]);
    let said = child::run(command, own).context("its render failed")?;
    let report = said.lines().last().unwrap_or_default();
    let report: Value = serde_json::from_str(report).context("a render ends with its report")?;
    judge(row, &report)
}

/// The smallest job with the file.
fn job_with(row: &Row) -> Value {
    let mut job = json!({
        "images": [PLAIN.name],
        "overlay": "none",
        "frame": "none",
        "output": {"quality": "reduced", "preset": "ultrafast", "thumbnails": 0},
    });
    let (field, value) = match row.holds {
        Holds::Sound | Holds::Silence => ("audio", json!(row.name)),
        Holds::Film => ("overlay", json!(row.name)),
        Holds::Photo => ("images", json!([row.name])),
        Holds::Frame => ("frame", json!(row.name)),
    };
    job[field] = value;
    // A video with music is as long as what was decoded of it.
    if field != "audio" {
        job["duration_s"] = json!(LENGTH_S);
    }
    job
}

fn judge(row: &Row, report: &Value) -> anyhow::Result<()> {
    let warnings = report["warnings"].as_array().into_iter().flatten();
    let odd: Vec<&Value> = warnings
        .filter(|warning| !is_expected(row, warning))
        .collect();
    ensure!(odd.is_empty(), "it was degraded: {odd:?}");
    let video = &report["video"];
    let size_px = (&video["width"], &video["height"]);
    ensure!(
        size_px == (&json!(720), &json!(1280)),
        "the size is wrong: {video}"
    );
    let length_s = report["duration_s"].as_f64().unwrap_or_default();
    let is_right = match row.holds {
        Holds::Sound | Holds::Silence => DECODED_S.contains(&length_s),
        _ => length_s == f64::from(LENGTH_S),
    };
    ensure!(is_right, "the video is {length_s} s long");
    let is_heard = report["sound"]["loudness_lufs"].is_number();
    ensure!(
        is_heard == (row.holds == Holds::Sound),
        "the sound is wrong: {}",
        report["sound"]
    );
    Ok(())
}

/// Nothing is left out or degraded but what a second of a file has to lack: beats, and in silence everything.
fn is_expected(row: &Row, warning: &Value) -> bool {
    match warning["code"].as_str() {
        Some("no_beats") => true,
        Some("audio_degraded") => row.holds == Holds::Silence,
        _ => false,
    }
}
