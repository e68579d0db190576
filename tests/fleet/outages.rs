//! Services that fail under the fleet. An outage spends no attempt, and every accepted job ends once.

use std::thread;
use std::time::Duration;

use gildhall_proto::{JobId, JobStatus};

use crate::support::{Fleet, WorkerOptions, jobs, until, wait};

const PATIENCE: Duration = Duration::from_secs(60);
/// Long enough to be under way in every respect when a service fails.
const RENDER_MS: u32 = 150;

/// Jobs that are being worked off: some are done, some run, some wait.
fn mid_flight(fleet: &Fleet) -> Vec<JobId> {
    fleet.limit(4);
    let jobs = fleet.submit_many(24);
    let completed = "SELECT count(*) FROM video_processing_jobs WHERE status = 'completed'";
    until("some jobs are done", PATIENCE, || {
        (fleet.count(completed) >= 4).then_some(())
    });
    jobs
}

/// Every job is done, by one attempt that counted, and once.
fn assert_whole(fleet: &Fleet, jobs: &[JobId]) {
    for record in fleet.wait_for_all(jobs) {
        assert_eq!(record.attempts, 0, "{record:?}");
        assert_eq!(fleet.times(record.id, JobStatus::Completed), 1);
    }
    fleet.wait_until_told();
    let all = fleet.count("SELECT count(*) FROM video_processing_jobs");
    assert_eq!(usize::try_from(all), Ok(jobs.len()));
    let outputs = "SELECT count(*) FROM media_assets WHERE origin = 'render'";
    assert_eq!(fleet.count(outputs), all);
    assert_eq!(fleet.count("SELECT count(*) FROM leases"), 0);
}

#[test]
fn rabbitmq_may_be_killed_and_come_back() {
    let mut fleet = Fleet::own("rabbitmq killed");
    fleet.start_api();
    let events = fleet.listen();
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(RENDER_MS));
    let mut jobs = mid_flight(&fleet);
    fleet.rabbitmq().kill9().expect("it is ours");
    // Jobs are accepted meanwhile.
    jobs.extend(fleet.submit_many(6));
    let ready = fleet.http.anonymous().get("/readyz");
    assert_eq!(ready.status, 200, "{}", ready.json());
    fleet.rabbitmq().start().expect("it comes up on its data");
    assert_whole(&fleet, &jobs);
    events.each_completed_once(&jobs);
    assert!(fleet.dead_letters().is_empty());
}

#[test]
fn rabbitmq_may_lose_everything() {
    let mut fleet = Fleet::own("rabbitmq wiped");
    fleet.start_api();
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(RENDER_MS));
    let mut jobs = mid_flight(&fleet);
    fleet.wipe_rabbitmq();
    jobs.extend(fleet.submit_many(6));
    assert_whole(&fleet, &jobs);
    // Events that lay in queues are gone with the data; those of later jobs come.
    let events = fleet.listen();
    let last = fleet.submit(&jobs::any());
    events.wait_for(last, "video.completed");
}

#[test]
fn postgres_may_be_restarted_and_killed() {
    let mut fleet = Fleet::own("postgres restarted");
    fleet.start_api();
    let events = fleet.listen();
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(RENDER_MS));
    let mut jobs = mid_flight(&fleet);
    fleet.postgres().restart().expect("it ends in order");
    jobs.extend((0..6).map(|number| fleet.http.insist(&format!("order-{number}"))));
    fleet.postgres().kill9().expect("it is ours");
    let refused = fleet.http.submit(&jobs::any(), &[]);
    refused.is_problem(503, "unavailable");
    assert_ne!(refused.header("retry-after"), "");
    fleet.postgres().start().expect("it recovers");
    jobs.extend((6..12).map(|number| fleet.http.insist(&format!("order-{number}"))));
    assert_whole(&fleet, &jobs);
    events.each_completed_once(&jobs);
}

#[test]
fn s3_may_be_away_while_jobs_are_rendered() {
    const AWAY: Duration = Duration::from_secs(30);
    let mut fleet = Fleet::own("s3 away");
    fleet.start_api();
    fleet.upload_ring();
    fleet.limit(8);
    let events = fleet.listen();
    let _workers = fleet.start_workers(2, WorkerOptions::rendering());
    let jobs: Vec<JobId> = (0..8).map(|_| fleet.submit(&jobs::tiny())).collect();
    fleet.wait_for(jobs[0], JobStatus::Completed);
    fleet.s3().kill9().expect("it is ours");
    // Nothing to wait for: this is how long it stays away.
    thread::sleep(AWAY);
    let done = "SELECT count(*) FROM video_processing_jobs WHERE status = 'completed'";
    assert!(fleet.count(done) < 8, "some jobs were to meet the outage");
    fleet.s3().start().expect("it comes up");
    assert_whole(&fleet, &jobs);
    events.each_completed_once(&jobs);
    for &job in &jobs {
        let output = fleet.job(job).output.expect("it is completed");
        for file in output.files() {
            let stored = wait(fleet.objects.head(&file.key)).expect("the store is there");
            assert_eq!(stored.map(|head| head.bytes), Some(file.bytes));
        }
    }
    assert!(fleet.dead_letters().is_empty());
}
