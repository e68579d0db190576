//! `gildhall render --plan`, with and without kept analyses of music.

use crate::support::{ASSETS, Folder, assert_code, job, json_of};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

#[test]
fn the_plan_is_printed_and_nothing_is_rendered() {
    let folder = Folder::new("plan");
    let mut job = job(8);
    job["images"] = json!(["products/ring.jpg", "products/bag.png"]);
    job["audio"] = json!("audio/track.mp3");
    let input = job.to_string();
    let args = ["render", "-", "--assets", ASSETS, "--plan"];
    let output = folder.feed(&args, input.as_bytes());
    assert_code(&output, 0);
    let plan = json_of(&output);
    assert_eq!(plan["frames"], 240);
    assert!(
        plan["slots"]
            .as_array()
            .is_some_and(|slots| slots.len() >= 2)
    );
    assert_eq!(plan["slots"][1]["asset"], "products/bag.png");
    assert!(plan["slots"][1]["beat_s"].is_f64(), "{}", plan["slots"][1]);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    let again = folder.feed(&args, input.as_bytes());
    assert_eq!(again.stdout, output.stdout, "the same plan every time");
}

#[test]
fn kept_analyses_of_music_change_no_plan() {
    let folder = Folder::new("cache");
    let mut job = job(8);
    job["images"] = json!(["products/ring.jpg", "products/bag.png"]);
    job["audio"] = json!("audio/track.mp3");
    folder.write("job.json", &job);
    let plan = |more: &[&str]| {
        let args = ["render", "job.json", "--assets", ASSETS, "--plan"];
        let output = folder.run(&[&args[..], more].concat());
        assert_code(&output, 0);
        output.stdout
    };
    let cached = || plan(&["--cache", "kept/analyses"]);
    let without = plan(&[]);
    assert_eq!(cached(), without);
    let entries = fs::read_dir(folder.at("kept/analyses")).expect("it was made");
    let entries: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    let [entry] = &entries[..] else {
        panic!("{entries:?}");
    };
    let kept = fs::read(entry).expect("a file");
    assert_eq!(cached(), without);

    // An entry that could be true is believed, so nothing was analysed.
    let mut silenced: Value = serde_json::from_slice(&kept).expect("JSON");
    silenced["beats_s"] = json!([]);
    fs::write(entry, silenced.to_string()).expect("written");
    let warnings = |plan: &[u8]| {
        let plan: Value = serde_json::from_slice(plan).expect("JSON");
        plan["warnings"].clone()
    };
    assert_eq!(warnings(&without), json!([]));
    let no_pulse = json!([{"code": "no_beats", "reason": "no_pulse"}]);
    assert_eq!(warnings(&cached()), no_pulse);

    fs::write(entry, &kept[..kept.len() / 2]).expect("written");
    assert_eq!(cached(), without);
    assert_eq!(fs::read(entry).expect("a file"), kept, "it was replaced");
}
