//! That gauges and sums are right where they are not 0: a number that stays at 0 is shown as well, and is no news to anybody.

use std::time::Duration;

use gildhall_proto::JobStatus;

use crate::support::exposition::Exposition;
use crate::support::raw;
use crate::support::scanner::{infected, upload};
use crate::support::tenant::Key;
use crate::support::watched::watched;
use crate::support::{Client, Fleet, Raw, WorkerOptions, jobs, until, wait};

/// Gauges of the relay are looked up every five seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const DAY_S: f64 = 86_400.0;

const OLDEST: &str = "gildhall_oldest_queued_seconds";
const OUTBOX_OLDEST: &str = "gildhall_outbox_oldest_seconds";
const JANITOR_AGE: &str = "gildhall_janitor_age_seconds";
const UPLOADS: &str = "gildhall_temp_bytes";

/// Labels that a series has at least.
type Labels<'a> = &'a [(&'a str, &'a str)];
/// A metric, its labels, and the sum of all series that have them.
type Sum<'a> = (&'a str, Labels<'a>, f64);

const ACME: Labels = &[("tenant", "acme")];
const JOBS_QUEUE: Labels = &[("queue", "gildhall.jobs")];

/// Waits until all of these are shown at once.
#[track_caller]
fn wait_for(client: &Client, expected: &[Sum]) -> Exposition {
    until(&format!("{expected:?}"), PATIENCE, || {
        let shown = Exposition::of(client);
        let fits = |(name, labels, value): &Sum| shown.sum(name, labels) == Some(*value);
        let is_all = expected.iter().all(fits);
        is_all.then_some(shown)
    })
}

/// Waits until a sum is above this, and gives it.
#[track_caller]
fn wait_until_above(client: &Client, name: &str, least: f64) -> f64 {
    until(&format!("{name} is above {least}"), PATIENCE, || {
        let sum = Exposition::of(client).sum(name, &[])?;
        (sum > least).then_some(sum)
    })
}

#[test]
fn what_runs_and_what_waits_is_told_as_it_is() {
    /// Longer than between two looks, so that one of them at least finds each job at work.
    const RENDER_MS: u32 = 7000;
    let mut fleet = Fleet::shared("metrics of a wait");
    fleet.start_api();
    let (_process, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::pretending(RENDER_MS))
    });
    let jobs = fleet.submit_many(3);
    let api = fleet.http.anonymous();
    wait_for(
        &api,
        &[
            ("gildhall_tokens_in_use", ACME, 1.0),
            ("gildhall_tokens_limit", ACME, 2.0),
            ("gildhall_jobs", &[("status", "processing")], 1.0),
            ("gildhall_jobs", &[("status", "queued")], 1.0),
            ("gildhall_runnable_jobs", &[], 2.0),
            ("gildhall_queue_messages", JOBS_QUEUE, 1.0),
            ("gildhall_queue_consumers", JOBS_QUEUE, 1.0),
        ],
    );
    wait_until_above(&api, OLDEST, 0.0);
    wait_for(
        &worker,
        &[
            ("gildhall_slots", &[], 1.0),
            ("gildhall_slots_busy", &[], 1.0),
        ],
    );

    fleet.wait_for_all(&jobs);
    wait_for(
        &api,
        &[
            ("gildhall_tokens_in_use", ACME, 0.0),
            ("gildhall_jobs", &[], 0.0),
            ("gildhall_runnable_jobs", &[], 0.0),
            (OLDEST, &[], 0.0),
            ("gildhall_queue_messages", JOBS_QUEUE, 0.0),
        ],
    );
    let shown = wait_for(
        &worker,
        &[
            ("gildhall_slots_busy", &[], 0.0),
            ("gildhall_wait_seconds_count", &[("since", "queued")], 3.0),
            (
                "gildhall_attempt_seconds_count",
                &[("outcome", "completed")],
                3.0,
            ),
        ],
    );
    // The second waited for the first, the third for the second, and before that for its tenant's limit.
    let sum = |name, labels: Labels| shown.sum(name, labels).expect("it is shown");
    let queued = sum("gildhall_wait_seconds_sum", &[("since", "queued")]);
    let submitted = sum("gildhall_wait_seconds_sum", &[("since", "submitted")]);
    assert!((10.0..60.0).contains(&queued), "{queued}");
    assert!(submitted > queued + 4.0, "{submitted}, {queued}");
    let worked = sum("gildhall_attempt_seconds_sum", &[]);
    assert!((20.0..60.0).contains(&worked), "{worked}");
}

