//! What happens to a job on its way, and what is told of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use gildhall_proto::{FailureClass, JobId, JobStatus, Quality};
use rustix::process::{Signal, kill_process};
use serde_json::json;

use crate::support::process::Process;
use crate::support::{Fleet, WorkerOptions, jobs, until};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[test]
fn events_tell_the_way_of_a_job_in_its_order() {
    let mut fleet = Fleet::shared("events");
    fleet.start_api();
    let events = fleet.listen();
    let _worker = fleet.start_worker(WorkerOptions::pretending(1000));
    let mut job = jobs::any();
    job["metadata"] = json!({"order": "A-17", "lines": [1, 2]});
    let answer = fleet.http.submit(&job, &[("traceparent", TRACE)]);
    let job = answer.job();
    let end = events.wait_for(job, "video.completed");

    let told = events.of(job);
    let kinds: Vec<&str> = told.iter().map(|one| one.attribute("type")).collect();
    assert_eq!(
        kinds,
        [
            "video.queued",
            "video.processing",
            "video.progress",
            "video.completed"
        ]
    );
    for (one, attempt) in told.iter().zip([0, 1, 1, 1]) {
        let kind = one.attribute("type");
        assert_eq!(one.routing_key, format!("acme.{kind}"));
        assert_eq!(one.content_type, "application/json");
        assert_eq!(one.message_id, one.attribute("id"));
        assert_eq!(one.attribute("specversion"), "1.0");
        assert_eq!(one.attribute("source"), "/gildhall");
        assert_eq!(one.attribute("tenantid"), "acme");
        assert_eq!(one.attribute("traceparent"), TRACE);
        assert_eq!(one.headers["traceparent"], TRACE);
        assert_eq!(one.data["job_id"], job.to_string());
        assert_eq!(one.data["tenant_id"], "acme");
        assert_eq!(one.data["attempt"], attempt, "{kind}");
        assert_eq!(
            one.data["metadata"],
            json!({"order": "A-17", "lines": [1, 2]})
        );
    }
    let ids: BTreeSet<&str> = told.iter().map(|one| one.attribute("id")).collect();
    assert_eq!(ids.len(), 4, "each event has an id of its own");
    assert_eq!(end.data["status"], "completed");
    assert_eq!(end.data["output"]["video"]["content_type"], "video/mp4");
    assert_eq!(told[2].data["progress"]["stage"], "fetch");
}

#[test]
fn a_waiting_job_is_cancelled_at_once() {
    let mut fleet = Fleet::shared("cancel waiting");
    fleet.start_api();
    let events = fleet.listen();
    let jobs = fleet.submit_many(3);
    fleet.wait_for(jobs[0], JobStatus::Queued);
    // Its tenant may run two at a time, so the third is not even dispatched.
    assert_eq!(fleet.job(jobs[2]).status, JobStatus::Pending);
    for &job in &jobs {
        let answer = fleet.http.post(&cancel(job), b"", &[]);
        assert_eq!(answer.status, 200, "{}", answer.json());
        assert_eq!(answer.json()["status"], "cancelled");
        events.wait_for(job, "video.cancelled");
    }
    let again = fleet.http.post(&cancel(jobs[0]), b"", &[]);
    assert_eq!(again.status, 200, "asked twice, the answer is the same");

    // The messages that were on their way are of no use any more.
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    let last = fleet.submit(&jobs::any());
    fleet.wait_for(last, JobStatus::Completed);
    for job in jobs {
        assert_eq!(fleet.job(job).status, JobStatus::Cancelled);
        assert_eq!(fleet.times(job, JobStatus::Processing), 0);
    }
    let late = fleet.http.post(&cancel(last), b"", &[]);
    late.is_problem(409, "already-ended");
}

#[test]
fn a_job_under_way_stops_within_a_second_of_its_cancellation() {
    let mut fleet = Fleet::shared("cancel rendering");
    fleet.start_api();
    fleet.upload_ring();
    let events = fleet.listen();
    let worker = fleet.start_worker(WorkerOptions::rendering());
    let job = fleet.submit(&jobs::endless());
    render_of(&worker);
    let asked = Instant::now();
    let answer = fleet.http.post(&cancel(job), b"", &[]);
    assert_eq!(answer.status, 202, "{}", answer.json());
    fleet.wait_for(job, JobStatus::Cancelled);
    // A second, and another for a machine that runs other tests as well.
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    until("the render has ended", Duration::from_secs(5), || {
        worker.children().is_empty().then_some(())
    });
    events.wait_for(job, "video.cancelled");
    assert_eq!(fleet.job(job).attempts, 0);
    assert_eq!(fleet.count("SELECT count(*) FROM leases"), 0);
}

