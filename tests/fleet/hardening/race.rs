//! A thousand requests with one idempotency key, all of them under way at the same time.

use std::collections::BTreeSet;

use gildhall_proto::{JobId, JobStatus};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;

use super::{key, open};
use crate::support::events::Events;
use crate::support::raw::{Reply, submission};
use crate::support::{Fleet, Raw, WorkerOptions, jobs};

const REQUESTS: usize = 1_000;

/// Each request lies at the server but for its last byte. Then the last bytes come.
#[test]
fn a_thousand_requests_at_once_with_one_key_make_one_job() {
    may_open_many_connections();
    let (fleet, token) = open("a thousand at once");
    let (_replica, other) = fleet.start_another_api();
    let address = other.address();
    let events = fleet.listen();
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(100));
    // Both replicas know the key, so that nobody waits for it.
    let second = key(&fleet);
    assert_eq!(
        other.with_token(&token).get("/api/v1/video/jobs").status,
        200
    );

    let body = jobs::any().to_string();
    let (most, last) = body.split_at(body.len() - 1);
    let length = format!(
        "Content-Length: {}\r\nIdempotency-Key: one-and-only\r\n",
        body.len()
    );
    let addresses = [fleet.address(), address];
    let mut waiting: Vec<Raw> = (0..REQUESTS)
        .map(|number| {
            let mut raw = Raw::connect(addresses[number % 2]);
            let token = if number.is_multiple_of(3) {
                &second
            } else {
                &token
            };
            raw.send(submission(token, &length) + most);
            raw
        })
        .collect();
    for raw in &mut waiting {
        raw.send(last);
    }
    let replies: Vec<Reply> = waiting
        .iter_mut()
        .map(|raw| raw.reply().expect("an answer"))
        .collect();

    let job = assert_one_was_made(&replies);
    fleet.wait_for(job, JobStatus::Completed);
    events.wait_for(job, "video.completed");
    fleet.wait_until_told();
    assert_one_is_there(&fleet, &events, job);
}

/// One request made the job, and all others that were answered were told of it.
#[track_caller]
fn assert_one_was_made(replies: &[Reply]) -> JobId {
    let with = |status: u16| replies.iter().filter(move |reply| reply.status == status);
    assert_eq!(with(202).count(), 1, "one request made the job");
    for busy in with(409) {
        assert_eq!(busy.problem(), "submission-in-flight");
        assert_eq!(busy.header("retry-after"), "1");
    }
    assert_eq!(with(200).count() + with(409).count(), REQUESTS - 1);
    let ids: BTreeSet<JobId> = with(200).chain(with(202)).map(job).collect();
    let job = ids.first().copied().expect("it was accepted");
    assert_eq!(ids.len(), 1, "all were told the same job");
    job
}

/// It was dispatched, run, billed and told of once.
#[track_caller]
fn assert_one_is_there(fleet: &Fleet, events: &Events, job: JobId) {
    for (one, count) in [
        ("SELECT count(*) FROM video_processing_jobs", 1),
        ("SELECT count(*) FROM idempotency_keys", 1),
        (
            "SELECT sum(dispatches)::bigint FROM video_processing_jobs",
            1,
        ),
        ("SELECT sum(jobs)::bigint FROM usage", 1),
        ("SELECT sum(completed)::bigint FROM usage", 1),
        ("SELECT count(*) FROM leases", 0),
    ] {
        assert_eq!(fleet.count(one), count, "{one}");
    }
    for (status, times) in [
        (JobStatus::Queued, 1),
        (JobStatus::Processing, 1),
        (JobStatus::Completed, 1),
    ] {
        assert_eq!(fleet.times(job, status), times, "{status}");
    }
    let heard: BTreeSet<String> = events
        .heard()
        .iter()
        .map(|one| one.attribute("subject").to_owned())
        .collect();
    assert_eq!(
        heard,
        BTreeSet::from([job.to_string()]),
        "nobody hears of another job"
    );
    assert_eq!(
        events
            .of(job)
            .iter()
            .filter(|one| one.attribute("type") == "video.queued")
            .count(),
        1
    );
}

fn job(reply: &Reply) -> JobId {
    let body: Value = serde_json::from_str(&reply.body).expect("an accepted job");
    let id = body["job_id"].as_str().and_then(|id| id.parse().ok());
    id.unwrap_or_else(|| panic!("{body}"))
}

/// Many systems begin with 1024 files for a process, and let it have more.
fn may_open_many_connections() {
    let limit = getrlimit(Resource::Nofile);
    let more = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, more).expect("everybody may go up to the maximum");
}

/// As many keys at once as there are requests, twice each: no key gets in another's way.
#[test]
fn keys_of_their_own_make_jobs_of_their_own() {
    const KEYS: usize = 100;
    let (fleet, token) = open("many keys at once");
    let body = jobs::any().to_string();
    let (most, last) = body.split_at(body.len() - 1);
    let mut waiting: Vec<Raw> = (0..KEYS * 2)
        .map(|number| {
            let mut raw = Raw::connect(fleet.address());
            let key = number % KEYS;
            let headers = format!(
                "Content-Length: {}\r\nIdempotency-Key: k{key}\r\n",
                body.len()
            );
            raw.send(submission(&token, &headers) + most);
            raw
        })
        .collect();
    waiting.iter_mut().for_each(|raw| raw.send(last));
    let replies: Vec<Reply> = waiting
        .iter_mut()
        .map(|raw| raw.reply().expect("an answer"))
        .collect();
    let accepted = replies.iter().filter(|reply| reply.status == 202).count();
    assert_eq!(accepted, KEYS);
    let told = |reply: &&Reply| matches!(reply.status, 200 | 202);
    let ids: BTreeSet<JobId> = replies.iter().filter(told).map(job).collect();
    assert_eq!(ids.len(), KEYS);
    let jobs = fleet.count("SELECT count(*) FROM video_processing_jobs");
    assert_eq!(jobs, KEYS as i64);
}