#[test]
fn events_that_nobody_takes_are_told_with_their_age() {
    let mut fleet = Fleet::own("metrics of an outbox");
    fleet.start_api();
    let _worker = fleet.start_worker(WorkerOptions::pretending(8000));
    let job = fleet.submit(&jobs::any());
    fleet.wait_for(job, JobStatus::Processing);
    fleet.wait_until_told();
    fleet.rabbitmq().kill9().expect("it is ours");
    fleet.wait_for(job, JobStatus::Completed);

    let api = fleet.http.anonymous();
    wait_until_above(&api, "gildhall_outbox_entries", 0.0);
    let early_s = wait_until_above(&api, OUTBOX_OLDEST, 0.0);
    wait_until_above(&api, OUTBOX_OLDEST, early_s + 4.0);
    until("what cannot be looked up is no number", PATIENCE, || {
        let ready = Exposition::of(&api).sum("gildhall_queue_messages", JOBS_QUEUE);
        ready?.is_nan().then_some(())
    });

    fleet.rabbitmq().start().expect("it comes up on its data");
    wait_for(
        &api,
        &[
            ("gildhall_outbox_entries", &[], 0.0),
            (OUTBOX_OLDEST, &[], 0.0),
            ("gildhall_queue_messages", JOBS_QUEUE, 0.0),
        ],
    );
}

#[test]
fn a_lease_that_ran_out_is_told_until_its_job_is_taken_back() {
    let mut fleet = Fleet::shared("metrics of a dead worker");
    fleet.start_api();
    let mut worker = fleet.start_worker(WorkerOptions::pretending(60_000).lease_ms(1000));
    let job = fleet.submit(&jobs::any());
    fleet.wait_for(job, JobStatus::Processing);
    // The only relay there is.
    fleet.kill_api();
    worker.kill9();
    until("the lease has run out", PATIENCE, || {
        let expired = "SELECT count(*) FROM leases WHERE expires_at < clock_timestamp()";
        (fleet.count(expired) == 1).then_some(())
    });

    // A job whose row somebody has locked is taken back by nobody: there is time to look.
    let mut held = wait(fleet.sql.begin()).expect("the database is there");
    let lock = sqlx::query("SELECT FROM video_processing_jobs FOR UPDATE");
    wait(lock.execute(&mut *held)).expect("nobody else has it");
    let (_relay, relay) = watched(&mut fleet, |fleet| fleet.start("relay", Vec::new()));
    until("the relay listens", PATIENCE, || {
        relay.try_get("/healthz", &[]).ok()
    });
    let again: Labels = &[("result", "again")];
    wait_for(
        &relay,
        &[
            ("gildhall_leases_expired", &[], 1.0),
            ("gildhall_tokens_in_use", ACME, 1.0),
            ("gildhall_jobs", &[("status", "processing")], 1.0),
            ("gildhall_jobs_reaped_total", again, 0.0),
        ],
    );
    wait(held.rollback()).expect("the database is there");
    wait_for(
        &relay,
        &[
            ("gildhall_leases_expired", &[], 0.0),
            ("gildhall_tokens_in_use", ACME, 0.0),
            ("gildhall_jobs", &[("status", "queued")], 1.0),
            ("gildhall_jobs_reaped_total", again, 1.0),
            ("gildhall_jobs_reaped_total", &[("result", "ended")], 0.0),
        ],
    );
    assert_eq!(fleet.job(job).crashes, 1);
}

#[test]
fn a_job_that_is_parked_until_its_next_attempt_wants_no_worker_yet() {
    let fleet = Fleet::shared("metrics of a parked job");
    let jobs = "INSERT INTO video_processing_jobs (id, tenant_id, status, priority, spec, dispatched_at, not_before) VALUES \
        (gen_random_uuid(), 'acme', 'queued', 4, '{}', now() - interval '100 s', NULL), \
        (gen_random_uuid(), 'acme', 'retrying', 4, '{}', now() - interval '300 s', now() - interval '200 s'), \
        (gen_random_uuid(), 'acme', 'retrying', 4, '{}', now() - interval '400 s', now() + interval '1 hour')";
    wait(sqlx::query(jobs).execute(&fleet.sql)).expect("the tables take it");
    let backlog = wait(fleet.ledger.backlog()).expect("the ledger is there");
    assert_eq!((backlog.queued, backlog.retrying), (1, 2));
    assert_eq!(backlog.runnable, 2);
    let oldest_s = backlog.oldest_queued_s;
    assert!((200.0..260.0).contains(&oldest_s), "{oldest_s}");

    let due = "DELETE FROM video_processing_jobs WHERE not_before IS NULL OR not_before < now()";
    wait(sqlx::query(due).execute(&fleet.sql)).expect("the fleet's role may");
    let backlog = wait(fleet.ledger.backlog()).expect("the ledger is there");
    assert_eq!((backlog.queued, backlog.retrying), (0, 1));
    assert_eq!((backlog.runnable, backlog.oldest_queued_s), (0, 0.0));
}

