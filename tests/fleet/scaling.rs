//! Workers come and go with the depth of the jobs queue, by the chart's own numbers: nothing is lost by it, no render is cut
//! short, and nobody waits for long.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use gildhall_proto::{JobId, JobStatus};
use rustix::process::Signal;
use uuid::Uuid;

use crate::support::exposition::Exposition;
use crate::support::fleet::at_once;
use crate::support::process::Process;
use crate::support::scaler::{JobsQueue, Rule, Scaler};
use crate::support::{Fleet, WorkerOptions, jobs, until, wait};

const PATIENCE: Duration = Duration::from_secs(60);
/// What a job may wait for a worker, 95 times of a hundred.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// In the drill all times of the chart are so many times shorter, and a render stands for one of 30 s.
const FASTER: u32 = 100;
const RENDER_MS: u32 = 300;
/// What the tenant of the drill may run at once: so many workers are of use to it.
const AT_ONCE: u32 = 8;
/// Jobs of the flood that the drill begins with.
const FLOOD: usize = 120;
/// Then the load falls to one job in so long, and these jobs are its last.
const TRICKLE_EVERY: Duration = Duration::from_millis(250);
const TRICKLE: usize = 120;

/// A fleet whose workers come and go.
struct Drill<'a> {
    fleet: &'a Fleet,
    queue: JobsQueue,
    scaler: Scaler,
    began: Instant,
    looked: Instant,
    workers: Vec<Process>,
    /// Those that were told to end, and still have something to do.
    ending: Vec<Process>,
    /// Jobs that workers had when they were told to end, and which worker that was.
    in_hand: Vec<(JobId, String)>,
    /// Every number of workers that was wanted, in order.
    numbers: Vec<usize>,
    jobs: Vec<JobId>,
    trickled: Instant,
}

impl Drill<'_> {
    fn new(fleet: &Fleet) -> Drill<'_> {
        let rule = Rule::of_the_chart().faster(FASTER);
        let now = Instant::now();
        Drill {
            fleet,
            queue: JobsQueue::of(fleet),
            numbers: vec![rule.min],
            scaler: Scaler::new(rule),
            began: now,
            looked: now,
            workers: Vec::new(),
            ending: Vec::new(),
            in_hand: Vec::new(),
            jobs: Vec::new(),
            trickled: now,
        }
    }

    /// Looks at the queue when it is time to, and starts and ends workers as it says.
    fn look(&mut self) {
        self.ending.retain_mut(|worker| {
            let ended = worker.ended();
            if let Some(status) = ended {
                assert!(status.success(), "{status}: {}", worker.log_tail());
            }
            ended.is_none()
        });
        if self.looked.elapsed() < self.scaler.rule.polling {
            return;
        }
        self.looked = Instant::now();
        let wanted = self.scaler.look(self.began.elapsed(), self.queue.depth());
        while self.workers.len() < wanted {
            self.workers.push(self.fleet.start_worker(options()));
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

    /// Submits the next of the last jobs when it is time to.
    fn trickle(&mut self) {
        if self.jobs.len() < FLOOD + TRICKLE && self.trickled.elapsed() >= TRICKLE_EVERY {
            self.trickled = Instant::now();
            self.jobs.push(self.fleet.submit(&jobs::any()));
        }
    }

    /// From one worker to as many as are of use, and back.
    fn run(&mut self) {
        self.jobs = self.fleet.submit_many(FLOOD);
        until("the broker tells of the flood", PATIENCE, || {
            (self.queue.depth() == u64::from(AT_ONCE)).then_some(())
        });
        self.workers = self.fleet.start_workers(self.scaler.rule.min, options());
        self.began = Instant::now();
        until("there are workers for all", PATIENCE, || {
            self.look();
            (self.workers.len() >= AT_ONCE as usize).then_some(())
        });
        until("half of them are gone again", PATIENCE, || {
            self.look();
            self.trickle();
            (self.workers.len() <= AT_ONCE as usize / 2).then_some(())
        });
        until("there is one worker again", PATIENCE, || {
            self.look();
            (self.workers.len() == self.scaler.rule.min && self.ending.is_empty()).then_some(())
        });
    }
}

fn options() -> WorkerOptions {
    WorkerOptions::pretending(RENDER_MS)
}

/// The value that 95 of a hundred do not exceed.
fn p95<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[(values.len() * 95).div_ceil(100) - 1]
}

