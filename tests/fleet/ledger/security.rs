//! Row-level security, with every filter of the application removed: what the API's role gets if a query names no tenant,
//! or another one.

use gildhall::ledger::{Claim, Completion};
use gildhall_proto::{Quality, TenantId, UsedAsset};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{Ground, LEASE};
use crate::support::fleet::{at_once, pool};
use crate::support::wait;

/// Tables and views that the API may read, each with the column of its tenant.
const READABLE: [(&str, &str); 12] = [
    ("tenants", "id"),
    ("usage", "tenant_id"),
    ("video_processing_jobs", "tenant_id"),
    ("job_overview", "tenant_id"),
    ("job_history", "tenant_id"),
    ("idempotency_keys", "tenant_id"),
    ("leases", "tenant_id"),
    ("outbox", "tenant_id"),
    ("media_assets", "tenant_id"),
    ("media_renditions", "tenant_id"),
    ("video_processing_assets", "tenant_id"),
    ("audit_log", "tenant_id"),
];

/// Rows in the name of another tenant.
const FOREIGN: [&str; 8] = [
    "INSERT INTO video_processing_jobs (id, tenant_id, priority, spec) VALUES (gen_random_uuid(), 'zenith', 4, '{}')",
    "INSERT INTO job_history (job_id, tenant_id, to_status, attempt) VALUES (gen_random_uuid(), 'zenith', 'pending', 0)",
    "INSERT INTO idempotency_keys (tenant_id, key, body_sha256, job_id)
        VALUES ('zenith', 'k', sha256('k'), gen_random_uuid())",
    "INSERT INTO outbox (kind, tenant_id, job_id, payload) VALUES ('event', 'zenith', gen_random_uuid(), '{}')",
    "INSERT INTO usage (tenant_id, month, slot) VALUES ('zenith', '2000-01-01', 1)",
    "INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256)
        VALUES (gen_random_uuid(), 'zenith', 'upload', 'products', 'k', 'k', 'image/png', 0, repeat('0', 64))",
    "INSERT INTO audit_log (actor, actor_kind, tenant_id, action, subject, outcome)
        VALUES ('a', 'api_key', 'zenith', 'a', 's', 'o')",
    "UPDATE usage SET jobs = 0, tenant_id = 'zenith'",
];

/// What would reach another tenant's rows, if they were seen.
const BLIND: [&str; 3] = [
    "UPDATE video_processing_jobs SET run = run + 1 WHERE tenant_id = 'zenith'",
    "UPDATE media_assets SET deleted_at = now() WHERE tenant_id = 'zenith'",
    "UPDATE usage SET jobs = 0 WHERE tenant_id = 'zenith'",
];

/// What no role of a program may do to the audit log, nor the API to keys and leases.
const FORBIDDEN: [&str; 6] = [
    "SELECT count(*) FROM api_keys",
    "UPDATE audit_log SET outcome = 'other'",
    "DELETE FROM audit_log",
    "DELETE FROM leases",
    "DELETE FROM video_processing_jobs",
    "UPDATE tenants SET max_concurrent = 1000",
];

/// Gives a tenant a row in every table: one job done, one under way.
fn fill(ground: &Ground, tenant: &TenantId) {
    let jobs = ground.submit(tenant, 2);
    ground.dispatch();
    let claim = |job| wait(ground.claim(tenant, job, LEASE, false));
    let (Claim::Run(done), Claim::Run(_)) = (claim(jobs[0]), claim(jobs[1])) else {
        panic!("both jobs were dispatched, and may run");
    };
    let mut completion = Completion::nothing(Quality::Full);
    completion.output.poster = Some(completion.output.video.clone());
    completion.inputs.push(UsedAsset {
        role: "image".to_owned(),
        position: 0,
        asset: "products/ring.jpg".to_owned(),
        sha256: completion.output.video.sha256.clone(),
    });
    wait(ground.fleet.ledger.finish(&done.lease, &completion)).expect("the ledger is there");
}

/// How many rows there are, and how many of other tenants than `acme`.
async fn rows(connection: &mut PgConnection, table: &str, column: &str) -> (i64, i64) {
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE {column} IS DISTINCT FROM 'acme') FROM {table}"
    );
    sqlx::query_as(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await
        .unwrap_or_else(|error| panic!("{table}: {error}"))
}

/// The database's reason to refuse a statement: its code and its words.
async fn refusal(connection: &mut PgConnection, sql: &'static str) -> (String, String) {
    let done = sqlx::query(sql).execute(connection).await;
    let error = done.expect_err(sql);
    let reason = error.as_database_error().expect("the database refused it");
    let code = reason.code().unwrap_or_default().into_owned();
    (code, reason.message().to_owned())
}

#[test]
fn the_role_of_the_api_sees_and_writes_one_tenant_whatever_it_asks() {
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let ground = Ground::new("row-level security");
    ground.fleet.add_tenant("zenith", at_once(10));
    let zenith = TenantId::parse("zenith").expect("a name");
    fill(&ground, &ground.fleet.tenant);
    fill(&ground, &zenith);
    wait(async {
        let url = ground.fleet.database_url();
        let api = pool(url, "gildhall_api").await;
        let mut connection = api.acquire().await.expect("the database is there");
        for (table, column) in READABLE {
            let unset = rows(&mut connection, table, column).await;
            assert_eq!(unset, (0, 0), "{table} without a tenant");
        }
        sqlx::query("SELECT set_config('gildhall.tenant', 'acme', false)")
            .execute(&mut *connection)
            .await
            .expect("anybody may set it");
        for (table, column) in READABLE {
            let (all, others) = rows(&mut connection, table, column).await;
            assert!(all > 0, "{table} has rows of acme");
            assert_eq!(others, 0, "{table} as acme");
        }
        for sql in FOREIGN {
            let (code, why) = refusal(&mut connection, sql).await;
            assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{sql}: {why}");
        }
        for sql in FORBIDDEN {
            let (code, why) = refusal(&mut connection, sql).await;
            assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{sql}: {why}");
        }
        for sql in BLIND {
            let done = sqlx::query(sql).execute(&mut *connection).await;
            let reached = done.expect("it may be tried").rows_affected();
            assert_eq!(reached, 0, "{sql}");
        }
    });
}

#[test]
fn the_fleet_changes_no_line_of_the_audit_log() {
    let ground = Ground::new("audit log");
    wait(async {
        let mut fleet = ground.fleet.sql.acquire().await.expect("it is there");
        for sql in [
            "UPDATE audit_log SET outcome = 'other'",
            "DELETE FROM audit_log",
        ] {
            let (code, why) = refusal(&mut fleet, sql).await;
            assert_eq!(code, "42501", "{sql}: {why}");
        }
    });
    assert!(ground.fleet.count("SELECT count(*) FROM audit_log") > 0);
}
