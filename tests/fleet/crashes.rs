//! Processes of the fleet that are killed (SIGKILL): every accepted job ends once all the same.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gildhall_proto::{FailureClass, JobId, JobStatus};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::process::Process;
use crate::support::{Fleet, WorkerOptions, jobs, until};

const PATIENCE: Duration = Duration::from_secs(60);
/// How soon a render is gone after its worker.
const GONE_WITHIN: Duration = Duration::from_secs(5);

#[test]
fn the_job_of_a_killed_worker_is_taken_over() {
    let mut fleet = Fleet::shared("killed worker");
    fleet.start_api();
    fleet.upload_ring();
    let events = fleet.listen();
    let options = WorkerOptions::rendering().lease_ms(1500);
    let mut worker = fleet.start_worker(options);
    let job = fleet.submit(&jobs::tiny());
    until("it renders", PATIENCE, || worker.children().pop());
    worker.kill9();
    let first = fleet.job(job);
    assert_eq!(
        first.status,
        JobStatus::Processing,
        "it was killed too late"
    );

    let _other = fleet.start_worker(options);
    let done = fleet.wait_for(job, JobStatus::Completed);
    assert_eq!((done.crashes, done.attempts, done.fence), (1, 0, 2));
    assert_ne!(done.worker, first.worker);
    let output = done.output.expect("it is completed");
    // The fencing number is part of the key: what a killed attempt may have stored is nobody's.
    let prefix = format!("tenants/{}/videos/{job}/2/", fleet.tenant);
    for file in output.files() {
        assert!(file.key.starts_with(&prefix), "{}", file.key);
    }
    assert_eq!(fleet.times(job, JobStatus::Completed), 1);
    assert_eq!(fleet.count("SELECT count(*) FROM leases"), 0);
    events.each_completed_once(&[job]);
    worker_folder_is_swept(&fleet);
}

/// What `/proc` says of a process in this file; nothing where there is no such process.
fn told(pid: Pid, file: &str) -> Option<String> {
    fs::read_to_string(format!("/proc/{}/{file}", pid.as_raw_nonzero())).ok()
}

