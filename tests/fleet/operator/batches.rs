//! `gildhall dlq replay` of many letters: how fast, and through a crash.

use std::time::{Duration, Instant};

use gildhall_proto::JobStatus;
use tempfile::TempDir;

use super::{Operator, PATIENCE, acts, failed, retire};
use crate::support::amqp::Message;
use crate::support::process::Process;
use crate::support::{Fleet, WorkerOptions, until};

const LETTERS: usize = 30;

/// Jobs that run for the second time, or have.
fn replayed(fleet: &Fleet) -> usize {
    let count = fleet.count("SELECT count(*) FROM video_processing_jobs WHERE run = 2");
    usize::try_from(count).expect("a count")
}

/// How long so many replays at a rate take at least: the first is due at once.
fn least(replays: usize, every: Duration) -> Duration {
    every * u32::try_from(replays.saturating_sub(1)).expect("not so many")
}

#[test]
fn a_replay_that_is_killed_halfway_is_finished_by_the_next() {
    let mut fleet = Fleet::shared("killed replay");
    fleet.start_api();
    fleet.limit(8);
    let (ada, bob) = (Operator::of(&fleet, "ada"), Operator::of(&fleet, "bob"));
    let jobs = failed(&fleet, LETTERS);
    let events = fleet.listen();
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(10));

    let folder = TempDir::new().expect("a folder");
    let slowly = ["dlq", "replay", "--rate", "10", "--as", "ada"];
    let began = Instant::now();
    let mut first = Process::start("replay", &slowly, &ada.env, folder.path());
    until("a third is replayed", PATIENCE, || {
        assert!(first.ended().is_none(), "{}", first.log_tail());
        (replayed(&fleet) >= LETTERS / 3).then_some(())
    });
    first.kill9();
    let took = began.elapsed();
    assert!(
        took >= least(LETTERS / 3, Duration::from_millis(100)),
        "{took:?}"
    );
    // The broker puts back what the process held: one letter more than jobs are left, where it was killed in between.
    let left = until("the letters are back", PATIENCE, || {
        let left = fleet.dead_letters().len();
        (left + replayed(&fleet) >= LETTERS).then_some(left)
    });
    let before = replayed(&fleet);
    assert!(before < LETTERS, "it was killed too late");

    let began = Instant::now();
    let said = bob.does(&["dlq", "replay", "--rate", "20"]);
    let took = began.elapsed();
    said.done();
    let outcomes = said.outcomes();
    assert_eq!(outcomes.len(), left, "{outcomes:?}");
    let count = |word: &str| outcomes.iter().filter(|one| one.1 == word).count();
    let (again, stale) = (count("replayed"), count("stale"));
    assert_eq!((again + stale, replayed(&fleet)), (left, LETTERS));
    assert!(took >= least(again, Duration::from_millis(50)), "{took:?}");
    assert!(fleet.dead_letters().is_empty());

    for record in fleet.wait_for_all(&jobs) {
        assert_eq!((record.run, record.attempts, record.crashes), (2, 0, 0));
        assert_eq!(fleet.times(record.id, JobStatus::Processing), 2);
        assert_eq!(fleet.times(record.id, JobStatus::Completed), 1);
    }
    events.each_completed_once(&jobs);
    each_is_in_the_audit_log(&fleet, &[&ada, &bob]);
}

/// Every replay was written down once, and the removal of every letter.
#[track_caller]
fn each_is_in_the_audit_log(fleet: &Fleet, operators: &[&Operator]) {
    let told: Vec<_> = operators.iter().flat_map(|one| acts(fleet, one)).collect();
    let runs = told.iter().filter(|one| one.0 == "job.replay");
    assert_eq!(runs.clone().count(), LETTERS, "{told:?}");
    assert!(runs.clone().all(|one| one.2 == "replayed"), "{told:?}");
    for (_, job, _) in runs {
        let removed = |one: &(String, String, String)| one.0 == "dlq.replay" && one.1 == *job;
        // Twice, where the process was killed between the line and the removal.
        assert!(told.iter().any(removed), "{job}: {told:?}");
    }
}

#[test]
fn a_rate_is_a_limit() {
    let fleet = Fleet::shared("rate");
    let ada = Operator::of(&fleet, "ada");
    let worker = fleet.start_worker(WorkerOptions::pretending(10));
    let bodies: Vec<String> = (0..LETTERS).map(|number| format!("{{{number}")).collect();
    let messages = bodies.iter().map(|body| Message {
        body: body.as_bytes(),
        content_type: Some("application/json"),
    });
    let messages: Vec<Message<'_>> = messages.collect();
    fleet.publish(&messages);
    fleet.wait_for_dead_letters(LETTERS);
    // Without a worker what is published again stays so.
    retire(worker);

    let began = Instant::now();
    let said = ada.does(&["dlq", "replay", "--force", "--rate", "20/s"]);
    let took = began.elapsed();
    said.done();
    let outcomes = said.outcomes();
    assert_eq!(outcomes.len(), LETTERS);
    assert!(outcomes.iter().all(|one| one.1 == "republished"));
    assert!(
        took >= least(LETTERS, Duration::from_millis(50)),
        "{took:?}"
    );
    assert!(fleet.dead_letters().is_empty());
    assert_eq!(acts(&fleet, &ada).len(), LETTERS);
}
