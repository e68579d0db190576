//! Which files there are afterwards, and which bytes are in them.

use crate::support::{Studio, job, media, options};
use gildhall_render::job::{ErrorClass, RenderError};
use serde_json::{Value, json};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

fn everything() -> (Studio, Value) {
    let studio = Studio::with([
        ("red.png", media::flat([180, 30, 40])),
        ("noise.png", media::noise()),
    ]);
    fs::copy(media::sample("audio/track.mp3"), studio.asset("track.mp3"))
        .expect("the sample track");
    let mut job = job(&["noise.png", "red.png"], 4);
    job["overlay"] = json!("default");
    job["audio"] = json!("track.mp3");
    job["text_overlay"] = json!("Only 24 hours ✨");
    job["output"]["thumbnails"] = json!(2);
    job["output"]["renditions"] = json!(["360x640"]);
    (studio, job)
}

#[test]
fn the_same_job_gives_the_same_bytes() {
    let (studio, job) = everything();
    let rendered = ["a.mp4", "b.mp4"].map(|name| {
        let report = studio.render_to(&studio.out(name), &job, &options(), &|_| {});
        let report = report.expect("rendered");
        let files = [report.video, report.poster]
            .into_iter()
            .chain(report.thumbnails)
            .chain(report.renditions);
        files
            .map(|file| fs::read(file.path).expect("an output"))
            .collect::<Vec<_>>()
    });
    assert_eq!(rendered[0].len(), 5);
    for (index, (a, b)) in rendered[0].iter().zip(&rendered[1]).enumerate() {
        assert!(a == b, "output {index} differs");
    }
}

#[test]
fn a_render_leaves_its_outputs_and_nothing_else() {
    let (studio, job) = everything();
    fs::write(studio.out(".gildhall-dead.part"), b"half a video").expect("a leftover");
    studio.render(&job).expect("rendered");
    let wanted = [
        "video.360x640.mp4",
        "video.mp4",
        "video.poster.jpg",
        "video.thumb-1.jpg",
        "video.thumb-2.jpg",
    ];
    assert_eq!(studio.outputs(), wanted);
}

#[test]
fn a_failure_leaves_what_was_there() {
    let studio = Studio::new();
    let noise = media::noise();
    studio.write("cut.png", &noise[..noise.len() / 2]);
    // One fails before the first frame, the other one when files are open already.
    for image in ["missing.png", "cut.png"] {
        for before in [None, Some(b"an older video")] {
            let _ = fs::remove_file(studio.video());
            if let Some(bytes) = before {
                fs::write(studio.video(), bytes).expect("an older file");
            }
            let error = studio.render(&job(&[image], 1)).expect_err("unusable");
            assert!(
                matches!(error, RenderError::NoUsableImage { .. }),
                "{error}"
            );
            let left = fs::read(studio.video()).ok();
            assert_eq!(left.as_deref(), before.map(|b| &b[..]), "{image}");
            assert_eq!(studio.outputs().len(), usize::from(before.is_some()));
        }
    }
}

#[test]
fn a_cancelled_render_leaves_nothing() {
    let (studio, job) = everything();
    fs::write(studio.video(), b"an older video").expect("an older file");
    let options = options();
    let cancel = Arc::clone(&options.cancel);
    let result = studio.render_to(&studio.video(), &job, &options, &|progress| {
        cancel.fetch_or(progress.done >= 40, Ordering::Relaxed);
    });
    let error = result.expect_err("cancelled");
    assert_eq!(error.class(), ErrorClass::Cancelled, "{error}");
    assert_eq!(studio.outputs(), ["video.mp4"]);
    assert_eq!(
        fs::read(studio.video()).expect("untouched"),
        b"an older video"
    );
}

#[test]
fn a_render_that_is_over_its_time_leaves_nothing() {
    let (studio, mut job) = everything();
    job["duration_s"] = json!(180);
    fs::write(studio.video(), b"an older video").expect("an older file");
    // At once, and somewhere on the way: three minutes of video take longer than that.
    for limit_ms in [0, 1_000] {
        let mut options = options();
        options.deadline = Some(Instant::now() + Duration::from_millis(limit_ms));
        let result = studio.render_to(&studio.video(), &job, &options, &|_| {});
        let error = result.expect_err("over time");
        assert!(matches!(error, RenderError::TimeUp), "{error:?}");
        assert_eq!(error.class(), ErrorClass::Resource);
        assert_eq!(studio.outputs(), ["video.mp4"]);
    }
    let older = fs::read(studio.video()).expect("untouched");
    assert_eq!(older, b"an older video");
}

#[test]
fn a_limit_that_is_kept_changes_nothing() {
    let studio = Studio::with([("red.png", media::flat([180, 30, 40]))]);
    let mut options = options();
    options.deadline = Some(Instant::now() + Duration::from_secs(600));
    let job = job(&["red.png"], 1);
    let report = studio.render_to(&studio.video(), &job, &options, &|_| {});
    assert_eq!(report.expect("in time").frames, 30);
}

#[test]
fn an_output_folder_that_is_not_there_is_the_machines_fault() {
    let studio = Studio::with([("red.png", media::flat([180, 30, 40]))]);
    let nowhere = studio.out("no/such/folder/video.mp4");
    let result = studio.render_to(&nowhere, &job(&["red.png"], 1), &options(), &|_| {});
    let error = result.expect_err("nowhere to write");
    assert_eq!(error.class(), ErrorClass::Recoverable, "{error}");
    assert!(error.to_string().contains("video.mp4"), "{error}");
}