/// Whether a process is there, and not only its exit status for whoever inherited it.
fn runs(pid: Pid) -> bool {
    let stat = told(pid, "stat");
    let state = stat.as_deref().and_then(|stat| stat.rsplit_once(") "));
    state.is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// How many seccomp filters hold a process; a container around the tests has some of its own.
fn filters(status: &str) -> Option<u32> {
    let mut lines = status.lines();
    let count = lines.find_map(|line| line.strip_prefix("Seccomp_filters:"))?;
    count.trim().parse().ok()
}

#[test]
fn a_render_ends_with_its_worker_whoever_kills_that() {
    let mut fleet = Fleet::shared("orphaned render");
    fleet.start_api();
    fleet.upload_ring();
    let mut worker = fleet.start_worker(WorkerOptions::rendering());
    let own = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let own = filters(&own).expect("the kernel has seccomp");
    fleet.submit(&jobs::endless());
    // Behind its sandbox, it has asked for its end long ago.
    let render = until("it renders", PATIENCE, || {
        let is_held = |child: &Pid| filters(&told(*child, "status")?).map(|count| count > own);
        let mut children = worker.children().into_iter();
        children.find(|child| is_held(child) == Some(true))
    });
    // So that it notices nothing, and ends by no deed of its own.
    kill_process(render, Signal::STOP).expect("it renders for minutes");
    worker.kill9();
    let killed_at = Instant::now();
    while runs(render) && killed_at.elapsed() < GONE_WITHIN {
        thread::sleep(Duration::from_millis(10));
    }
    let is_left = runs(render);
    if is_left {
        // Nobody else would.
        let _ = kill_process(render, Signal::KILL);
    }
    assert!(!is_left, "it has outlived its worker");
}

#[test]
fn a_worker_killed_after_any_step_leaves_one_end_one_output_and_its_event() {
    let mut fleet = Fleet::shared("killed after each step");
    fleet.start_api();
    fleet.upload_ring();
    let events = fleet.listen();
    let options = WorkerOptions::rendering().lease_ms(1000);
    let steps = [
        "kill:received",
        "kill:claimed",
        "kill:fetched",
        "kill:rendered",
        "kill:uploaded",
        "kill:finished",
        "kill:told",
    ];
    let mut all = Vec::new();
    for step in steps {
        let mut doomed = fleet.start_worker(options.drill(step));
        let job = fleet.submit(&jobs::tiny());
        doomed.ends_within(PATIENCE);
        let _other = fleet.start_worker(options);
        let done = fleet.wait_for(job, JobStatus::Completed);
        assert_eq!(done.attempts, 0, "{step}: a crash spends no attempt");
        assert_eq!(fleet.times(job, JobStatus::Completed), 1, "{step}");
        all.push(job);
    }
    let videos = "SELECT count(*) FROM media_assets WHERE origin = 'render' AND deleted_at IS NULL";
    assert_eq!(fleet.count(videos), 7, "one visible output each");
    assert_eq!(fleet.count("SELECT count(*) FROM leases"), 0);
    events.each_completed_once(&all);
    assert!(fleet.dead_letters().is_empty());
}

#[test]
fn an_attempt_that_fails_once_at_any_step_is_tried_again() {
    let mut fleet = Fleet::shared("failed at each step");
    fleet.start_api();
    fleet.upload_ring();
    let events = fleet.listen();
    let mut all = Vec::new();
    for step in ["fail:fetched", "fail:rendered", "fail:uploaded"] {
        let _worker = fleet.start_worker(WorkerOptions::rendering().drill(step));
        let job = fleet.submit(&jobs::tiny());
        let done = fleet.wait_for(job, JobStatus::Completed);
        assert_eq!(
            (done.attempts, done.crashes, done.fence),
            (1, 0, 2),
            "{step}"
        );
        assert_eq!(fleet.times(job, JobStatus::Retrying), 1, "{step}");
        all.push(job);
    }
    events.each_completed_once(&all);
    assert_eq!(fleet.count("SELECT count(*) FROM leases"), 0);
}

/// What the killed worker left in the folder of attempts was removed by the next one.
fn worker_folder_is_swept(fleet: &Fleet) {
    let entries = std::fs::read_dir(fleet.work_folder()).expect("workers work there");
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    assert_eq!(folders.count(), 1, "that of the worker that lives");
}

#[test]
fn a_job_that_kills_its_workers_is_put_away_as_poison() {
    let mut fleet = Fleet::shared("poison");
    fleet.start_api();
    let events = fleet.listen();
    let options = WorkerOptions::pretending(60_000).lease_ms(1000);
    let job = fleet.submit(&jobs::any());
    for crashes in 0..3 {
        let mut worker = fleet.start_worker(options);
        until("the job is taken", PATIENCE, || {
            let found = fleet.job(job);
            let taken = found.status == JobStatus::Processing && found.crashes == crashes;
            (taken && found.fence == i64::from(crashes) + 1).then_some(())
        });
        worker.kill9();
    }
    let _next = fleet.start_worker(WorkerOptions::pretending(10));
    let failed = fleet.wait_for(job, JobStatus::Failed);
    let failure = failed.failure.expect("it failed");
    assert_eq!((failure.class, failed.crashes), (FailureClass::Poison, 3));
    let letters = fleet.wait_for_dead_letters(1);
    assert_eq!(letters[0].class, Some(FailureClass::Poison));
    assert_eq!(letters[0].job().map(|message| message.job_id), Ok(job));
    events.wait_for(job, "video.failed");
    // It is nobody's fault but its own: the worker goes on.
    let next = fleet.submit(&jobs::any());
    fleet.wait_for(next, JobStatus::Completed);
}

#[test]
fn workers_killed_at_any_moment_lose_no_job_and_finish_none_twice() {
    const KILLS: usize = 12;
    const WORKERS: usize = 3;
    let mut fleet = Fleet::shared("random kills");
    fleet.start_api();
    fleet.limit(6);
    let events = fleet.listen();
    let options = WorkerOptions::pretending(50).lease_ms(1000);
    let mut jobs = fleet.submit_many(24);
    let mut workers: Vec<Process> = fleet.start_workers(WORKERS, options);
    for kill in 0..KILLS {
        // There is always something to lose.
        jobs.extend(fleet.submit_many(6));
        // At another instruction each time.
        thread::sleep(Duration::from_millis(fastrand::u64(100..400)));
        until("no job is close to being poison", PATIENCE, || {
            let close = "SELECT count(*) FROM video_processing_jobs \
                WHERE crashes >= 2 AND status NOT IN ('completed', 'failed', 'cancelled')";
            (fleet.count(close) == 0).then_some(())
        });
        workers[kill % WORKERS].kill9();
        workers[kill % WORKERS] = fleet.start_worker(options);
    }
    let records = fleet.wait_for_all(&jobs);
    for record in records {
        assert_eq!(record.attempts, 0, "{record:?}");
        assert_eq!(fleet.times(record.id, JobStatus::Completed), 1);
    }
    events.each_completed_once(&jobs);
    fleet.wait_until_told();
    assert_eq!(fleet.count("SELECT count(*) FROM leases"), 0);
    let outputs = fleet.count("SELECT count(*) FROM media_assets");
    assert_eq!(usize::try_from(outputs), Ok(jobs.len()));
    assert!(fleet.dead_letters().is_empty());
}

#[test]
fn an_api_killed_between_commit_and_publish_loses_no_accepted_job() {
    const ROUNDS: usize = 3;
    const BURST: usize = 20;
    let mut fleet = Fleet::shared("killed API");
    fleet.start_api();
    fleet.limit(8);
    let events = fleet.listen();
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(10));
    let mut accepted: Vec<JobId> = Vec::new();
    for _ in 0..ROUNDS {
        accepted.extend(fleet.submit_many(BURST));
        fleet.kill_api();
        fleet.start_api();
    }
    fleet.wait_for_all(&accepted);
    events.each_completed_once(&accepted);
    let all = fleet.count("SELECT count(*) FROM video_processing_jobs");
    assert_eq!(usize::try_from(all), Ok(ROUNDS * BURST));
}

#[test]
fn a_caller_that_repeats_itself_through_crashes_of_the_api_gets_each_job_once() {
    const JOBS: usize = 60;
    let mut fleet = Fleet::shared("repeating caller");
    fleet.start_api();
    fleet.limit(8);
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    let caller = fleet.http.clone();
    let done = AtomicBool::new(false);
    let jobs: Vec<JobId> = thread::scope(|scope| {
        let calling = scope.spawn(|| {
            let insist = |number| caller.insist(&format!("order-{number}"));
            let jobs: Vec<JobId> = (0..JOBS).map(insist).collect();
            done.store(true, Ordering::Release);
            jobs
        });
        while !done.load(Ordering::Acquire) && !calling.is_finished() {
            thread::sleep(Duration::from_millis(fastrand::u64(20..150)));
            fleet.kill_api();
            fleet.start_api();
        }
        calling.join().expect("it got its answers")
    });
    fleet.wait_for_all(&jobs);
    let all = fleet.count("SELECT count(*) FROM video_processing_jobs");
    assert_eq!(usize::try_from(all), Ok(JOBS));
}
