//! One failure is one error line with its whole chain, whoever finds out. Its owner hears less: see [`crate::discretion`].

use std::collections::BTreeSet;

use gildhall_proto::{JobId, JobStatus};
use serde_json::json;

use super::{
    Line, MISSING, PATIENCE, TRACE, in_the_c_locale, is_error, lines, lines_of, log_with, submit,
};
use crate::support::fleet::pool;
use crate::support::process::Process;
use crate::support::{Client, Fleet, WorkerOptions, jobs, until, wait};

/// Of several planes and scripts, with a flag, a skin tone and a joined family.
const GLITTER: &str = "Gold ✨ für الجميع 🇩🇪 👍🏽 👩‍👩‍👧 黄金";
const FAILED: &str = "the job failed";

/// The one error line that is about this job in all these logs together; every error in them is some job's.
#[track_caller]
fn only_error(job: JobId, logs: &[String]) -> Line {
    for line in logs.iter().flat_map(|log| lines(log)).filter(is_error) {
        assert!(line.contains_key("job"), "{line:?}");
    }
    let about = logs.iter().flat_map(|log| lines_of(job, log));
    let mut errors: Vec<Line> = about.filter(is_error).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let error = errors.remove(0);
    assert_eq!(error["message"], FAILED);
    error
}

/// The chain of causes that a line tells.
#[track_caller]
fn chain_of(line: &Line) -> &str {
    line["error"].as_str().expect("text")
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
    let id = submit(&http, &job);
    fleet.wait_for(id, JobStatus::Failed);
    let told = events.wait_for(id, "video.failed");

    let log = log_with(&worker, FAILED);
    assert!(log.contains(MISSING), "emoji stand in the log as they are");
    let error = only_error(id, &[api.log(), log]);
    assert_eq!(error["attempt"], 1);
    assert_eq!(error["class"], "rejected");
    assert_eq!(error["code"], "no_usable_image");
    let chain = chain_of(&error);
    assert!(chain.starts_with("the render failed: "), "{chain}");
    assert!(chain.contains(MISSING), "{chain}");

    let accepted = lines_of(id, &api.log());
    let accepted: BTreeSet<&str> = accepted
        .iter()
        .filter_map(|line| line["message"].as_str())
        .collect();
    assert!(accepted.contains("the job was accepted"), "{accepted:?}");

    // The same script on every other way out.
    let shown = http.get(&format!("/api/v1/video/jobs/{id}")).json();
    assert_eq!(shown["metadata"], job["metadata"]);
    assert_eq!(told.data["metadata"], job["metadata"]);
    let message = shown["failure"]["message"].as_str().expect("text");
    assert!(message.starts_with("the render failed: "), "{message}");
    assert!(message.contains(MISSING), "{message}");
    assert_eq!(told.data["failure"]["message"], message);
    assert_eq!(fleet.job(id).spec["text_overlay"], GLITTER);
}

#[test]
fn a_job_that_is_out_of_attempts_is_one_line_beside_a_warning_for_each_attempt_before() {
    let mut fleet = Fleet::shared("logs of a last attempt");
    in_the_c_locale(&mut fleet);
    fleet.env.push(("GILDHALL_MAX_ATTEMPTS", "2".to_owned()));
    let (api, http) = fleet.start_another_api();
    fleet.http = http;
    fleet.upload_ring();
    let program = "/srv/gildhall/no-such-program".to_owned();
    fleet.env.push(("GILDHALL_RENDER_PROGRAM", program));
    let worker = fleet.start_worker(WorkerOptions::rendering());
    let job = submit(&fleet.http, &jobs::tiny());
    let failed = fleet.wait_for(job, JobStatus::Failed);

    let log = log_with(&worker, FAILED);
    let mut warnings = lines_of(job, &log);
    warnings.retain(|line| line["message"] == "the attempt gave no video");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["level"], "WARN");
    assert_eq!(warnings[0]["attempt"], 1);
    assert_eq!(warnings[0]["outcome"], "retry");

    let error = only_error(job, &[api.log(), log]);
    assert_eq!(error["attempt"], 2);
    assert_eq!(error["class"], "recoverable");
    assert_eq!(error["code"], "render_not_run");
    let failure = failed.failure.expect("it failed");
    let brief = "the render gave no result: the process cannot be run";
    assert_eq!(failure.message, brief);
    let chain = chain_of(&error);
    assert!(chain.starts_with(&format!("{brief}: ")), "{chain}");
    assert_eq!(chain.matches("No such file").count(), 1, "{chain}");
    assert_eq!(warnings[0]["error"], chain);
}

