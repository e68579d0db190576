//! Following a job over HTTP.

use std::time::{Duration, Instant};

use gildhall_proto::{JobId, JobStatus};
use time::OffsetDateTime;

use crate::support::fleet::{actor, at_once};
use crate::support::sse::{Sse, SseEvent};
use crate::support::tenant::Key;
use crate::support::{Client, Fleet, WorkerOptions, jobs, wait};

/// What was known of a key may be believed for five seconds; a busy machine adds its own.
const TAKES_EFFECT_WITHIN: Duration = Duration::from_secs(15);

fn is(event: &SseEvent, status: &str) -> bool {
    event.name == "status" && event.data["status"] == status
}

#[test]
fn a_stream_that_was_cut_off_goes_on_where_it_was() {
    let mut fleet = Fleet::shared("a stream");
    fleet.start_api();
    let job = fleet.submit(&jobs::any());
    let path = format!("/api/v1/video/jobs/{job}/events");
    let _worker = fleet.start_worker(WorkerOptions::pretending(2500));

    // Cut off as soon as a worker has the job.
    let mut first: Vec<SseEvent> = Vec::new();
    for event in fleet.http.follow(&path, None).expect("it is under way") {
        first.push(event);
        if is(&first[first.len() - 1], "processing") {
            break;
        }
    }
    let last = first.last().and_then(|event| event.id).expect("an id");
    let last = last.to_string();
    let rest = fleet.http.follow(&path, Some(&last));
    let rest: Vec<SseEvent> = rest.expect("it is under way").collect();
    assert!(
        rest.iter().any(|event| event.name == "progress"),
        "{rest:?}"
    );
    assert!(rest.last().is_some_and(|event| is(event, "completed")));

    // Together they told the history, each line once.
    let told: Vec<i64> = [first, rest]
        .concat()
        .iter()
        .filter_map(|event| event.id)
        .collect();
    let history: Vec<i64> = fleet.history(job).iter().map(|entry| entry.id).collect();
    assert_eq!(told, history);
}

#[test]
fn a_job_that_has_ended_is_told_from_its_first_step_once() {
    let mut fleet = Fleet::shared("a finished stream");
    fleet.start_api();
    let job = fleet.submit(&jobs::any());
    let path = format!("/api/v1/video/jobs/{job}/events");
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    fleet.wait_for(job, JobStatus::Completed);
    let all = fleet.http.follow(&path, None).expect("it has a history");
    let all: Vec<SseEvent> = all.collect();
    let statuses: Vec<_> = all.iter().map(|event| &event.data["status"]).collect();
    assert_eq!(statuses, ["pending", "queued", "processing", "completed"]);
    let last = all[3].id.expect("an id").to_string();
    assert!(
        fleet.http.follow(&path, Some(&last)).is_none(),
        "nothing is left to tell"
    );
}

/// Somebody who follows a job that nobody renders.
struct Follower {
    caller: Client,
    path: String,
    stream: Sse,
}

impl Follower {
    #[track_caller]
    fn of(caller: Client, job: JobId) -> Follower {
        let path = format!("/api/v1/video/jobs/{job}/events");
        let mut stream = caller.follow(&path, None).expect("it is under way");
        let first = stream.next().expect("its first step");
        assert!(is(&first, "pending"), "{first:?}");
        Follower {
            caller,
            path,
            stream,
        }
    }

    /// That the stream ends, in order, with nothing told, and cannot be opened again.
    #[track_caller]
    fn expect_turned_away(mut self, since: Instant, status: u16, slug: &str) {
        assert_eq!(self.stream.next(), None);
        let took = since.elapsed();
        assert!(took < TAKES_EFFECT_WITHIN, "{took:?}");
        self.caller.get(&self.path).is_problem(status, slug);
    }
}

#[test]
fn a_stream_ends_with_its_key() {
    let mut fleet = Fleet::shared("keys of streams");
    // The job stays pending.
    fleet.env.push(("GILDHALL_NO_RELAY", "true".to_owned()));
    fleet.start_api();
    let job = fleet.submit(&jobs::any());
    let mut witness = Follower::of(fleet.http.clone(), job);
    let with = |key: &Key| Follower::of(fleet.http.with_token(&key.add(&fleet.ledger)), job);
    let end = OffsetDateTime::now_utc() + Duration::from_secs(8);
    let expiring = with(&Key::of(&fleet.tenant).expires_at(end));
    let (revoked_key, narrowed_key) = (Key::of(&fleet.tenant), Key::of(&fleet.tenant));
    let (revoked, narrowed) = (with(&revoked_key), with(&narrowed_key));
    let zenith = fleet.add_tenant("zenith", at_once(2));
    let theirs = zenith.submit(&jobs::any(), &[]).job();
    let suspended = Follower::of(zenith, theirs);

    let since = Instant::now();
    let done = wait(fleet.ledger.revoke_key(&revoked_key.prefix, &actor()));
    assert!(done.expect("the ledger is there"));
    let tenant = "zenith".parse().expect("a name");
    let done = wait(fleet.ledger.set_suspended(&tenant, true, &actor()));
    assert!(done.expect("the ledger is there"));
    // No command takes a scope away; somebody at the tables may.
    let narrow = sqlx::query("UPDATE api_keys SET scopes = '{jobs:write}' WHERE prefix = $1");
    let narrow = narrow.bind(&narrowed_key.prefix).execute(&fleet.sql);
    wait(narrow).expect("the fleet may");

    revoked.expect_turned_away(since, 401, "unauthenticated");
    suspended.expect_turned_away(since, 401, "unauthenticated");
    narrowed.expect_turned_away(since, 403, "missing-scope");
    expiring.expect_turned_away(since, 401, "unauthenticated");
    assert!(OffsetDateTime::now_utc() >= end, "not before its time");

    // Whose key is good goes on hearing.
    let cancelled = fleet
        .http
        .post(&format!("/api/v1/video/jobs/{job}/cancel"), b"", &[]);
    assert_eq!(cancelled.status, 200, "{}", cancelled.json());
    let last = witness.stream.next().expect("its last step");
    assert!(is(&last, "cancelled"), "{last:?}");
    assert_eq!(witness.stream.next(), None);
}
