//! Workers that are told to stop (SIGTERM), and one that is held up (SIGSTOP).

use std::time::Duration;

use gildhall_proto::JobStatus;
use rustix::process::Signal;

use crate::support::{Fleet, WorkerOptions, jobs, until};

#[test]
fn a_worker_that_drains_finishes_its_job_and_takes_no_other() {
    let mut fleet = Fleet::shared("drain");
    fleet.start_api();
    let jobs = fleet.submit_many(2);
    let mut worker = fleet.start_worker(WorkerOptions::pretending(1500));
    fleet.wait_for(jobs[0], JobStatus::Processing);
    worker.signal(Signal::TERM);
    let status = worker.ends_within(Duration::from_secs(15));
    assert!(status.success(), "{status}");
    let done = fleet.job(jobs[0]);
    assert_eq!((done.status, done.attempts), (JobStatus::Completed, 0));
    let left = fleet.job(jobs[1]);
    assert_eq!((left.status, left.fence), (JobStatus::Queued, 0));
    fleet.wait_until_told();

    let _next = fleet.start_worker(WorkerOptions::pretending(10));
    fleet.wait_for(jobs[1], JobStatus::Completed);
}

#[test]
fn a_worker_that_drains_finishes_its_render() {
    let mut fleet = Fleet::shared("drain a render");
    fleet.start_api();
    fleet.upload_ring();
    let mut worker = fleet.start_worker(WorkerOptions::rendering());
    let job = fleet.submit(&jobs::some_seconds());
    let patience = Duration::from_secs(60);
    let render = until("it renders", patience, || {
        worker.children().first().copied()
    });
    worker.signal(Signal::TERM);
    until("it drains", patience, || {
        worker.log().contains("draining").then_some(())
    });
    assert_eq!(worker.children(), [render], "the same goes on");
    assert_eq!(fleet.job(job).status, JobStatus::Processing);
    let status = worker.ends_within(patience);
    assert!(status.success(), "{status}");
    let done = fleet.job(job);
    assert_eq!(done.status, JobStatus::Completed);
    assert_eq!((done.attempts, done.crashes, done.fence), (0, 0, 1));
    assert!(done.output.is_some());
}

#[test]
fn a_job_that_outlasts_the_grace_time_is_given_back_with_its_attempt() {
    let mut fleet = Fleet::shared("grace");
    fleet.start_api();
    fleet.upload_ring();
    let job = fleet.submit(&jobs::endless());
    let mut worker = fleet.start_worker(WorkerOptions::rendering().grace_ms(300));
    fleet.wait_for(job, JobStatus::Processing);
    worker.signal(Signal::TERM);
    let status = worker.ends_within(Duration::from_secs(10));
    assert!(status.success(), "{status}");
    assert!(worker.children().is_empty());
    let given_back = fleet
        .history(job)
        .into_iter()
        .any(|step| step.from == Some(JobStatus::Processing) && step.to == JobStatus::Pending);
    assert!(given_back);

    let _next = fleet.start_worker(WorkerOptions::pretending(10));
    let done = fleet.wait_for(job, JobStatus::Completed);
    assert_eq!((done.attempts, done.crashes, done.fence), (0, 0, 2));
}

#[test]
fn the_late_result_of_a_worker_that_was_held_up_is_refused() {
    let mut fleet = Fleet::shared("held up");
    fleet.start_api();
    let events = fleet.listen();
    let options = WorkerOptions::pretending(1000).lease_ms(1500);
    let slow = fleet.start_worker(options);
    let job = fleet.submit(&jobs::any());
    fleet.wait_for(job, JobStatus::Processing);
    slow.signal(Signal::STOP);
    let mut other = fleet.start_worker(options);
    let done = fleet.wait_for(job, JobStatus::Completed);
    assert_eq!((done.fence, done.crashes, done.attempts), (2, 1, 0));
    let winner = done.worker.clone();
    events.wait_for(job, "video.completed");

    // Alone again, it has to be through with the first job before it does the second.
    other.signal(Signal::TERM);
    assert!(other.ends_within(Duration::from_secs(15)).success());
    slow.signal(Signal::CONT);
    let second = fleet.submit(&jobs::any());
    let by_slow = fleet.wait_for(second, JobStatus::Completed);
    assert_ne!(by_slow.worker, winner);
    let after = fleet.job(job);
    assert_eq!((&after.output, after.fence), (&done.output, 2));
    assert_eq!(after.updated_at, done.updated_at);
    assert_eq!(fleet.times(job, JobStatus::Completed), 1);
    events.each_completed_once(&[job, second]);
}
