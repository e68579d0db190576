//! Tenants beside each other: limits, fairness, suspension.

use std::thread;
use std::time::{Duration, Instant};

use gildhall_proto::{JobId, JobStatus};

use crate::support::fleet::{actor, at_once};
use crate::support::{Fleet, WorkerOptions, jobs, until, wait};

const RENDER_MS: u32 = 200;

#[test]
fn a_tenant_at_its_limit_runs_no_more_and_delays_nobody() {
    let mut fleet = Fleet::shared("fairness");
    fleet.start_api();
    let zenith = fleet.add_tenant("zenith", at_once(2));
    // Its jobs take five seconds on two workers.
    let many = fleet.submit_many(50);
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(RENDER_MS));
    let half_done = "SELECT count(*) FROM video_processing_jobs WHERE status = 'completed'";
    let mut most = 0;
    until("the first jobs are done", Duration::from_secs(60), || {
        most = most.max(running(&fleet));
        (fleet.count(half_done) >= 4).then_some(())
    });

    let single = zenith.submit(&jobs::any(), &[]).job();
    let deadline = Instant::now() + Duration::from_secs(60);
    let done = loop {
        most = most.max(running(&fleet));
        let found = fleet.job(single);
        if found.status == JobStatus::Completed {
            break found;
        }
        assert!(Instant::now() < deadline, "{found:?}");
        thread::sleep(Duration::from_millis(20));
    };
    let began = done.started_at.expect("it ran");
    let waited_ms = (began - done.created_at).whole_milliseconds();
    // One render, and what a busy machine adds; behind all others it would have waited for seconds.
    assert!(waited_ms < 1_500 + i128::from(RENDER_MS), "{waited_ms} ms");
    assert!(
        fleet.count(half_done) < 40,
        "the other jobs were to be waiting still"
    );

    until("all jobs are done", Duration::from_secs(60), || {
        most = most.max(running(&fleet));
        (fleet.count(half_done) == 51).then_some(())
    });
    assert_eq!(most, 2, "both tokens were used, and never a third");
    fleet.wait_for_all(&many);
}

/// Jobs of the first tenant that run at this moment, by leases or by status, whichever are more.
fn running(fleet: &Fleet) -> i64 {
    fleet.count(
        "SELECT greatest((SELECT count(*) FROM leases WHERE tenant_id = 'acme'), \
         (SELECT count(*) FROM video_processing_jobs WHERE tenant_id = 'acme' AND status = 'processing'))",
    )
}

#[test]
fn a_lowered_limit_holds_for_the_jobs_that_come_next() {
    let mut fleet = Fleet::shared("lowered limit");
    fleet.start_api();
    fleet.limit(4);
    let jobs = fleet.submit_many(20);
    let _workers = fleet.start_workers(4, WorkerOptions::pretending(RENDER_MS));
    until("four run", Duration::from_secs(60), || {
        (running(&fleet) == 4).then_some(())
    });
    fleet.limit(1);
    until("one runs", Duration::from_secs(60), || {
        (running(&fleet) <= 1).then_some(())
    });
    let all = "SELECT count(*) FROM video_processing_jobs WHERE status = 'completed'";
    until("all jobs are done", Duration::from_secs(60), || {
        assert!(running(&fleet) <= 1);
        (fleet.count(all) == 20).then_some(())
    });
    for job in jobs {
        assert_eq!(fleet.job(job).attempts, 0);
    }
}

#[test]
fn the_jobs_of_a_suspended_tenant_wait_until_it_is_back() {
    let mut fleet = Fleet::shared("suspended");
    fleet.start_api();
    let zenith = fleet.add_tenant("zenith", at_once(2));
    let jobs = fleet.submit_many(4);
    fleet.wait_for(jobs[0], JobStatus::Queued);
    suspend(&fleet, true);
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    until(
        "its jobs wait in the ledger",
        Duration::from_secs(60),
        || {
            let waits = |&job: &JobId| fleet.job(job).status == JobStatus::Pending;
            jobs.iter().all(waits).then_some(())
        },
    );
    until("its key opens nothing", Duration::from_secs(15), || {
        let answer = fleet.http.get("/api/v1/video/jobs");
        (answer.status == 401).then_some(())
    });
    // Meanwhile the worker has done others' work, and none of its.
    let theirs = zenith.submit(&jobs::any(), &[]).job();
    fleet.wait_for(theirs, JobStatus::Completed);
    for &job in &jobs {
        assert_eq!(fleet.times(job, JobStatus::Processing), 0);
    }
    suspend(&fleet, false);
    for record in fleet.wait_for_all(&jobs) {
        assert_eq!((record.attempts, record.crashes), (0, 0));
    }
}

fn suspend(fleet: &Fleet, suspended: bool) {
    let operator = actor();
    let changed = fleet
        .ledger
        .set_suspended(&fleet.tenant, suspended, &operator);
    assert!(wait(changed).expect("the ledger is there"));
}
