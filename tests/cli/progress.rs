//! Progress as programs read it.

use crate::support::{ASSETS, Folder, assert_code, job, json_of, text};
use serde_json::{Value, json};

#[test]
fn progress_for_programs_is_a_line_of_json_before_the_result() {
    let folder = Folder::new("progress");
    folder.write("job.json", &job(2));
    let args = ["render", "job.json", "--assets", ASSETS, "--json"];
    let output = folder.run(&[&args[..], &["--progress", "json"]].concat());
    assert_code(&output, 0);
    assert_eq!(text(&output.stderr), "");
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let (result, progress) = lines.split_last().expect("a result");
    assert_eq!(result["frames"], 60);
    assert!(!progress.is_empty());
    for line in progress {
        let line = &line["progress"];
        assert_eq!(
            (&line["stage"], &line["total"]),
            (&json!("render"), &json!(60))
        );
        let frames = line["frames"].as_u64().expect("a number");
        assert!((1..=60).contains(&frames), "{line}");
    }
    // A failure takes the result's place, on one line as well.
    let wrong = [
        &args[..2],
        &["--assets", "no-such", "--json", "--progress", "json"],
    ]
    .concat();
    let output = folder.run(&wrong);
    assert_code(&output, 5);
    assert_eq!(text(&output.stdout).lines().count(), 1);
    assert_eq!(json_of(&output)["error"]["class"], "recoverable");
}