#[test]
fn uploads_scans_and_calls_of_the_store_are_counted_one_by_one() {
    let mut fleet = Fleet::shared("metrics of uploads");
    fleet.start_api();
    let api = fleet.http.anonymous();
    half_an_upload_takes_room_until_it_is_broken_off(&fleet, &api);

    fleet.upload_ring();
    upload(&fleet.http, "bad.jpg", &infected()).is_problem(422, "infected");
    let ring = jobs::ring().len() as f64;
    let put: Labels = &[("operation", "put"), ("outcome", "done")];
    let shown = wait_for(
        &api,
        &[
            ("gildhall_scans_total", &[("verdict", "clean")], 1.0),
            ("gildhall_scans_total", &[("verdict", "infected")], 1.0),
            ("gildhall_scans_total", &[("verdict", "failed")], 0.0),
            ("gildhall_object_operation_seconds_count", put, 1.0),
            (
                "gildhall_object_bytes_total",
                &[("direction", "written")],
                ring,
            ),
        ],
    );
    let took_s = shown.sum("gildhall_object_operation_seconds_sum", put);
    assert!(took_s.is_some_and(|took_s| took_s > 0.0), "{took_s:?}");

    let (_process, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::rendering())
    });
    let job = fleet.submit(&jobs::tiny());
    let output = fleet.wait_for(job, JobStatus::Completed).output;
    let output = output.expect("it is completed");
    let bytes: u64 = output.files().map(|file| file.bytes).sum();
    let get: Labels = &[("operation", "get"), ("outcome", "done")];
    wait_for(
        &worker,
        &[
            ("gildhall_object_operation_seconds_count", get, 1.0),
            (
                "gildhall_object_bytes_total",
                &[("direction", "read")],
                ring,
            ),
            (
                "gildhall_object_operation_seconds_count",
                put,
                output.files().count() as f64,
            ),
            (
                "gildhall_object_bytes_total",
                &[("direction", "written")],
                bytes as f64,
            ),
        ],
    );
}

/// What has come of an upload lies on the API's disk.
#[track_caller]
fn half_an_upload_takes_room_until_it_is_broken_off(fleet: &Fleet, api: &Client) {
    let token = Key::of(&fleet.tenant).add(&fleet.ledger);
    let mut slow = Raw::connect(fleet.address());
    slow.send(raw::upload(&token, "Content-Length: 1000000\r\n"));
    slow.send(vec![0_u8; 600_000]);
    // What has come last may still be in memory.
    let bytes = wait_until_above(api, UPLOADS, 200_000.0);
    assert!(bytes <= 600_000.0, "{bytes}");
    drop(slow);
    wait_for(api, &[(UPLOADS, &[("part", "uploads")], 0.0)]);
}

#[test]
fn the_age_of_the_janitors_last_run_counts_from_one_that_was_done() {
    let mut fleet = Fleet::shared("metrics of the janitor");
    fleet.start_api();
    let api = fleet.http.anonymous();
    // Where none ever ran, it is that of the tables.
    let age_s = wait_until_above(&api, JANITOR_AGE, 0.0);
    assert!(age_s < DAY_S, "{age_s}");

    // One that was told to stop is not done.
    let runs = "INSERT INTO audit_log (actor, actor_kind, action, subject, outcome, at) VALUES \
        ('tests', 'janitor', 'janitor.run', '0', 'done', now() - interval '3 days'), \
        ('tests', 'janitor', 'janitor.run', '0', 'interrupted', now())";
    wait(sqlx::query(runs).execute(&fleet.sql)).expect("the table takes it");
    let age_s = wait_until_above(&api, JANITOR_AGE, 3.0 * DAY_S - 1.0);
    assert!(age_s < 3.1 * DAY_S, "{age_s}");

    for (args, is_done) in [
        (&["janitor", "--dry-run"][..], false),
        (&["janitor"][..], true),
    ] {
        let mut janitor = fleet.run(args);
        let status = janitor.ends_within(PATIENCE);
        assert!(status.success(), "{}", janitor.log_tail());
        let runs =
            "SELECT count(*) FROM audit_log WHERE action = 'janitor.run' AND outcome = 'done'";
        assert_eq!(fleet.count(runs), 1 + i64::from(is_done));
    }
    until("the run is told of", PATIENCE, || {
        let age_s = Exposition::of(&api).sum(JANITOR_AGE, &[])?;
        (age_s < 100.0).then_some(())
    });
}
