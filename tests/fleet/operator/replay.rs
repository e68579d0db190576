//! `gildhall dlq replay`: one job, and several who replay it at once.

use std::collections::BTreeMap;

use gildhall_proto::{JobId, JobMessage, JobStatus};
use lapin::message::Delivery;
use lapin::options::BasicGetOptions;
use lapin::types::AMQPValue;
use lapin::{Connection, ConnectionProperties};

use super::{Operator, PATIENCE, Said, TRACE, act, acts, came_of, failed, finish};
use crate::support::{Fleet, WorkerOptions, until, wait};

/// The next message for workers. It goes back to its queue.
async fn next_message(url: &str) -> lapin::Result<Option<Delivery>> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    let taken = channel
        .basic_get("gildhall.jobs".into(), BasicGetOptions::default())
        .await?;
    connection.close(200, "done".into()).await?;
    Ok(taken.map(|taken| taken.delivery))
}

/// The names of a message's headers, and its trace.
fn headers(message: &Delivery) -> (Vec<String>, Option<String>) {
    let table = message.properties.headers().clone().unwrap_or_default();
    let names = table.inner().keys().map(ToString::to_string).collect();
    let trace = match table.inner().get("traceparent") {
        Some(AMQPValue::LongString(text)) => {
            Some(String::from_utf8_lossy(text.as_bytes()).into_owned())
        }
        _ => None,
    };
    (names, trace)
}

#[test]
fn a_replayed_job_starts_over_in_its_trace() {
    let mut fleet = Fleet::shared("replay");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let job = failed(&fleet, 1)[0];
    let before = fleet.job(job);
    assert_eq!((before.run, before.attempts), (1, 1));
    let events = fleet.listen();

    let said = ada.does(&["dlq", "replay", &job.to_string()]);
    said.done();
    assert_eq!(said.outcomes(), [came_of(job, "replayed")]);
    assert!(fleet.dead_letters().is_empty());
    let waiting = fleet.job(job);
    assert_eq!((waiting.run, waiting.attempts), (2, 0));
    assert_eq!((waiting.crashes, waiting.failure), (0, None));
    let message = until("its message is sent", PATIENCE, || {
        wait(next_message(ada.amqp_url())).expect("the broker is there")
    });
    let content_type = message.properties.content_type().as_ref();
    let named = JobMessage::decode(content_type.map(|kind| kind.as_str()), &message.data);
    assert_eq!(named.map(|message| message.job_id), Ok(job));
    // Nothing of the letter is left on it.
    let (names, trace) = headers(&message);
    assert_eq!(names, ["traceparent"]);
    assert_eq!(trace, waiting.traceparent);
    assert_eq!(trace.as_deref(), Some(TRACE));

    fleet.upload_ring();
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    let done = fleet.wait_for(job, JobStatus::Completed);
    assert_eq!((done.run, done.attempts, done.failure), (2, 0, None));
    let told = events.wait_for(job, "video.completed");
    assert_eq!(told.attribute("traceparent"), TRACE);
    assert_eq!(told.data["attempt"], 1, "attempts are counted anew");
    assert!(fleet.dead_letters().is_empty());
    let expected = [
        act("job.replay", job, "replayed"),
        act("dlq.replay", job, "replayed"),
    ];
    assert_eq!(acts(&fleet, &ada), expected);
}

/// How often each job was said to run again.
fn replays(said: &[Said]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (job, outcome) in said.iter().flat_map(Said::outcomes) {
        if outcome == "replayed" {
            *counts.entry(job).or_insert(0) += 1;
        }
    }
    counts
}

/// Each job once.
fn once(jobs: &[JobId]) -> BTreeMap<String, usize> {
    jobs.iter().map(|job| (job.to_string(), 1)).collect()
}

#[test]
fn several_who_replay_the_same_jobs_at_once_give_one_run() {
    let mut fleet = Fleet::shared("two operators");
    fleet.start_api();
    let (ada, bob) = (Operator::of(&fleet, "ada"), Operator::of(&fleet, "bob"));
    let jobs = failed(&fleet, 7);
    let events = fleet.listen();
    fleet.limit(7);
    let ids: Vec<String> = jobs.iter().map(ToString::to_string).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();

    // Only one of the two can have the letter in hand.
    let named = ["dlq", "replay", ids[0]];
    let racing = [ada.starts(&named), bob.starts(&named)];
    let said = racing.map(finish);
    let mut codes = said.each_ref().map(|said| said.code);
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(7)], "{said:?}");
    assert_eq!(replays(&said), once(&jobs[..1]));

    // A retry needs no letter, so that here they really meet.
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(20));
    let retry = [&["job", "retry"][..], &ids[1..]].concat();
    let racing = [
        ada.starts(&retry),
        ada.starts(&["dlq", "replay"]),
        bob.starts(&["dlq", "replay"]),
        bob.starts(&retry),
    ];
    let said = racing.map(finish);
    assert_eq!(replays(&said), once(&jobs[1..]), "{said:?}");
    let codes = said.each_ref().map(|said| said.code);
    assert_eq!(codes[1..3], [Some(0); 2], "{said:?}");
    for code in [codes[0], codes[3]] {
        assert!(matches!(code, Some(0 | 8)), "{said:?}");
    }

    for record in fleet.wait_for_all(&jobs) {
        let job = record.id;
        assert_eq!((record.run, record.attempts, record.crashes), (2, 0, 0));
        assert_eq!(fleet.times(job, JobStatus::Processing), 2);
        assert_eq!(fleet.times(job, JobStatus::Completed), 1);
    }
    events.each_completed_once(&jobs);
    assert!(fleet.dead_letters().is_empty());
    let mut told = acts(&fleet, &ada);
    told.extend(acts(&fleet, &bob));
    for &job in &jobs {
        let runs = told
            .iter()
            .filter(|&one| *one == act("job.replay", job, "replayed"));
        assert_eq!(runs.count(), 1, "{told:?}");
        let removed = told
            .iter()
            .filter(|one| one.0 == "dlq.replay" && one.1 == job.to_string());
        assert_eq!(removed.count(), 1, "{told:?}");
    }
}
