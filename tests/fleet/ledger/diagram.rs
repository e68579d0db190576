//! The state diagram is the same in SQL and in the contract.

use std::collections::BTreeSet;

use gildhall_proto::JobStatus;
use uuid::Uuid;

use crate::support::{Fleet, wait};

/// A job at this status, with the columns that go with it.
const INSERT: &str = "INSERT INTO video_processing_jobs (id, tenant_id, priority, spec, status, fence, worker,
        dispatched_at, started_at, finished_at, output, failure_class, failure_code, failure_message, not_before)
    SELECT $1, 'acme', 4, '{}', s, 1, 'tests', now(), now(),
        CASE WHEN s IN ('completed', 'failed', 'cancelled') THEN now() END,
        CASE WHEN s = 'completed' THEN '{}'::jsonb END,
        CASE WHEN s = 'failed' THEN 'rejected' END,
        CASE WHEN s = 'failed' THEN 'code' END,
        CASE WHEN s = 'failed' THEN 'message' END,
        CASE WHEN s = 'retrying' THEN now() END
    FROM (SELECT $2::text AS s) wanted";

/// Moves it to this status, with the columns that go with that.
const UPDATE: &str = "UPDATE video_processing_jobs SET status = s,
        finished_at = CASE WHEN s IN ('completed', 'failed', 'cancelled') THEN now() END,
        output = CASE WHEN s = 'completed' THEN '{}'::jsonb END,
        failure_class = CASE WHEN s = 'failed' THEN 'rejected' END,
        failure_code = CASE WHEN s = 'failed' THEN 'code' END,
        failure_message = CASE WHEN s = 'failed' THEN 'message' END,
        not_before = CASE WHEN s = 'retrying' THEN now() END
    FROM (SELECT $2::text AS s) wanted WHERE id = $1";

#[test]
fn every_step_between_two_statuses_is_allowed_in_sql_as_in_the_contract() {
    let fleet = Fleet::shared("diagram");
    for from in JobStatus::ALL {
        for to in JobStatus::ALL.into_iter().filter(|to| *to != from) {
            let job = Uuid::now_v7();
            let insert = sqlx::query(INSERT).bind(job).bind(from.as_str());
            wait(insert.execute(&fleet.sql)).unwrap_or_else(|error| panic!("{from}: {error}"));
            let update = sqlx::query(UPDATE).bind(job).bind(to.as_str());
            let moved = wait(update.execute(&fleet.sql));
            let allowed = from.may_become(to);
            assert_eq!(moved.is_ok(), allowed, "{from} to {to}: {moved:?}");
            if let Err(error) = moved {
                let reason = error.as_database_error().expect("the database refused it");
                assert_eq!(reason.code().as_deref(), Some("23514"), "{from} to {to}");
                assert_eq!(reason.constraint(), Some("job_transitions"));
            }
        }
    }
}

#[test]
fn the_table_of_steps_is_that_of_the_contract() {
    let fleet = Fleet::shared("table of steps");
    let sql = "SELECT from_status, to_status FROM job_transitions";
    let found: Vec<(String, String)> =
        wait(sqlx::query_as(sql).fetch_all(&fleet.sql)).expect("the database is there");
    let found: BTreeSet<(String, String)> = found.into_iter().collect();
    let pairs = JobStatus::ALL
        .into_iter()
        .flat_map(|from| JobStatus::ALL.map(|to| (from, to)));
    let contract: BTreeSet<(String, String)> = pairs
        .filter(|(from, to)| from.may_become(*to))
        .map(|(from, to)| (from.to_string(), to.to_string()))
        .collect();
    assert_eq!(found, contract);
}
