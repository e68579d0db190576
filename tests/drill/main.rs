//! Workers come and go with the depth of the jobs queue, by the chart's own numbers: nothing is lost by it, no render is cut
//! short, and nobody waits for long. Once calculated for hours, once carried out.
//!
//! A program of its own, so that no other test takes its processors. Reading order: [`load`], [`simulated`], [`elastic`].

mod elastic;
mod load;
mod simulated;
#[path = "../fleet/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the tests of the fleet need more of it"
)]
mod support;

use std::time::{Duration, Instant};

use gildhall_proto::{JobId, JobStatus};

use elastic::Elastic;
use load::{LONGEST_WAIT, RENDERS_FOR, arrivals, p95};
use support::{Fleet, WorkerOptions, jobs, until, wait};

/// In the drill all times are so many times shorter.
const FASTER: u32 = 15;
/// The load grows for so long to what is documented,
const GROWS: Duration = Duration::from_secs(480);
/// and stays there until now.
const EVENING: Duration = Duration::from_secs(900);
/// Then a fifth of it is left, so that workers which go have something to do.
const EVENING_SHARE: f64 = 0.2;
const END: Duration = Duration::from_secs(1500);
/// How many workers it has to come to, at least.
const AT_LEAST: usize = 8;
const PATIENCE: Duration = Duration::from_secs(120);

/// How much of the load there is at a moment.
fn share(at: Duration) -> f64 {
    match at >= EVENING {
        true => EVENING_SHARE,
        false => (at.as_secs_f64() / GROWS.as_secs_f64()).min(1.0),
    }
}

/// Submits jobs while workers come and go.
fn submit(fleet: &Fleet, elastic: &mut Elastic<'_>) -> Vec<JobId> {
    let began = Instant::now();
    let moments = arrivals(1, share).take_while(|at| *at < END);
    let submitted = moments.map(|at| {
        until("the next job is due", PATIENCE, || {
            elastic.step();
            (began.elapsed() >= at / FASTER).then_some(())
        });
        fleet.submit(&jobs::any())
    });
    submitted.collect()
}

/// How long each job lay in the queue: from where it was handed out to where a worker began it.
fn queue_waits(fleet: &Fleet) -> Vec<Duration> {
    let waits = sqlx::query_scalar(
        "SELECT extract(epoch FROM began.at - queued.at)::float8
         FROM job_history queued JOIN job_history began USING (job_id)
         WHERE queued.to_status = 'queued' AND began.to_status = 'processing'",
    );
    let waits: sqlx::Result<Vec<f64>> = wait(waits.fetch_all(&fleet.sql));
    let waits = waits.expect("the database is there").into_iter();
    waits.map(Duration::from_secs_f64).collect()
}

#[test]
fn workers_follow_the_documented_load_up_and_down_and_no_job_is_lost() {
    let mut fleet = Fleet::shared("drill");
    fleet.limit(1000);
    // A message that waits for its first worker is not taken for lost.
    let patient = ("GILDHALL_RELAY_REDISPATCH_AFTER_MS", "60000".to_owned());
    fleet.env.push(patient);
    fleet.start_api();
    let events = fleet.listen();
    let renders_for = u32::try_from((RENDERS_FOR / FASTER).as_millis()).expect("it is short");
    let options = WorkerOptions::pretending(renders_for);
    let mut elastic = Elastic::new(&fleet, options, FASTER);

    let all = submit(&fleet, &mut elastic);
    until("there is one worker again", PATIENCE, || {
        elastic.step();
        elastic.is_at_rest().then_some(())
    });

    let numbers = &elastic.numbers;
    assert_eq!((numbers.first(), numbers.last()), (Some(&1), Some(&1)));
    assert!(numbers.iter().max() >= Some(&AT_LEAST), "{numbers:?}");
    for job in fleet.wait_for_all(&all) {
        // One attempt, of the first worker that had it.
        assert_eq!((job.attempts, job.crashes, job.fence), (0, 0, 1));
        assert_eq!(fleet.times(job.id, JobStatus::Completed), 1);
    }
    let in_hand = &elastic.in_hand;
    assert!(!in_hand.is_empty(), "nobody was ended while it worked");
    for (job, worker) in in_hand {
        assert_eq!(fleet.job(*job).worker.as_ref(), Some(worker), "{job}");
    }
    events.each_completed_once(&all);
    assert!(fleet.dead_letters().is_empty());

    let waits = queue_waits(&fleet);
    assert_eq!(waits.len(), all.len());
    let longest = p95(waits) * FASTER;
    println!(
        "{} jobs, workers {numbers:?}, {} ended with a job in hand, p95 of the wait {longest:.1?}",
        all.len(),
        in_hand.len(),
    );
    assert!(longest < LONGEST_WAIT, "{longest:?}");
}
