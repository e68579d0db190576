//! `gildhall render --sandbox`: a render behind its guards.

use crate::support::{ASSETS, Folder, assert_code, job, json_of};
use serde_json::json;
use std::fs;

#[test]
fn a_render_in_its_sandbox_gives_the_same_bytes() {
    let folder = Folder::new("sandbox");
    let mut job = job(1);
    job["audio"] = json!("audio/track.mp3");
    job["overlay"] = json!("default");
    job["text_overlay"] = json!("Gold \u{2728}");
    folder.write("job.json", &job);
    let render = |output: &str, more: &[&str]| {
        let args = [
            "render", "job.json", "--assets", ASSETS, "--json", "-o", output,
        ];
        let told = folder.run(&[&args[..], more].concat());
        assert_code(&told, 0);
        let memory = json_of(&told)["peak_memory_bytes"].as_u64();
        assert!(memory > Some(10_000_000), "{memory:?}");
        fs::read(folder.at(output)).expect("a video")
    };
    let free = render("free.mp4", &[]);
    let sandbox = ["--sandbox", "best-effort"];
    let limits = ["--memory-limit-mb", "2048", "--cpu-limit-s", "600"];
    let cache = ["--cache", "kept/music"];
    let held = render("out/held.mp4", &[&sandbox[..], &limits, &cache].concat());
    assert!(free == held, "{} bytes and {}", free.len(), held.len());
    let kept = fs::read_dir(folder.at("kept/music")).expect("it was made");
    assert_eq!(kept.count(), 1, "what it may write, it can");
    let unbounded = ["render", "job.json", "--sandbox", "best-effort"];
    assert_code(&folder.run(&unbounded), 2);
}
