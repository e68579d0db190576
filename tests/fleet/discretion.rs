//! Why a job failed, as its owner hears it: on no way out does it tell of the machines, folders and services behind it. The
//! operator reads the rest in the worker's log.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use gildhall_proto::{JobId, JobStatus};
use serde_json::{Value, json};

use crate::support::events::Events;
use crate::support::fleet::pool;
use crate::support::process::Process;
use crate::support::{Fleet, WorkerOptions, jobs, until, wait};

const PATIENCE: Duration = Duration::from_secs(30);

/// Of a path, an address, a statement, a place in the sources, the system, a library, or the way a process ended.
const INSIDES: [&str; 18] = [
    "/tmp",
    "attempt-",
    "inputs",
    "src/",
    ".rs:",
    "os error",
    "No such file",
    "ermission denied",
    "panicked",
    "0x55d",
    "signal",
    "exit status",
    "SELECT",
    "function",
    "expected",
    "postgres",
    "127.0.0.1",
    "gildhall_fleet",
];

/// What goes wrong with a render, with the code of its job's failure, and what the log has to tell of it.
const DEEDS: [(&str, &str, &str); 6] = [
    ("panic", "render_killed", "panicked at src/job/run.rs"),
    ("crash", "render_killed", "0x55d0c0ffee00"),
    ("speech", "environment", "(os error 13)"),
    ("no folder", "environment", "cannot open the asset folder"),
    ("no outputs", "environment", "cannot create the folder"),
    ("no job file", "environment", "cannot read the job file"),
];

/// A renderer that does what the job's metadata say, and renders otherwise.
const PROGRAM: &str = r#"#!/bin/sh
for arg; do
    case $last in
    --assets) inputs=$arg ;;
    --output) outputs=${arg%/*} ;;
    esac
    case $arg in */job.json) job=$arg ;; esac
    last=$arg
done
case $(cat "$job") in
*'"deed": "panic"'*)
    echo "thread 'main' panicked at src/job/run.rs:7:1: $inputs: SELECT 1" >&2
    exit 101
    ;;
*'"deed": "crash"'*)
    echo "[png @ 0x55d0c0ffee00] $inputs" >&2
    kill -SEGV $$
    ;;
*'"deed": "speech"'*)
    message="cannot open $inputs: Permission denied (os error 13)"
    echo "{\"error\": {\"code\": \"environment\", \"class\": \"recoverable\", \"message\": \"$message\"}}"
    exit 5
    ;;
*'"deed": "no folder"'*) rm -r "$inputs" ;;
*'"deed": "no outputs"'*)
    rm -r "$outputs"
    : >"$outputs"
    ;;
*'"deed": "no job file"'*) rm "$job" ;;
esac
exec "GILDHALL" "$@"
"#;

/// A fleet with its API, whose jobs get two attempts.
fn fleet(test: &str) -> (Fleet, Events) {
    let mut fleet = Fleet::shared(test);
    fleet.env.push(("GILDHALL_MAX_ATTEMPTS", "2".to_owned()));
    fleet.start_api();
    fleet.upload_ring();
    let events = fleet.listen();
    (fleet, events)
}

/// Starts a worker whose renders are this program's.
fn worker_of(fleet: &mut Fleet, program: String) -> Process {
    fleet.env.push(("GILDHALL_RENDER_PROGRAM", program));
    let worker = fleet.start_worker(WorkerOptions::rendering());
    fleet.env.pop();
    worker
}

fn job_with(deed: &str) -> Value {
    let mut job = jobs::tiny();
    job["metadata"] = json!({ "deed": deed });
    job
}

/// Makes sure that the job fails with this code, that nobody outside hears of the insides, and that the log tells of them.
#[track_caller]
fn assert_discreet(
    fleet: &Fleet,
    events: &Events,
    worker: &Process,
    job: JobId,
    end: (&str, &str),
) {
    let (code, logged) = end;
    let failed = fleet.wait_for(job, JobStatus::Failed);
    let failure = failed.failure.expect("it failed");
    assert_eq!(failure.code, code, "{failure}");
    let without_asset = failure.message.replace("products/ring.jpg", "");
    assert!(!without_asset.contains('/'), "{failure}");

    let one = format!("/api/v1/video/jobs/{job}");
    let stream = fleet.http.follow(&format!("{one}/events"), None);
    let stream = stream.expect("it has a history");
    let mut heard: Vec<String> = stream.map(|event| event.data.to_string()).collect();
    assert!(heard.iter().any(|step| step.contains(code)), "{heard:?}");
    heard.push(fleet.http.get(&one).json().to_string());
    heard.push(events.wait_for(job, "video.failed").data.to_string());
    let folder = fleet.work_folder().display().to_string();
    for text in heard {
        for inside in INSIDES.into_iter().chain([folder.as_str()]) {
            assert!(!text.contains(inside), "{inside} in {text}");
        }
    }

    let id = job.to_string();
    until("the log tells why", PATIENCE, || {
        let log = worker.log();
        let tells = |line: &str| line.contains(&id) && line.contains(logged);
        log.lines().any(tells).then_some(())
    });
}

#[test]
fn an_owner_hears_why_a_render_failed_and_nothing_of_the_machine() {
    let (mut fleet, events) = fleet("discretion");
    let folder = tempfile::tempdir().expect("a folder");
    let program: PathBuf = folder.path().join("render");
    let script = PROGRAM.replace("GILDHALL", env!("CARGO_BIN_EXE_gildhall"));
    fs::write(&program, script).expect("room");
    fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("it is ours");
    let worker = worker_of(&mut fleet, program.display().to_string());
    for (deed, code, logged) in DEEDS {
        println!("{deed}");
        let job = fleet.submit(&job_with(deed));
        assert_discreet(&fleet, &events, &worker, job, (code, logged));
    }
    let sound = fleet.submit(&job_with("none"));
    fleet.wait_for(sound, JobStatus::Completed);

    // As whoever made the tables.
    wait(async {
        let owner = pool(fleet.database_url(), "none").await;
        let sql = "REVOKE ALL ON FUNCTION fleet.finish FROM gildhall_fleet, PUBLIC";
        let revoked = sqlx::query(sql).execute(&owner).await;
        revoked.expect("it is the owner's");
    });
    let unfinished = fleet.submit(&job_with("none"));
    let end = ("refused_by_ledger", "permission denied for function");
    assert_discreet(&fleet, &events, &worker, unfinished, end);
}

#[test]
fn an_owner_hears_that_a_job_cannot_be_read_or_run_and_not_by_what() {
    let (mut fleet, events) = fleet("discretion before the render");
    let unreadable = fleet.submit(&job_with("none"));
    let sql = "UPDATE video_processing_jobs SET spec = '{\"images\": \"SELECT\"}'";
    let changed = sqlx::query(sql).execute(&fleet.sql);
    wait(changed).expect("the fleet may");
    let worker = worker_of(&mut fleet, "/srv/gildhall/no-such-program".to_owned());
    let end = ("unreadable_job", "images");
    assert_discreet(&fleet, &events, &worker, unreadable, end);
    let unrun = fleet.submit(&job_with("none"));
    let end = ("render_not_run", "No such file");
    assert_discreet(&fleet, &events, &worker, unrun, end);
}