#[test]
fn workers_follow_the_queue_up_and_down_and_no_job_is_lost() {
    let mut fleet = Fleet::shared("scaling");
    fleet.limit(AT_ONCE);
    // A message that waits for its first worker is not taken for lost.
    let patient = ("GILDHALL_RELAY_REDISPATCH_AFTER_MS", "60000".to_owned());
    fleet.env.push(patient);
    fleet.start_api();
    let events = fleet.listen();
    let mut drill = Drill::new(&fleet);
    drill.run();

    let most = drill.numbers.iter().copied().max().unwrap_or(0);
    let allowed = AT_ONCE as usize..=drill.scaler.rule.max;
    assert!(allowed.contains(&most), "{:?}", drill.numbers);
    assert_eq!(drill.numbers.first(), Some(&1), "{:?}", drill.numbers);
    assert_eq!(drill.numbers.last(), Some(&1), "{:?}", drill.numbers);

    let done = fleet.wait_for_all(&drill.jobs);
    let mut waits = Vec::new();
    for job in &done {
        // One attempt, of the first worker that had it.
        assert_eq!((job.attempts, job.crashes, job.fence), (0, 0, 1));
        assert_eq!(fleet.times(job.id, JobStatus::Completed), 1);
        let began = job.started_at.expect("it ran");
        waits.push((began - job.created_at).unsigned_abs());
    }
    assert!(
        !drill.in_hand.is_empty(),
        "nobody was ended while it worked"
    );
    for (job, worker) in &drill.in_hand {
        let finished_by = fleet.job(*job).worker;
        assert_eq!(finished_by.as_ref(), Some(worker), "{job}");
    }
    events.each_completed_once(&drill.jobs);
    assert!(fleet.dead_letters().is_empty());
    let longest = p95(waits);
    assert!(longest < LONGEST_WAIT, "{longest:?}");
    println!(
        "{} jobs, workers {:?}, {} ended with a job in hand, wait p95 {longest:?}, {:?} in all",
        drill.jobs.len(),
        drill.numbers,
        drill.in_hand.len(),
        drill.began.elapsed()
    );
}

#[test]
fn a_flood_beyond_a_limit_asks_for_no_worker() {
    let mut fleet = Fleet::shared("flood");
    fleet.start_api();
    let queue = JobsQueue::of(&fleet);
    let rule = Rule::of_the_chart();
    let api = fleet.http.anonymous();
    for (more, pending) in [(20, 18.0), (40, 58.0)] {
        fleet.submit_many(more);
        // What the relay looks up, and what KEDA does; both may be some seconds old.
        until("both have looked", PATIENCE, || {
            let shown = Exposition::of(&api);
            let depth = queue.depth();
            assert!(rule.wanted(depth) <= 2, "{depth} messages");
            let runnable = shown.sum("gildhall_runnable_jobs", &[]);
            let is_beyond = runnable.is_some_and(|jobs| jobs > 2.0);
            assert!(!is_beyond, "{runnable:?} runnable jobs");
            let waiting = shown.sum("gildhall_jobs", &[("status", "pending")]);
            (waiting == Some(pending) && depth == 2).then_some(())
        });
    }
    // A job of another tenant asks for one more.
    let zenith = fleet.add_tenant("zenith", at_once(2));
    zenith.submit(&jobs::any(), &[]).job();
    until("another tenant's job counts", PATIENCE, || {
        (rule.wanted(queue.depth()) == 3).then_some(())
    });
}

