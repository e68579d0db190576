//! Renders that are ended before they are done: by their time limit, by a signal, by force.

use crate::support::{ASSETS, Folder, assert_code, job, json_of, text};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command};

#[test]
fn a_render_over_its_time_limit_ends_with_6_and_leaves_no_files() {
    let folder = Folder::new("time-limit");
    let mut long = job(180);
    // The full size, so that no machine is done within the second.
    long["output"] = json!({});
    folder.write("job.json", &long);
    let args = ["render", "job.json", "--assets", ASSETS, "-q", "--json"];
    let output = folder.run(&[&args[..], &["--time-limit", "1"]].concat());
    assert_code(&output, 6);
    assert!(text(&output.stderr).contains("time limit"));
    let error = &json_of(&output)["error"];
    assert_eq!(
        (&error["code"], &error["class"]),
        (&json!("time_limit"), &json!("resource"))
    );
    assert_eq!(folder.names(), ["job.json"]);
    for limit in ["1", "3600"] {
        folder.write("short.json", &job(1));
        let args = ["render", "short.json", "--assets", ASSETS, "--plan"];
        let output = folder.run(&[&args[..], &["--time-limit", limit]].concat());
        // Within the range of the option; how long a plan takes is the machine's affair.
        assert_ne!(output.status.code(), Some(2), "{limit}");
    }
}

/// Starts a render of a minute and waits until frames are being encoded.
fn start_long_render(folder: &Folder) -> Child {
    folder.write("job.json", &job(60));
    let args = ["render", "job.json", "--assets", ASSETS];
    let mut child = folder.command(&args).spawn().expect("it starts");
    let stderr = child.stderr.take().expect("a pipe");
    let mut lines = BufReader::new(stderr);
    let mut line = String::new();
    lines.read_line(&mut line).expect("progress");
    assert!(line.starts_with("frame "), "{line}");
    // The pipe must stay open, or the next line of progress would find it closed.
    child.stderr = Some(lines.into_inner());
    let half = folder.names().into_iter().any(|name| is_half(&name));
    assert!(half, "nothing is being written: {:?}", folder.names());
    child
}

fn is_half(name: &str) -> bool {
    name.starts_with(".gildhall-") && name.ends_with(".part")
}

fn signal(child: &Child, name: &str) {
    let command = format!("kill -{name} {}", child.id());
    let sent = Command::new("sh").args(["-c", &command]).status();
    assert!(sent.expect("a shell").success(), "{command}");
}

#[test]
fn a_signal_ends_the_render_with_130_and_leaves_no_files() {
    for name in ["TERM", "INT"] {
        let folder = Folder::new(&format!("cancel-{name}"));
        let child = start_long_render(&folder);
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        assert_code(&output, 130);
        assert!(text(&output.stderr).contains("cancelled"));
        assert_eq!(folder.names(), ["job.json"]);
    }
}

#[test]
fn what_a_killed_render_left_goes_with_the_next_start() {
    let folder = Folder::new("killed");
    let child = start_long_render(&folder);
    signal(&child, "KILL");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), None, "killed");
    assert!(folder.names().iter().any(|name| is_half(name)));
    folder.write("next.json", &job(1));
    let next = folder.run(&["render", "next.json", "--assets", ASSETS, "-q"]);
    assert_code(&next, 0);
    let names = folder.names();
    assert!(!names.iter().any(|name| is_half(name)), "{names:?}");
    assert!(names.contains(&"next.mp4".to_owned()) && !names.contains(&"job.mp4".to_owned()));
}
