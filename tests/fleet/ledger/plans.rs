//! What a step costs on a large ledger, as EXPLAIN counts it: the pages that it touches are a small part of those that
//! reading the table would, so an index finds its rows. The statements are those that the programs send.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};

use crate::support::fleet::pool;
use crate::support::{Fleet, wait};

/// The part of a table's pages that a step may touch, as its divisor.
const SMALL_PART: i64 = 20;
/// How often each is run: functions plan the statements in them anew five times, then may settle for one plan.
const RUNS: usize = 7;

/// A statement, the table that it must not read whole, and how many rows come back.
type Step = (&'static str, &'static str, u32);

const JOBS: &str = "video_processing_jobs";
const ASSETS: &str = "media_assets";

/// What relays, workers and the janitor send.
const OF_THE_FLEET: [Step; 16] = [
    (JOBS, "SELECT * FROM fleet.dispatch(1)", 1),
    (JOBS, "SELECT fleet.waiting_on_broker(1000)", 1),
    (JOBS, "SELECT * FROM fleet.overdue(1000, 1)", 1),
    (JOBS, "SELECT * FROM fleet.reap(0, 3::smallint, 1)", 1),
    ("outbox", "SELECT * FROM fleet.sweep(3000, 1)", 1),
    (
        JOBS,
        "SELECT * FROM fleet.claim('00000000-0000-7000-8000-000000999999', 'tenant-99', 'worker/2', 15000, false,
            3::smallint) WHERE outcome = 'run'",
        1,
    ),
    (
        JOBS,
        "SELECT * FROM job_overview WHERE id = '00000000-0000-7000-8000-000000500042'",
        1,
    ),
    (ASSETS, "SELECT fleet.quarantine_is_due()", 1),
    (ASSETS, "SELECT * FROM fleet.take_quarantined(4, 60000)", 4),
    (
        ASSETS,
        "SELECT * FROM media_assets
            WHERE tenant_id = 'tenant-42' AND key = ANY (ARRAY['products/42.jpg', 'products/142.jpg', 'none'])
                AND origin = 'upload' AND deleted_at IS NULL",
        2,
    ),
    (
        "idempotency_keys",
        "SELECT fleet.forget_keys('tenant-42', now() + interval '1 day', 1)",
        1,
    ),
    (
        JOBS,
        "SELECT fleet.forget_unfinished('tenant-42', now() - interval '15 days', 1)",
        1,
    ),
    (
        "job_history",
        "SELECT fleet.forget_unfinished('tenant-42', now() - interval '1 hour', 1)",
        1,
    ),
    (
        ASSETS,
        "SELECT * FROM fleet.expire_uploads('tenant-42', now() + interval '1 day', 1)",
        1,
    ),
    (ASSETS, "SELECT fleet.expire_outputs('tenant-42', now(), 1)", 1),
    (
        ASSETS,
        "SELECT fleet.are_cleared(ARRAY(SELECT id FROM fleet.uncleared('00000000-0000-0000-0000-000000000000', 1)))",
        1,
    ),
];

/// What the API sends: a first page of any status, a later one, one of a status within a time, one by metadata, a job, its
/// history, a submission that was accepted before, and one that names an asset in quarantine.
const OF_THE_API: [Step; 8] = [
    (
        JOBS,
        "SELECT * FROM api.jobs('tenant-42', NULL, NULL, NULL, NULL, NULL, NULL, 51)",
        51,
    ),
    (
        JOBS,
        "SELECT * FROM api.jobs('tenant-42', NULL, NULL, NULL, NULL, now() - interval '5 days',
            'ffffffff-ffff-ffff-ffff-ffffffffffff', 51)",
        51,
    ),
    (
        JOBS,
        "SELECT * FROM api.jobs('tenant-42', ARRAY['failed'], now() - interval '15 days', now() - interval '5 days',
            NULL, NULL, NULL, 51)",
        51,
    ),
    (
        JOBS,
        r#"SELECT * FROM api.jobs('tenant-42', NULL, NULL, NULL, '{"order": 500042}', NULL, NULL, 51)"#,
        1,
    ),
    (
        JOBS,
        "SELECT * FROM api.job('tenant-42', '00000000-0000-7000-8000-000000500042')",
        1,
    ),
    (
        "job_history",
        "SELECT * FROM api.history('tenant-42', '00000000-0000-7000-8000-000000900042', 0, 100)",
        1,
    ),
    (
        "idempotency_keys",
        "SELECT * FROM api.submit('tenant-42', ARRAY[gen_random_uuid()], ARRAY['{}'::jsonb], ARRAY[4::smallint],
            ARRAY['order-000000900042'], ARRAY[sha256('body')], ARRAY[NULL::text]) WHERE outcome = 'existing'",
        1,
    ),
    (
        ASSETS,
        r#"SELECT * FROM api.submit('tenant-42', ARRAY[gen_random_uuid()],
            ARRAY['{"images": ["products/142.jpg", "products/42.jpg"]}'::jsonb], ARRAY[4::smallint],
            ARRAY[NULL::text], ARRAY[sha256('body')], ARRAY[NULL::text]) WHERE outcome = 'barred'"#,
        1,
    ),
];

