//! Every process of the fleet is replaced, one after the other, while callers go on submitting.

use std::mem::replace;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use gildhall_proto::{JobId, JobStatus};
use rustix::process::Signal;

use crate::support::process::Process;
use crate::support::{Client, Fleet, WorkerOptions, jobs, until};

const PATIENCE: Duration = Duration::from_secs(60);
/// An API ends what is under way, a relay its round, a worker its render.
const ENDS_WITHIN: Duration = Duration::from_secs(40);
const CALLERS: usize = 3;
/// Between two jobs of one caller.
const REST: Duration = Duration::from_millis(400);

/// The replicas as a proxy in front of them has them. It notices only afterwards that one has gone.
struct Replicas(Mutex<Vec<Client>>);

impl Replicas {
    fn pick(&self, turn: usize) -> Client {
        let replicas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        replicas[turn % replicas.len()].clone()
    }

    fn replace(&self, place: usize, by: Client) {
        let mut replicas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        replicas[place] = by;
    }
}

/// Submits jobs until it is told to stop, each under a key of its own, and each until it is accepted, as integrators are
/// advised to.
fn keep_submitting(
    replicas: &Replicas,
    caller: usize,
    stop: &AtomicBool,
    accepted: &AtomicUsize,
) -> Vec<JobId> {
    let mut all = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let key = format!("caller-{caller}-job-{}", all.len());
        let mut turn = caller + all.len();
        let job = until("the job is accepted", PATIENCE, || {
            turn += 1;
            let headers = [("idempotency-key", key.as_str())];
            let answer = replicas.pick(turn).try_submit(&jobs::any(), &headers);
            // No connection, and no answer: again. So with a refusal that is about the service and not about the job.
            let answer = answer.ok()?;
            match answer.status {
                200 | 202 => Some(answer.job()),
                409 | 429 | 502 | 503 => None,
                other => panic!("{other}: {}", answer.json()),
            }
        });
        all.push(job);
        accepted.fetch_add(1, Ordering::Relaxed);
        thread::sleep(REST);
    }
    all
}

/// Ends a process as Kubernetes and systemd do.
#[track_caller]
fn end(mut process: Process) {
    process.signal(Signal::TERM);
    let status = process.ends_within(ENDS_WITHIN);
    assert!(status.success(), "{status}: {}", process.log_tail());
}

/// Waits until so many more jobs were accepted and completed: whatever was replaced, the fleet goes on.
fn goes_on(fleet: &Fleet, accepted: &AtomicUsize) {
    let done = "SELECT count(*) FROM video_processing_jobs WHERE status = 'completed'";
    let (before, done_before) = (accepted.load(Ordering::Relaxed), fleet.count(done));
    until("jobs come and go", PATIENCE, || {
        let are_accepted = accepted.load(Ordering::Relaxed) >= before + CALLERS;
        (are_accepted && fleet.count(done) >= done_before + 3).then_some(())
    });
}

/// All that runs.
struct Roles {
    apis: Vec<Process>,
    relay: Process,
    workers: Vec<Process>,
}

impl Roles {
    /// Replaces every process once: replicas of the API, which relay as well, the relay by itself, and the workers.
    fn replace_all(&mut self, fleet: &Fleet, replicas: &Replicas, accepted: &AtomicUsize) {
        goes_on(fleet, accepted);
        for (place, api) in self.apis.iter_mut().enumerate() {
            let (next, client) = fleet.start_another_api();
            end(replace(api, next));
            replicas.replace(place, client);
            goes_on(fleet, accepted);
        }
        end(replace(&mut self.relay, fleet.start("relay", Vec::new())));
        goes_on(fleet, accepted);
        for worker in &mut self.workers {
            end(replace(worker, fleet.start_worker(options())));
            goes_on(fleet, accepted);
        }
    }
}

fn options() -> WorkerOptions {
    WorkerOptions::pretending(300)
}

/// Stops the callers, also where the test fails meanwhile.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_rolling_restart_under_load_loses_nothing_and_spends_no_attempt() {
    let fleet = Fleet::shared("rolling restart");
    fleet.limit(4);
    let events = fleet.listen();
    let (first, first_client) = fleet.start_another_api();
    let (second, second_client) = fleet.start_another_api();
    let replicas = Replicas(Mutex::new(vec![first_client, second_client]));
    let mut roles = Roles {
        apis: vec![first, second],
        relay: fleet.start("relay", Vec::new()),
        workers: fleet.start_workers(3, options()),
    };
    let (stop, accepted) = (AtomicBool::new(false), AtomicUsize::new(0));
    let all: Vec<JobId> = thread::scope(|scope| {
        let start = |caller| {
            let (replicas, stop, accepted) = (&replicas, &stop, &accepted);
            scope.spawn(move || keep_submitting(replicas, caller, stop, accepted))
        };
        let callers: Vec<_> = (0..CALLERS).map(start).collect();
        let stopping = Stop(&stop);
        roles.replace_all(&fleet, &replicas, &accepted);
        drop(stopping);
        let submitted = callers.into_iter().map(|caller| caller.join());
        let submitted = submitted.map(|jobs| jobs.expect("no caller gives up"));
        submitted.flatten().collect()
    });

    let jobs = "SELECT count(*) FROM video_processing_jobs";
    assert_eq!(fleet.count(jobs), all.len() as i64, "each was made once");
    for job in fleet.wait_for_all(&all) {
        assert_eq!((job.attempts, job.crashes), (0, 0), "{}", job.id);
        assert_eq!(fleet.times(job.id, JobStatus::Completed), 1);
    }
    events.each_completed_once(&all);
    assert_eq!(fleet.count("SELECT count(*) FROM leases"), 0);
    assert!(fleet.dead_letters().is_empty());
}
