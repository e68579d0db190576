//! What comes with the main video: renditions, the poster, thumbnails, and the reduced quality itself.

use crate::support::ffmpeg::{frame_count, probe};
use crate::support::pixels::assert_near;
use crate::support::{Studio, job, media};
use gildhall_render::job::OutputFile;
use image::image_dimensions;
use serde_json::json;
use std::fs;

#[test]
fn renditions_poster_and_thumbnails_have_their_sizes() {
    let studio = Studio::with([("red.png", media::flat([180, 30, 40]))]);
    let mut job = job(&["red.png"], 1);
    job["output"]["renditions"] = json!(["360x640", "540x960"]);
    job["output"]["thumbnails"] = json!(3);
    let report = studio.render(&job).expect("rendered");
    let videos = [&report.video, &report.renditions[0], &report.renditions[1]];
    for (file, size) in videos
        .into_iter()
        .zip([(720, 1280), (360, 640), (540, 960)])
    {
        let ask = [
            "-select_streams",
            "v",
            "-show_entries",
            "stream=width,height",
        ];
        let stream = &probe(&file.path, &ask)["streams"][0];
        assert_eq!(stream, &json!({"width": size.0, "height": size.1}));
        assert_eq!(frame_count(&file.path), 30, "{file:?}");
        check_report(file, size);
        let sound = probe(&file.path, &["-select_streams", "a", "-show_streams"]);
        assert_eq!(sound["streams"][0]["codec_name"], "aac");
    }
    assert_eq!(report.thumbnails.len(), 3);
    let stills = report.thumbnails.iter().map(|file| (file, (270, 480)));
    for (file, size) in stills.chain([(&report.poster, (720, 1280))]) {
        assert_eq!(image_dimensions(&file.path).expect("a JPEG"), size);
        check_report(file, size);
        let still = image::open(&file.path).expect("a JPEG").into_rgb8();
        let middle = still.get_pixel(size.0 / 2, size.1 / 2);
        assert_near(middle.0, [180, 30, 40], 6);
    }
}

fn check_report(file: &OutputFile, size: (u32, u32)) {
    assert_eq!((file.width, file.height), size);
    let bytes = fs::metadata(&file.path).expect("an output").len();
    assert_eq!(file.bytes, bytes, "{file:?}");
}

#[test]
fn no_thumbnails_means_none() {
    let studio = Studio::with([("red.png", media::flat([180, 30, 40]))]);
    let report = studio.render(&job(&["red.png"], 1)).expect("rendered");
    assert!(report.thumbnails.is_empty() && report.renditions.is_empty());
    assert_eq!(studio.outputs(), ["video.mp4", "video.poster.jpg"]);
}