#[test]
fn on_a_million_jobs_every_step_finds_its_rows_by_an_index() {
    let fleet = Fleet::shared("a million jobs");
    let mut owner = wait(PgConnection::connect(fleet.database_url())).expect("it is there");
    wait(fill(&mut owner)).expect("there is room");
    let api = wait(pool(fleet.database_url(), "gildhall_api"));

    // What reading it all costs, so that the measure itself is known to work.
    let all = "SELECT FROM video_processing_jobs WHERE fence < 0";
    assert!(touched(&fleet.sql, all).0 >= pages(&fleet.sql, JOBS));
    let mut faults = Vec::new();
    let of_the_fleet = OF_THE_FLEET.iter().map(|step| (&fleet.sql, step));
    for (sql, &(table, statement, rows)) in
        of_the_fleet.chain(OF_THE_API.iter().map(|step| (&api, step)))
    {
        let of_table = pages(&fleet.sql, table);
        let (touched, found) = touched(sql, statement);
        if found != rows || touched * SMALL_PART > of_table {
            faults.push(format!(
                "{found} rows from {touched} pages, of {of_table} of {table}: {statement}"
            ));
        }
    }
    // The services are shared: their disk is wanted back.
    let emptied = sqlx::raw_sql(
        "TRUNCATE video_processing_jobs, video_processing_assets, job_history, idempotency_keys, outbox, leases, \
            media_assets, media_renditions",
    );
    wait(emptied.execute(&mut owner)).expect("nobody else uses it");
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

async fn fill(owner: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(include_str!("a_million_jobs.sql"))
        .execute(&mut *owner)
        .await?;
    // As autovacuum would have, long ago.
    sqlx::raw_sql(
        "VACUUM (ANALYZE) tenants, video_processing_jobs, job_history, idempotency_keys, outbox, leases, media_assets",
    )
    .execute(owner)
    .await?;
    Ok(())
}

/// How many pages a table has.
fn pages(sql: &PgPool, table: &str) -> i64 {
    let size =
        "SELECT pg_relation_size($1::text::regclass) / current_setting('block_size')::bigint";
    let size = sqlx::query_scalar(size).bind(table);
    wait(size.fetch_one(sql)).expect("the database is there")
}

/// How many pages a statement touches at most, with all that the functions in it do, and how many rows come back. It is
/// undone.
fn touched(sql: &PgPool, statement: &str) -> (i64, u32) {
    wait(explained(sql, statement)).unwrap_or_else(|error| panic!("{statement}: {error}"))
}

async fn explained(sql: &PgPool, statement: &str) -> sqlx::Result<(i64, u32)> {
    let explain = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}");
    let mut connection = sql.acquire().await?;
    let mut most = (0, 0);
    for run in 0..RUNS {
        let mut transaction = connection.begin().await?;
        let answer: Value = sqlx::query_scalar(AssertSqlSafe(explain.clone()))
            .fetch_one(&mut *transaction)
            .await?;
        transaction.rollback().await?;
        let plan = &answer[0]["Plan"];
        let number = |name: &str| plan[name].as_f64().unwrap_or_else(|| panic!("{plan}"));
        let pages = number("Shared Hit Blocks") + number("Shared Read Blocks");
        // The first time, a connection also reads the catalogues.
        if run > 0 {
            most = most.max((pages as i64, number("Actual Rows") as u32));
        }
    }
    Ok(most)
}