#[test]
fn the_rule_is_that_of_kubernetes() {
    let rule = Rule::of_the_chart();
    let wanted = [0, 1, 2, 8, 10, 11, 5000].map(|depth| rule.wanted(depth));
    assert_eq!(wanted, [1, 1, 2, 8, 10, 10, 10]);
    let mut scaler = Scaler::new(rule);
    let mut look = |second: u64, depth: u64| scaler.look(Duration::from_secs(second), depth);
    assert_eq!(look(0, 0), 1);
    assert_eq!(look(15, 40), 9, "eight more in fifteen seconds");
    assert_eq!(look(20, 40), 9);
    assert_eq!(look(30, 40), 10);
    // Fewer have to be enough for five minutes; then a quarter goes in a minute.
    assert_eq!(look(45, 0), 10);
    assert_eq!(look(330, 0), 10);
    assert_eq!(look(331, 0), 7);
    assert_eq!(look(361, 0), 7);
    let then = [391, 451, 511, 571, 631].map(|second| look(second, 0));
    assert_eq!(then, [5, 3, 2, 1, 1]);
    assert_eq!(look(645, 4), 4);
}

/// The load that docs/operate/scaling.md states: as many jobs as the guide's own formula gives the chart's workers, at random
/// moments, from the first one on.
const JOBS_AN_HOUR: f64 = 1800.0;
/// What the sample job takes on the chart's two processors.
const RENDERS_FOR_MS: u64 = 16_000;
/// From the wish for a pod to its first job.
const STARTS_FOR_MS: u64 = 20_000;
/// How old the depth may be that the broker tells, and how often a HorizontalPodAutoscaler asks.
const TOLD_EVERY_MS: u64 = 5_000;
const ASKED_EVERY_MS: u64 = 15_000;
const STEP_MS: u64 = 100;

/// Moments of an hour at which jobs come, in milliseconds.
fn arrivals(mut seed: u64) -> VecDeque<u64> {
    let mut moments = VecDeque::new();
    let mut now = 0.0;
    while now < 3_600_000.0 {
        moments.push_back(now as u64);
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let even = ((seed >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        now += -even.ln() * 3_600_000.0 / JOBS_AN_HOUR;
    }
    moments
}

/// How long each job waits, in milliseconds, and the most workers there were.
fn waits(mut coming: VecDeque<u64>) -> (Vec<u64>, usize) {
    let mut scaler = Scaler::new(Rule::of_the_chart());
    // When each worker takes its next job.
    let mut workers = VecDeque::from(vec![0; scaler.rule.min]);
    let (mut waiting, mut ends, mut waits) = (VecDeque::new(), Vec::new(), Vec::new());
    let (mut told, mut most) = (0, 0);
    for now in (0..).step_by(STEP_MS as usize) {
        while coming.front().is_some_and(|moment| *moment <= now) {
            waiting.extend(coming.pop_front());
        }
        for free in workers.iter_mut().filter(|free| **free <= now) {
            let Some(came) = waiting.pop_front() else {
                break;
            };
            waits.push(now - came);
            *free = now + RENDERS_FOR_MS;
            ends.push(*free);
        }
        ends.retain(|end| *end > now);
        if now % TOLD_EVERY_MS == 0 {
            told = (waiting.len() + ends.len()) as u64;
        }
        if now % ASKED_EVERY_MS == 0 {
            let wanted = scaler.look(Duration::from_millis(now), told);
            while workers.len() < wanted {
                workers.push_back(now + STARTS_FOR_MS);
            }
            // One that renders ends its render: its job is on the list of ends.
            workers.drain(..workers.len() - wanted);
            most = most.max(wanted);
        }
        if coming.is_empty() && waiting.is_empty() {
            break;
        }
    }
    (waits, most)
}

#[test]
fn the_documented_load_waits_for_less_than_half_a_minute() {
    for seed in 1..=5 {
        let (waits, most) = waits(arrivals(seed));
        assert!(waits.len() > 1600, "{} jobs", waits.len());
        let longest = Duration::from_millis(p95(waits));
        assert!(longest < LONGEST_WAIT, "{longest:?} of seed {seed}");
        println!("seed {seed}: wait p95 {longest:?}, at most {most} workers");
    }
}
