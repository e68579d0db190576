//! What processes write about what they do: lines that machines can read, that say whose job they are about, that tell no
//! secret, and whose loss costs nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use gildhall_proto::{JobId, JobStatus};
use rustix::process::Signal;
use serde_json::{Map, Value, json};

use crate::support::process::Process;
use crate::support::watched::watched;
use crate::support::{Fleet, WorkerOptions, jobs, until};

const PATIENCE: Duration = Duration::from_secs(60);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
/// Of several planes and scripts, with a flag, a skin tone and a joined family.
const GLITTER: &str = "Gold ✨ für الجميع 🇩🇪 👍🏽 👩‍👩‍👧 黄金";
const MISSING: &str = "products/ring 💍.jpg";

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

/// Every line of a log, each of which has to be an object with what all lines have.
#[track_caller]
fn lines(log: &str) -> Vec<Map<String, Value>> {
    let line = |line: &str| {
        let object: Map<String, Value> =
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
fn lines_of(job: JobId, log: &str) -> Vec<Map<String, Value>> {
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

fn errors(lines: &[Map<String, Value>]) -> Vec<&Map<String, Value>> {
    let is_error = |line: &&Map<String, Value>| line.get("level") == Some(&json!("ERROR"));
    lines.iter().filter(is_error).collect()
}

#[test]
fn a_failure_is_one_line_with_its_whole_chain_in_every_script() {
    let mut fleet = Fleet::shared("logs");
    in_the_c_locale(&mut fleet);
    let (api, http) = fleet.start_another_api();
    let events = fleet.listen();
    let worker = fleet.start_worker(WorkerOptions::rendering());
    let mut job = jobs::tiny();
    job["images"] = json!([MISSING]);
    job["text_overlay"] = json!(GLITTER);
    job["metadata"] = json!({GLITTER: [GLITTER]});
    let caller = format!("00-{TRACE}-b7ad6b7169203331-01");
    let answer = http.submit(&job, &[("traceparent", &caller)]);
    let id = answer.job();
    fleet.wait_for(id, JobStatus::Failed);
    let told = events.wait_for(id, "video.failed");

    let log = until("the worker has told it", PATIENCE, || {
        let log = worker.log();
        log.contains("the job failed").then_some(log)
    });
    let about = lines_of(id, &log);
    let errors = errors(&about);
    assert_eq!(errors.len(), 1, "{log}");
    let error = errors[0];
    assert_eq!(error["message"], "the job failed");
    assert_eq!(error["attempt"], 1);
    assert_eq!(error["class"], "rejected");
    assert_eq!(error["code"], "no_usable_image");
    let chain = error["error"].as_str().expect("text");
    assert!(chain.starts_with("the render failed: "), "{chain}");
    assert!(chain.contains(MISSING), "{chain}");
    assert!(log.contains(MISSING), "emoji stand in the log as they are");

    let accepted = lines_of(id, &api.log());
    let accepted: BTreeSet<&str> = accepted
        .iter()
        .filter_map(|line| line["message"].as_str())
        .collect();
    assert!(accepted.contains("the job was accepted"), "{accepted:?}");

    // The same on every other way out.
    let shown = http.get(&format!("/api/v1/video/jobs/{id}")).json();
    assert_eq!(shown["metadata"], job["metadata"]);
    assert_eq!(shown["failure"]["message"], error["error"], "{shown}");
    assert_eq!(told.data["metadata"], job["metadata"]);
    assert_eq!(told.data["failure"]["message"], error["error"]);
    assert_eq!(fleet.job(id).spec["text_overlay"], GLITTER);
}

#[test]
fn a_job_of_nobody_s_trace_has_one_id_in_all_logs() {
    let mut fleet = Fleet::shared("logs without traces");
    in_the_c_locale(&mut fleet);
    let (api, http) = fleet.start_another_api();
    let worker = fleet.start_worker(WorkerOptions::pretending(0));
    let job = http.submit(&jobs::any(), &[]).job();
    fleet.wait_for(job, JobStatus::Completed);
    let id = Value::from(job.to_string());
    let trace_ids = until("both have told of it", PATIENCE, || {
        let trace_of = |process: &Process, message: &str| {
            let said = lines(&process.log());
            let line = said
                .into_iter()
                .find(|line| line["message"] == message && line.get("job") == Some(&id))?;
            line["trace_id"].as_str().map(str::to_owned)
        };
        let accepted = trace_of(&api, "the job was accepted")?;
        Some((accepted, trace_of(&worker, "the job is completed")?))
    });
    assert_eq!(trace_ids.0, trace_ids.1);
    assert_eq!(trace_ids.0.len(), 32);
}

#[test]
fn no_secret_stands_in_a_log() {
    let mut fleet = Fleet::shared("logs without secrets");
    in_the_c_locale(&mut fleet);
    fleet.env.push(("GILDHALL_LOG", "debug".to_owned()));
    let (api, http) = fleet.start_another_api();
    let wrong = "n0t-the-password-at-all";
    let with_wrong_password = |url: &str| {
        let (scheme, rest) = url.split_once("://").expect("a URL");
        let (_, place) = rest.rsplit_once('@').expect("a login");
        format!("{scheme}://gildhall:{wrong}@{place}")
    };
    let database = with_wrong_password(fleet.database_url());
    let broker = with_wrong_password(fleet.amqp_url());
    // These cannot log in, and say so.
    let mut with = |name, url| {
        fleet.env.push((name, url));
        let process = fleet.start("relay", Vec::new());
        fleet.env.pop();
        process
    };
    let mut locked_out = with("GILDHALL_DATABASE_URL", database);
    let shut_out = with("GILDHALL_AMQP_URL", broker);
    let ended = locked_out.ends_within(PATIENCE);
    assert_eq!(ended.code(), Some(5), "{}", locked_out.log_tail());
    let last = lines(&locked_out.log()).pop().expect("it said why");
    assert_eq!(last["level"], "ERROR");
    assert_eq!(last["message"], "the process ends with an error");
    until("the broker has refused it", PATIENCE, || {
        shut_out.log().contains("the broker").then_some(())
    });

    let job = http.submit(&jobs::any(), &[]).job();
    fleet.wait_for(job, JobStatus::Queued);
    for process in [&api, &locked_out, &shut_out] {
        let log = process.log();
        for secret in fleet.secrets().iter().map(String::as_str).chain([wrong]) {
            assert!(!log.contains(secret), "a secret in {log}");
        }
    }
}

#[test]
fn a_worker_that_nobody_hears_does_its_work() {
    let mut fleet = Fleet::shared("unheard");
    fleet.start_api();
    fleet.upload_ring();
    fleet.env.push(("GILDHALL_LOG_FORMAT", "json".to_owned()));
    let options = WorkerOptions::rendering().env(&fleet.work_folder());
    let (mut worker, client) = watched(&mut fleet, |fleet| fleet.start_unheard("worker", options));
    let job = fleet.submit(&jobs::tiny());
    fleet.wait_for(job, JobStatus::Completed);
    assert_eq!(client.get("/healthz").status, 200);
    worker.signal(Signal::TERM);
    let status = worker.ends_within(PATIENCE);
    assert!(status.success(), "{status}");
}