/// Kills a worker with a job that has taken down so many before that this was the last one.
fn kill_for_the_last_time(fleet: &Fleet, http: &Client) -> (Process, JobId) {
    let options = WorkerOptions::pretending(60_000).lease_ms(1000);
    let mut doomed = fleet.start_worker(options);
    let job = submit(http, &jobs::any());
    fleet.wait_for(job, JobStatus::Processing);
    let sql = "UPDATE video_processing_jobs SET crashes = 2 WHERE status = 'processing'";
    let changed = sqlx::query(sql).execute(&fleet.sql);
    let changed = wait(changed).expect("the fleet may");
    assert_eq!(changed.rows_affected(), 1);
    doomed.kill9();
    (doomed, job)
}

#[test]
fn a_job_that_killed_its_workers_is_one_line_whoever_finds_out() {
    let mut fleet = Fleet::shared("logs of poison");
    in_the_c_locale(&mut fleet);
    let (api, http) = fleet.start_another_api();
    for is_taken_over in [false, true] {
        let (doomed, job) = kill_for_the_last_time(&fleet, &http);
        let heir = is_taken_over.then(|| fleet.start_worker(WorkerOptions::pretending(0)));
        fleet.wait_for(job, JobStatus::Failed);
        let late = fleet.start_worker(WorkerOptions::pretending(0));
        let tell = |process: &Process| {
            let about = lines_of(job, &process.log());
            about.iter().any(|line| line["message"] == FAILED)
        };
        let processes: Vec<&Process> = [&api, &doomed, &late].into_iter().chain(&heir).collect();
        until("somebody tells it", PATIENCE, || {
            processes.iter().any(|process| tell(process)).then_some(())
        });
        assert!(is_taken_over || tell(&api), "nobody else was there");
        // Whoever has what is left of the job's messages has nothing to add.
        let next = submit(&http, &jobs::any());
        fleet.wait_for(next, JobStatus::Completed);
        fleet.wait_until_told();

        let logs: Vec<String> = processes.iter().map(|process| process.log()).collect();
        let error = only_error(job, &logs);
        assert_eq!(error["class"], "poison");
        assert_eq!(error["code"], "worker_killed");
        assert_eq!(chain_of(&error), "the job took its worker down 3 times");
        assert!(error["attempt"].is_u64(), "{error:?}");
    }
}

#[test]
fn a_fault_behind_the_api_is_one_line_with_its_whole_chain() {
    let mut fleet = Fleet::shared("logs of faults");
    in_the_c_locale(&mut fleet);
    let (api, http) = fleet.start_another_api();
    wait(async {
        // As whoever made the tables.
        let owner = pool(fleet.database_url(), "none").await;
        let sql = "REVOKE ALL ON FUNCTION api.jobs FROM gildhall_api, PUBLIC";
        let revoked = sqlx::query(sql).execute(&owner).await;
        revoked.expect("it is the owner's");
    });
    let caller = format!("00-{TRACE}-b7ad6b7169203331-01");
    let answer = http.get_with("/api/v1/video/jobs", &[("traceparent", &caller)]);
    answer.is_problem(500, "internal");

    let log = log_with(&api, "request failed");
    let errors: Vec<Line> = lines(&log).into_iter().filter(is_error).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let error = &errors[0];
    assert_eq!(error["message"], "request failed");
    assert_eq!(error["kind"], "internal");
    assert_eq!(error["instance"], answer.json()["instance"]);
    assert_eq!(error["tenant"], "acme");
    assert_eq!(error["trace_id"], TRACE);
    let chain = chain_of(error);
    let begin = "the ledger refused a step: error returned from database: permission denied";
    assert!(chain.starts_with(begin), "{chain}");
    assert_eq!(chain.matches("permission denied").count(), 1, "{chain}");
}
