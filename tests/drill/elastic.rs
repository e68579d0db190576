//! Workers that come and go.

use std::time::Instant;

use gildhall_proto::JobId;
use rustix::process::Signal;
use uuid::Uuid;

use crate::load::ASKED_EVERY;
use crate::support::process::Process;
use crate::support::scaler::{JobsQueue, Rule, Scaler};
use crate::support::{Fleet, WorkerOptions, wait};

/// The workers of a fleet. Their number follows the queue.
pub struct Elastic<'a> {
    fleet: &'a Fleet,
    queue: JobsQueue,
    scaler: Scaler,
    options: WorkerOptions,
    /// How many times shorter all times are than the chart's.
    faster: u32,
    began: Instant,
    looked: Instant,
    workers: Vec<Process>,
    /// Those that were told to end, and still have something to do.
    ending: Vec<Process>,
    /// Jobs that workers had when they were told to end, and which worker that was.
    pub in_hand: Vec<(JobId, String)>,
    /// Every number of workers that was wanted, in order.
    pub numbers: Vec<usize>,
}

impl<'a> Elastic<'a> {
    /// Begins with the least number of workers.
    pub fn new(fleet: &'a Fleet, options: WorkerOptions, faster: u32) -> Elastic<'a> {
        let rule = Rule::of_the_chart();
        let now = Instant::now();
        Elastic {
            queue: JobsQueue::of(fleet),
            workers: fleet.start_workers(rule.min, options),
            numbers: vec![rule.min],
            scaler: Scaler::new(rule),
            fleet,
            options,
            faster,
            began: now,
            looked: now,
            ending: Vec::new(),
            in_hand: Vec::new(),
        }
    }

    /// Looks at the queue when it is time to, and starts and ends workers as it says.
    pub fn step(&mut self) {
        self.ending.retain_mut(|worker| {
            let ended = worker.ended();
            if let Some(status) = ended {
                assert!(status.success(), "{status}: {}", worker.log_tail());
            }
            ended.is_none()
        });
        if self.looked.elapsed() * self.faster >= ASKED_EVERY {
            self.looked = Instant::now();
            self.look();
        }
    }

    /// Whether only the least number is left, and none that still ends.
    pub fn is_at_rest(&self) -> bool {
        self.workers.len() == self.scaler.rule.min && self.ending.is_empty()
    }

    fn look(&mut self) {
        let depth = self.queue.depth();
        let wanted = self.scaler.look(self.began.elapsed() * self.faster, depth);
        while self.workers.len() < wanted {
            self.workers.push(self.fleet.start_worker(self.options));
        }
        while self.workers.len() > wanted {
            self.end_one();
        }
        if self.numbers.last() != Some(&wanted) {
            self.numbers.push(wanted);
        }
    }

    /// Ends a worker as Kubernetes does. That one may pick any; here it is one that renders wherever there is one.
    fn end_one(&mut self) {
        let held = self.held();
        let job_of = |worker: &Process| {
            let id = format!("-{}-", worker.id());
            held.iter().find(|(_, name)| name.contains(&id)).cloned()
        };
        let busy = self.workers.iter().position(|one| job_of(one).is_some());
        let worker = self.workers.remove(busy.unwrap_or(0));
        worker.signal(Signal::TERM);
        self.in_hand.extend(job_of(&worker));
        self.ending.push(worker);
    }

    /// Jobs under way, and who has them.
    fn held(&self) -> Vec<(JobId, String)> {
        let leases = sqlx::query_as("SELECT job_id, worker FROM leases");
        let leases: sqlx::Result<Vec<(Uuid, String)>> = wait(leases.fetch_all(&self.fleet.sql));
        let leases = leases.expect("the database is there").into_iter();
        leases
            .map(|(job, worker)| (JobId::from_uuid(job), worker))
            .collect()
    }
}
