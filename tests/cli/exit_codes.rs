//! Exit codes of what cannot be done, and the words that come with them.

use crate::support::{ASSETS, Folder, assert_code, job, json_of, text};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_wrong_command_line_ends_with_2() {
    let folder = Folder::new("usage");
    for args in [
        &["rendr"][..],
        &["render"],
        &["render", "job.json", "--encoder", "h265"],
        &["render", "job.json", "--threads", "0"],
        &["render", "job.json", "--threads", "65"],
        &["render", "job.json", "--time-limit", "0"],
        &["render", "job.json", "--time-limit", "3601"],
        &["render", "job.json", "--progress", "json"],
        &["render", "job.json", "--json", "--progress", "json", "-q"],
    ] {
        let output = folder.run(args);
        assert_code(&output, 2);
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn a_job_that_is_not_valid_ends_with_3_and_lists_every_fault() {
    let folder = Folder::new("faults");
    let faulty = json!({
        "images": ["../ring.jpg"], "duration": 20, "priority": 12, "output": {"crf": 99},
    });
    folder.write("job.json", &faulty);
    let output = folder.run(&["render", "job.json", "--assets", ASSETS]);
    assert_code(&output, 3);
    let said = text(&output.stderr);
    for field in ["/images/0", "/duration", "/priority", "/output/crf"] {
        assert!(said.contains(field), "no {field} in {said}");
    }
    assert!(said.contains("duration_s"), "no hint in {said}");
    for nonsense in [&b"{\"images\": ["[..], b"", b"\xff\xff"] {
        let output = folder.feed(&["render", "-", "--assets", ASSETS], nonsense);
        assert_code(&output, 3);
    }
    assert_eq!(folder.names(), ["job.json"]);
}

#[test]
fn media_that_cannot_be_used_end_with_4() {
    let folder = Folder::new("media");
    let mut no_image = job(1);
    no_image["images"] = json!(["products/no-such.jpg"]);
    let mut no_audio = job(1);
    no_audio["audio"] = json!("README.md");
    for (job, named) in [(no_image, "products/no-such.jpg"), (no_audio, "README.md")] {
        folder.write("job.json", &job);
        let output = folder.run(&["render", "job.json", "--assets", ASSETS, "-q"]);
        assert_code(&output, 4);
        let said = text(&output.stderr);
        assert!(said.contains(named) && said.lines().count() == 1, "{said}");
        assert!(output.stdout.is_empty());
        assert_eq!(folder.names(), ["job.json"]);
    }
}

#[test]
fn what_the_machine_lacks_ends_with_5() {
    let folder = Folder::new("machine");
    folder.write("job.json", &job(1));
    fs::write(folder.at("file"), b"no folder").expect("a file");
    for args in [
        &["render", "no-such-job.json"][..],
        &["render", "job.json", "--assets", "no-such-folder"],
        &[
            "render",
            "job.json",
            "--assets",
            ASSETS,
            "-o",
            "file/video.mp4",
        ],
    ] {
        let output = folder.run(args);
        assert_code(&output, 5);
        let said = text(&output.stderr);
        assert!(said.starts_with("error: "), "{said}");
    }
    assert_eq!(folder.names(), ["file", "job.json"]);
}

#[test]
fn with_json_a_failure_is_an_object_too() {
    let folder = Folder::new("failure");
    let mut faulty = job(1);
    faulty["priority"] = json!(12);
    folder.write("faulty.json", &faulty);
    let mut no_image = job(1);
    no_image["images"] = json!(["products/no-such.jpg"]);
    folder.write("no-image.json", &no_image);
    for (job, exit_code, code, class) in [
        ("faulty.json", 3, "invalid_job", "rejected"),
        ("no-image.json", 4, "no_usable_image", "rejected"),
        ("no-such.json", 5, "environment", "recoverable"),
    ] {
        let plain = folder.run(&["render", job, "--assets", ASSETS, "-q"]);
        let output = folder.run(&["render", job, "--assets", ASSETS, "-q", "--json"]);
        assert_code(&output, exit_code);
        assert_eq!(output.stderr, plain.stderr, "the same words for people");
        let error = &json_of(&output)["error"];
        assert_eq!(
            (&error["code"], &error["class"]),
            (&json!(code), &json!(class))
        );
        let message = error["message"].as_str().expect("a message");
        assert_eq!(format!("error: {message}\n"), text(&output.stderr));
        let fault = &error["faults"][0]["field"];
        match code {
            "invalid_job" => assert_eq!(fault, "/priority"),
            _ => assert_eq!(fault, &Value::Null),
        }
    }
}

#[test]
fn help_documents_the_exit_codes() {
    let output = Folder::new("help").run(&["--help"]);
    assert_code(&output, 0);
    let said = text(&output.stdout);
    assert!(
        said.contains("Exit codes:") && said.contains("130"),
        "{said}"
    );
}
