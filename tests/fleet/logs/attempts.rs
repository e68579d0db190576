//! Whose a line is: the attempt in which it was written, and the trace that the job came in.

use gildhall_proto::{JobId, JobStatus};
use serde_json::Value;

use super::{Line, PATIENCE, in_the_c_locale, is_error, lines, lines_of, log_with, submit};
use crate::support::process::Process;
use crate::support::{Fleet, WorkerOptions, jobs, until};

/// What a worker may say of a job that it does not have yet.
const UNCLAIMED: [&str; 2] = ["the message is stale", "the ledger did not take a step"];

/// A worker's lines about a job, each with the number of the attempt, which it has to say.
#[track_caller]
fn in_attempts(job: JobId, log: &str) -> Vec<(u64, Line)> {
    let is_claimed = |line: &Line| {
        line.contains_key("attempt") || !UNCLAIMED.iter().any(|said| line["message"] == *said)
    };
    let about = lines_of(job, log).into_iter().filter(is_claimed);
    let counted = about.map(|line| {
        let attempt = line.get("attempt").and_then(Value::as_u64);
        (attempt.unwrap_or_else(|| panic!("{line:?}")), line)
    });
    counted.collect()
}

#[test]
fn every_line_of_a_worker_about_a_job_says_in_which_attempt_it_is() {
    let mut fleet = Fleet::shared("logs of attempts");
    in_the_c_locale(&mut fleet);
    let (_api, http) = fleet.start_another_api();
    fleet.http = http;
    fleet.upload_ring();
    let worker = fleet.start_worker(WorkerOptions::rendering().drill("fail:rendered"));
    let job = submit(&fleet.http, &jobs::tiny());
    fleet.wait_for(job, JobStatus::Completed);

    let said = in_attempts(job, &log_with(&worker, "the job is completed"));
    let mut attempts: Vec<u64> = said.iter().map(|(attempt, _)| *attempt).collect();
    assert!(attempts.is_sorted(), "{said:?}");
    attempts.dedup();
    assert_eq!(attempts, [1, 2], "{said:?}");
    for (attempt, level, message) in [
        (1, "WARN", "the attempt gave no video"),
        (2, "INFO", "the job is completed"),
    ] {
        let mut of_message = said.iter().filter(|(_, line)| line["message"] == message);
        let (found, line) = of_message.next().expect("it was said");
        assert_eq!((*found, line["level"].as_str()), (attempt, Some(level)));
        assert!(of_message.next().is_none(), "{message} twice: {said:?}");
    }
    // What is tried again has not failed.
    assert!(!said.iter().any(|(_, line)| is_error(line)), "{said:?}");
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
