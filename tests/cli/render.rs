//! `gildhall render` as it succeeds: what it tells programs and people, which files it leaves, what memory it needs.

use crate::support::{ASSETS, Folder, assert_code, job, json_of, text};
use serde_json::{Value, json};

#[test]
fn a_render_tells_its_result_as_json_and_its_progress_in_lines() {
    let folder = Folder::new("json");
    folder.write("job.json", &job(1));
    let args = [
        "render",
        "job.json",
        "--assets",
        ASSETS,
        "-o",
        "out/new/a.mp4",
        "--json",
    ];
    let output = folder.run(&args);
    assert_code(&output, 0);
    let report = json_of(&output);
    assert_eq!(
        (&report["duration_s"], &report["frames"]),
        (&json!(1.0), &json!(30))
    );
    assert_eq!(
        report["warnings"],
        json!([{"code": "no_beats", "reason": "no_audio"}])
    );
    assert!(report["peak_memory_bytes"].as_u64() > Some(10_000_000));
    for stage in ["measure", "photos", "compose", "encode", "sound", "total"] {
        let field = format!("{stage}_ms");
        assert!(report["timings"][&field].is_u64(), "{field}");
    }
    assert!(report["timings"]["total_ms"].as_u64() > Some(0));
    assert_eq!(report["video"]["path"], "out/new/a.mp4");
    assert_eq!(
        (&report["video"]["width"], &report["encoder"]),
        (&json!(720), &json!("x264"))
    );
    for file in ["a.mp4", "a.poster.jpg", "a.thumb-1.jpg"] {
        assert!(folder.at("out/new").join(file).is_file(), "{file}");
    }
    let progress = text(&output.stderr);
    assert_eq!(progress.lines().count(), 10, "{progress}");
    let last = progress.lines().last().unwrap_or_default();
    assert!(last.starts_with("frame 30/30 (100 %), "), "{last}");
    assert!(!progress.contains(['\r', '\x1b']), "{progress:?}");
}

#[test]
fn without_json_a_person_reads_where_the_files_are() {
    let folder = Folder::new("summary");
    folder.write("job.json", &job(1));
    let output = folder.run(&["render", "job.json", "--assets", ASSETS, "-q"]);
    assert_code(&output, 0);
    let said = text(&output.stdout);
    for part in [
        "job.mp4",
        "720x1280",
        "job.poster.jpg",
        "30 frames",
        "warning",
    ] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    assert_eq!(text(&output.stderr), "", "--quiet");
    let wanted = ["job.json", "job.mp4", "job.poster.jpg", "job.thumb-1.jpg"];
    assert_eq!(folder.names(), wanted);
}

#[test]
fn reduced_quality_needs_half_the_memory_at_most() {
    let folder = Folder::new("memory");
    let report_of = |quality: &str| {
        let mut job = job(5);
        job["images"] = json!([
            "products/ring.jpg",
            "products/box.webp",
            "products/bag.png",
            "products/perfume.jpg"
        ]);
        job["audio"] = json!("audio/track.mp3");
        job["overlay"] = json!("default");
        job["text_overlay"] = json!("Only 24 hours: the gold drop \u{2728}");
        job["output"] = json!({"quality": quality, "preset": "veryfast"});
        folder.write("job.json", &job);
        // Two threads on any machine: at full quality memory grows with each, at reduced quality it does not.
        let args = [
            "render",
            "job.json",
            "--assets",
            ASSETS,
            "--threads",
            "2",
            "-q",
            "--json",
        ];
        let output = folder.run(&args);
        assert_code(&output, 0);
        json_of(&output)
    };
    let (full, reduced) = (report_of("full"), report_of("reduced"));
    assert_eq!(full["frames"], reduced["frames"]);
    let peak = |report: &Value| report["peak_memory_bytes"].as_u64().expect("a number");
    let (full, reduced) = (peak(&full), peak(&reduced));
    assert!(2 * reduced <= full, "{reduced} bytes against {full}");
}
