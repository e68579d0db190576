//! Machines that lack a part of the sandbox, or leave one open: nothing starts on them unless it is told to, and what is in force
//! is told by the log, by readiness and by `gildhall doctor`.
//!
//! A kernel without Landlock is one that answers as if it had none ([`without_landlock`]). What each layer holds without the
//! others is tried by `sandbox/tests/escape/partial.rs`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use gildhall_proto::JobStatus;
use serde_json::{Value, json};

use crate::support::ports::free_address;
use crate::support::process::Process;
use crate::support::{Client, Fleet, WorkerOptions, jobs, until};

const PATIENCE: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(20);
const LACKING: &str = "no Landlock, seccomp";
const PARTIAL: &str = "only a part of the sandbox is in force";

/// The program that becomes another one on such a kernel. Cargo builds it with the tests of the workspace.
fn without_landlock() -> PathBuf {
    let gildhall = Path::new(env!("CARGO_BIN_EXE_gildhall"));
    let folder = gildhall.parent().expect("it lies in a folder");
    let program = folder.join("examples/without_landlock");
    assert!(
        program.is_file(),
        "{} is missing: cargo build --package gildhall-sandbox --examples",
        program.display()
    );
    program
}

/// A worker's variables beside those of all processes; it tells its health there.
fn worker_env(fleet: &Fleet, health: SocketAddr) -> Vec<(&'static str, String)> {
    let mut env = WorkerOptions::rendering().env(&fleet.work_folder());
    env.push(("GILDHALL_HEALTH_LISTEN", health.to_string()));
    env
}

fn best_effort() -> (&'static str, String) {
    ("GILDHALL_SANDBOX", "best-effort".to_owned())
}

/// What readiness says of the sandbox, once somebody answers there.
#[track_caller]
fn told_by(client: &Client) -> Value {
    until("readiness is told", PATIENCE, || {
        let answer = client.try_get("/readyz", &[]).ok()?;
        Some(answer.json()["sandbox"].clone())
    })
}

/// The line of a log that says what is in force, once it is there.
#[track_caller]
fn line_of(process: &Process) -> Value {
    let lines = process.log();
    let mut lines = lines.lines().filter(|line| line.contains(PARTIAL));
    let line = lines.next().expect("it was written before it was ready");
    assert_eq!(lines.next(), None, "it is said once");
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[test]
fn without_landlock_nothing_starts_that_would_touch_tenants_files() {
    let fleet = Fleet::shared("no Landlock");
    for role in ["api", "worker"] {
        let env = worker_env(&fleet, free_address());
        let mut refused = fleet.start_by(&without_landlock(), role, env);
        let status = refused.ends_within(ENDS_WITHIN);
        let said = refused.log_tail();
        assert_eq!(status.code(), Some(5), "{role}: {said}");
        for words in [LACKING, "GILDHALL_SANDBOX=best-effort"] {
            assert!(said.contains(words), "{role}: {said}");
        }
    }
    let began = "SELECT count(*) FROM audit_log WHERE action IN ('api.start', 'worker.start')";
    assert_eq!(fleet.count(began), 0);
}

#[test]
fn with_best_effort_a_fleet_works_without_landlock_and_says_so() {
    let mut fleet = Fleet::shared("best effort");
    fleet.env.push(best_effort());
    let program = without_landlock();
    let api = fleet.start_api_by(&program);
    let health = free_address();
    let worker = fleet.start_by(&program, "worker", worker_env(&fleet, health));
    let of_worker = Client::new(&format!("http://{health}"));
    // Uploads are inspected in the same sandbox as renders.
    fleet.upload_ring();
    let job = fleet.submit(&jobs::tiny());
    fleet.wait_for(job, JobStatus::Completed);
    for (process, client) in [(&api, &fleet.http), (&worker, &of_worker)] {
        let expected = json!({"mode": "best-effort", "seccomp": true, "devices": false});
        assert_eq!(told_by(client), expected);
        let line = line_of(process);
        assert_eq!(
            (&line["level"], &line["available"]),
            (&json!("WARN"), &json!(LACKING))
        );
        assert_eq!(
            (&line["mode"], &line["devices"]),
            (&json!("best-effort"), &json!(false))
        );
    }
}

#[test]
fn a_worker_whose_renders_may_use_devices_says_so() {
    let fleet = Fleet::shared("devices");
    let health = free_address();
    let mut env = worker_env(&fleet, health);
    env.extend([best_effort(), ("GILDHALL_ENCODER", "auto".to_owned())]);
    let worker = fleet.start("worker", env);
    let told = told_by(&Client::new(&format!("http://{health}")));
    assert_eq!(
        (&told["devices"], &told["seccomp"]),
        (&json!(true), &json!(true))
    );
    assert!(told["landlock_abi"].as_u64() >= Some(1), "{told}");
    let line = line_of(&worker);
    assert_eq!(
        (&line["level"], &line["devices"]),
        (&json!("WARN"), &json!(true))
    );
}

#[test]
fn the_doctor_says_what_a_machine_lacks() {
    let doctor = |more: &[&str]| {
        let mut command = Command::new(without_landlock());
        command
            .args([env!("CARGO_BIN_EXE_gildhall"), "doctor"])
            .args(more);
        for variable in ["GILDHALL_SANDBOX", "GILDHALL_ENCODER"] {
            command.env_remove(variable);
        }
        let output = command.output().expect("it was built with the tests");
        // It is about rendering one's own files first of all, which needs no sandbox.
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).expect("it is UTF-8")
    };
    let said = doctor(&[]);
    let only = "workers and the API start with GILDHALL_SANDBOX=best-effort only";
    let line = format!("\nsandbox   INCOMPLETE: {LACKING}; {only}\n");
    assert!(said.contains(&line), "{said}");
    let said = doctor(&["--json", "--sandbox", "best-effort", "--encoder", "auto"]);
    let said: Value = serde_json::from_str(&said).expect("JSON was asked for");
    let expected = json!({
        "mode": "best-effort", "landlock_abi": null, "seccomp": true, "devices": true, "whole": false,
    });
    assert_eq!(said["sandbox"], expected);
}