fn cancel(job: JobId) -> String {
    format!("/api/v1/video/jobs/{job}/cancel")
}

/// Waits until the worker renders, and gives the render process.
fn render_of(worker: &Process) -> rustix::process::Pid {
    until("a render", Duration::from_secs(30), || {
        worker.children().pop()
    })
}

#[test]
fn a_rejected_job_lies_among_the_dead_letters_until_it_is_replayed() {
    let mut fleet = Fleet::shared("rejected");
    fleet.start_api();
    let events = fleet.listen();
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    // Its one image was never uploaded.
    let job = fleet.submit(&jobs::tiny());
    let failed = fleet.wait_for(job, JobStatus::Failed);
    let failure = failed.failure.expect("it failed");
    assert_eq!(
        (failure.class, failure.code.as_str()),
        (FailureClass::Rejected, "no_usable_image")
    );
    assert_eq!(failed.attempts, 1, "what never helps is not tried again");
    let letters = fleet.wait_for_dead_letters(1);
    let letter = &letters[0];
    assert_eq!(letter.job().map(|message| message.job_id), Ok(job));
    assert_eq!(letter.code.as_ref(), Some(&failure.code));
    assert_eq!(letter.class, Some(FailureClass::Rejected));
    let told = events.wait_for(job, "video.failed");
    assert_eq!(told.data["failure"]["code"], "no_usable_image");
    assert_eq!(told.data["attempt"], 1);

    fleet.upload_ring();
    let path = format!("/api/v1/video/jobs/{job}/replay");
    let answer = fleet.http.post(&path, b"", &[]);
    assert_eq!(answer.status, 202, "{}", answer.json());
    let done = until("the replayed job ends", Duration::from_secs(60), || {
        let found = fleet.job(job);
        (found.status == JobStatus::Completed).then_some(found)
    });
    assert_eq!((done.run, done.attempts, done.failure), (2, 0, None));
    let again = fleet.http.post(&path, b"", &[]);
    again.is_problem(409, "not-replayable");
}

#[test]
fn a_render_that_dies_is_tried_again_at_reduced_quality_and_then_given_up() {
    let mut fleet = Fleet::shared("dying renders");
    fleet.start_api();
    fleet.upload_ring();
    let worker = fleet.start_worker(WorkerOptions::rendering());
    let job = fleet.submit(&jobs::endless());
    let first = render_of(&worker);
    kill_process(first, Signal::KILL).expect("it renders for minutes");

    let retrying = fleet.wait_for(job, JobStatus::Retrying);
    assert_eq!((retrying.attempts, retrying.quality), (1, Quality::Reduced));
    let failure = retrying.failure.expect("an attempt failed");
    assert_eq!(failure.class, FailureClass::Resource);
    fleet.wait_for(job, JobStatus::Processing);
    let second = until("another render", Duration::from_secs(30), || {
        worker.children().into_iter().find(|pid| *pid != first)
    });
    kill_process(second, Signal::KILL).expect("it renders for minutes");
    let failed = fleet.wait_for(job, JobStatus::Failed);
    assert_eq!(failed.attempts, 2);
    let failure = failed.failure.expect("it failed");
    assert_eq!(failure.code, "render_killed");
    fleet.wait_for_dead_letters(1);

    // The second attempt waited for a second, less a fifth at most.
    let history = fleet.history(job);
    let at = |from: JobStatus, to: JobStatus| {
        let step = history
            .iter()
            .find(|step| step.from == Some(from) && step.to == to);
        step.expect("the step was taken").at
    };
    use JobStatus::{Processing, Retrying};
    let waited = at(Retrying, Processing) - at(Processing, Retrying);
    let waited_ms = waited.whole_milliseconds();
    // A claim that comes 50 ms early is let through.
    assert!((700..5_000).contains(&waited_ms), "{waited_ms} ms");
}
