//! What processes write about what they do: lines that machines can read, that say whose job they are about ([`attempts`]), of
//! each failure one ([`failures`]), that tell no secret ([`secrets`]), and whose loss costs nothing ([`unheard`]).

mod attempts;
mod failures;
mod secrets;
mod unheard;

use std::time::Duration;

use gildhall_proto::JobId;
use serde_json::{Map, Value, json};

use crate::support::process::Process;
use crate::support::{Client, Fleet, WorkerOptions, until};

type Line = Map<String, Value>;

const PATIENCE: Duration = Duration::from_secs(60);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
/// No upload has this name.
const MISSING: &str = "products/ring 💍.jpg";
/// The roles that write logs.
const ROLES: [&str; 3] = ["api", "relay", "worker"];
/// Neither the database's password nor the broker's.
const WRONG: &str = "n0t-the-password-at-all";

/// Lets every process write JSON, in an environment that knows nothing beyond ASCII.
fn in_the_c_locale(fleet: &mut Fleet) {
    for (name, value) in [
        ("GILDHALL_LOG_FORMAT", "json"),
        ("LANG", "C"),
        ("LC_ALL", "C"),
    ] {
        fleet.env.push((name, value.to_owned()));
    }
}

/// Submits a job in the trace.
#[track_caller]
fn submit(http: &Client, job: &Value) -> JobId {
    let caller = format!("00-{TRACE}-b7ad6b7169203331-01");
    http.submit(job, &[("traceparent", &caller)]).job()
}

/// What a role needs beside what every process is started with.
fn env_of(fleet: &Fleet, role: &str) -> Vec<(&'static str, String)> {
    match role {
        "api" => vec![("GILDHALL_LISTEN", "127.0.0.1:0".to_owned())],
        "worker" => WorkerOptions::pretending(0).env(&fleet.work_folder()),
        _ => Vec::new(),
    }
}

/// The same place with another login, which it does not know.
fn with_wrong_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (_, place) = rest.rsplit_once('@').expect("a login");
    format!("{scheme}://gildhall:{WRONG}@{place}")
}

/// Starts something with one setting that is another.
fn with(
    fleet: &mut Fleet,
    setting: (&'static str, String),
    start: impl FnOnce(&Fleet) -> Process,
) -> Process {
    fleet.env.push(setting);
    let process = start(fleet);
    fleet.env.pop();
    process
}

/// A log, once this stands in it.
#[track_caller]
fn log_with(process: &Process, message: &str) -> String {
    until(message, PATIENCE, || {
        let log = process.log();
        log.contains(message).then_some(log)
    })
}

/// Every line of a log, each of which has to be an object with what all lines have.
#[track_caller]
fn lines(log: &str) -> Vec<Line> {
    let line = |line: &str| {
        let object: Line =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        for name in ["timestamp", "level", "message", "target"] {
            assert!(object.get(name).is_some_and(Value::is_string), "{line}");
        }
        object
    };
    log.lines().map(line).collect()
}

/// Those about a job, each of which has to say whose it is and in which trace it is.
#[track_caller]
fn lines_of(job: JobId, log: &str) -> Vec<Line> {
    let id = Value::from(job.to_string());
    let mut about = lines(log);
    about.retain(|line| line.get("job") == Some(&id));
    for line in &about {
        assert_eq!(line.get("tenant"), Some(&json!("acme")), "{line:?}");
        assert_eq!(line.get("trace_id"), Some(&json!(TRACE)), "{line:?}");
    }
    // No line names the job only in passing.
    let named = log.lines().filter(|line| line.contains(&job.to_string()));
    assert_eq!(named.count(), about.len(), "{log}");
    about
}

fn is_error(line: &Line) -> bool {
    line.get("level") == Some(&json!("ERROR"))
}
