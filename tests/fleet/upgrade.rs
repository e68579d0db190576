//! An upgrade under way: programs of the release before on this release's tables, by themselves and beside this release's.
//!
//! `make test-upgrade` builds that release and runs this; by itself no test run has its program.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gildhall_proto::JobId;

use crate::support::process::Process;
use crate::support::{Client, Fleet, WorkerOptions, jobs, until};

/// Names the program of the release before.
const PREVIOUS: &str = "GILDHALL_TEST_PREVIOUS";
const PATIENCE: Duration = Duration::from_secs(60);

fn previous() -> PathBuf {
    let program = std::env::var_os(PREVIOUS).map(PathBuf::from);
    program.unwrap_or_else(|| panic!("{PREVIOUS} names no program: use `make test-upgrade`"))
}

fn previous_worker(fleet: &Fleet, program: &Path) -> Process {
    let mut env = WorkerOptions::pretending(100).env(&fleet.work_folder());
    env.push(("GILDHALL_LISTEN", "127.0.0.1:0".to_owned()));
    fleet.start_of(program, "worker", env)
}

/// Submits some jobs by each of these callers, and waits until all are completed without a second attempt.
fn complete(fleet: &Fleet, callers: &[&Client], each: usize) -> Vec<JobId> {
    let submit = |caller: &&Client| caller.submit(&jobs::any(), &[]).job();
    let all: Vec<JobId> = (0..each)
        .flat_map(|_| callers.iter().map(submit).collect::<Vec<_>>())
        .collect();
    for job in fleet.wait_for_all(&all) {
        assert_eq!((job.attempts, job.crashes, job.fence), (0, 0, 1));
    }
    all
}

/// How many of these jobs this worker completed.
fn share_of(fleet: &Fleet, all: &[JobId], process: &Process) -> usize {
    let id = format!("-{}-", process.id());
    let is_its = |job: &&JobId| {
        let worker = fleet.job(**job).worker;
        worker.is_some_and(|name| name.contains(&id))
    };
    all.iter().filter(is_its).count()
}

#[test]
#[ignore = "needs the program of the release before: make test-upgrade"]
fn programs_of_two_releases_work_side_by_side() {
    let program = previous();
    // Migrated by this release.
    let fleet = Fleet::shared("upgrade");
    fleet.limit(4);
    let events = fleet.listen();
    let (old_api, old) = fleet.start_api_of(&program);
    let old_relay = fleet.start_of(&program, "relay", Vec::new());
    let old_worker = previous_worker(&fleet, &program);
    let mut all = complete(&fleet, &[&old], 10);
    assert_eq!(share_of(&fleet, &all, &old_worker), 10);

    // An upload by the release before is there for both.
    let upload = "/api/v1/video/assets?kind=products&name=ring.jpg";
    let kind = [("content-type", "application/octet-stream")];
    let uploaded = old.post(upload, &jobs::ring(), &kind);
    assert_eq!(uploaded.status, 201, "{}", uploaded.json());

    let (_new_api, new) = fleet.start_another_api();
    let new_worker = fleet.start_worker(WorkerOptions::pretending(100));
    let again = new.post(upload, &jobs::ring(), &kind);
    assert_eq!(again.status, 200, "{}", again.json());
    // Until each of both workers has done some.
    until("both releases' workers work", PATIENCE, || {
        let some = complete(&fleet, &[&old, &new], 10);
        let shares = [&old_worker, &new_worker].map(|one| share_of(&fleet, &some, one));
        all.extend(some);
        shares.iter().all(|share| *share > 0).then_some(())
    });

    // The relay of the release before is the last of it, and hands out what the new API accepted.
    drop(old_api);
    drop(old_worker);
    all.extend(complete(&fleet, &[&new], 10));
    drop(old_relay);
    all.extend(complete(&fleet, &[&new], 10));
    fleet.wait_until_told();
    events.each_completed_once(&all);
}
