//! Row-level security, table by table: what the API's role gets and changes if a query names no tenant, or another one.
//! Tables and their columns come out of the catalogue, so that a new one is tried as well.

use gildhall::ledger::{Claim, Completion};
use gildhall_proto::{Quality, TenantId, UsedAsset};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{Ground, LEASE};
use crate::support::fleet::{at_once, pool};
use crate::support::wait;

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Every table and view with rows of tenants.
const TABLES: &str = "SELECT c.relname::text AS name, a.attname::text AS tenant, c.relkind = 'v' AS is_view, \
        has_table_privilege('gildhall_api', c.oid, 'SELECT') AS is_readable, \
        ARRAY(SELECT u.attname::text FROM pg_attribute u WHERE u.attrelid = c.oid AND u.attnum > 0 \
            AND NOT u.attisdropped AND has_column_privilege('gildhall_api', c.oid, u.attnum, 'UPDATE')) AS changeable \
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
        AND a.attname = CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END AND NOT a.attisdropped \
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY c.relname";

/// One of them.
#[derive(Debug, sqlx::FromRow)]
struct Table {
    name: String,
    /// The column of the tenant.
    tenant: String,
    is_view: bool,
    /// Whether the API may read it.
    is_readable: bool,
    /// The columns that the API may change.
    changeable: Vec<String>,
}

fn tables(ground: &Ground) -> Vec<Table> {
    let tables = sqlx::query_as(TABLES).fetch_all(&ground.fleet.sql);
    wait(tables).expect("the catalogue is there")
}

/// Tenants `acme` and `zenith`, each with rows in every table: one job done, one under way, uploads.
pub(super) fn two_tenants(test: &str) -> Ground {
    let ground = Ground::new(test);
    ground.fleet.add_tenant("zenith", at_once(10));
    let zenith = TenantId::parse("zenith").expect("a name");
    fill(&ground, &ground.fleet.tenant);
    fill(&ground, &zenith);
    ground
}

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
    // Nothing has to be stored for these.
    let upload = sqlx::query(
        "INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, state, \
            due_at) SELECT gen_random_uuid(), $1, 'upload', 'products', 'products/' || $1 || state || '.jpg', \
            'tenants/' || $1 || '/video-assets/products/' || state || '.jpg', 'image/jpeg', 1, \
            encode(sha256(convert_to($1 || state, 'UTF8')), 'hex'), state, \
            CASE state WHEN 'quarantined' THEN now() + interval '1 hour' END \
        FROM unnest(ARRAY['released', 'quarantined']) state",
    );
    let upload = upload.bind(tenant.as_str()).execute(&ground.fleet.sql);
    wait(upload).expect("the tables take it");
}

/// A connection as the API, with tenant `acme` set.
async fn as_acme(ground: &Ground) -> sqlx::pool::PoolConnection<sqlx::Postgres> {
    let api = pool(ground.fleet.database_url(), "gildhall_api").await;
    let mut connection = api.acquire().await.expect("the database is there");
    sqlx::query("SELECT set_config('gildhall.tenant', 'acme', false)")
        .execute(&mut *connection)
        .await
        .expect("anybody may set it");
    connection
}

/// How many rows there are, and how many of other tenants than `acme`.
async fn rows(connection: &mut PgConnection, table: &Table) -> (i64, i64) {
    let Table { name, tenant, .. } = table;
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE {tenant} IS DISTINCT FROM 'acme') FROM {name}"
    );
    sqlx::query_as(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// How many rows a statement reached, or the code with which the database refused it.
async fn reached(connection: &mut PgConnection, sql: String) -> Result<u64, String> {
    let done = sqlx::query(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await;
    done.map(|done| done.rows_affected()).map_err(|error| {
        let reason = error.as_database_error().unwrap_or_else(|| panic!("{sql}"));
        reason.code().unwrap_or_default().into_owned()
    })
}

/// All rows of `zenith`, in every table, as one word.
pub(super) fn of_zenith(ground: &Ground) -> Vec<(String, Option<String>)> {
    let tables = tables(ground);
    let word = |table: &Table| {
        let sql = format!(
            "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} t WHERE {} = 'zenith'",
            table.name, table.tenant
        );
        let word = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&ground.fleet.sql);
        let word: Option<String> = wait(word).expect("the fleet sees all");
        (table.name.clone(), word)
    };
    tables.iter().map(word).collect()
}

#[test]
fn on_every_table_the_api_sees_one_tenant_whatever_it_asks() {
    let ground = two_tenants("what the API sees");
    let tables = tables(&ground);
    assert!(tables.len() > 12, "the catalogue names too few: {tables:?}");
    for (table, rows) in of_zenith(&ground) {
        // Otherwise it is not known that they are hidden.
        assert!(rows.is_some(), "no row of zenith is in {table}: see `fill`");
    }
    wait(async {
        let unset = pool(ground.fleet.database_url(), "gildhall_api").await;
        let mut unset = unset.acquire().await.expect("the database is there");
        let mut acme = as_acme(&ground).await;
        for table in &tables {
            if !table.is_readable {
                let all = format!("SELECT count(*) FROM {}", table.name);
                let denied = Err(INSUFFICIENT_PRIVILEGE.to_owned());
                assert_eq!(reached(&mut acme, all).await, denied, "{}", table.name);
                continue;
            }
            let none = rows(&mut unset, table).await;
            assert_eq!(none, (0, 0), "{} without a tenant", table.name);
            let (all, others) = rows(&mut acme, table).await;
            assert!(all > 0, "{} has rows of acme: see `fill`", table.name);
            assert_eq!(others, 0, "{} as acme", table.name);
        }
    });
}

#[test]
fn on_every_table_the_api_writes_one_tenant_whatever_it_asks() {
    let ground = two_tenants("what the API writes");
    let (before, tables) = (of_zenith(&ground), tables(&ground));
    wait(async {
        let mut acme = as_acme(&ground).await;
        let denied = || Err(INSUFFICIENT_PRIVILEGE.to_owned());
        for table in tables.iter().filter(|table| !table.is_view) {
            let Table { name, tenant, .. } = table;
            // A row of its own, in another's name.
            let insert = format!(
                "INSERT INTO {name} OVERRIDING SYSTEM VALUE \
                 SELECT (jsonb_populate_record(t, '{{\"{tenant}\": \"zenith\"}}')).* FROM {name} t LIMIT 1"
            );
            assert_eq!(reached(&mut acme, insert).await, denied(), "{name}");
            let given_away = format!("UPDATE {name} SET {tenant} = 'zenith'");
            assert_eq!(reached(&mut acme, given_away).await, denied(), "{name}");
            let emptied = format!("TRUNCATE {name} CASCADE");
            assert_eq!(reached(&mut acme, emptied).await, denied(), "{name}");
            if !table.changeable.is_empty() {
                let same = table.changeable.iter().map(|one| format!("{one} = {one}"));
                let same = same.collect::<Vec<_>>().join(", ");
                let update = format!("UPDATE {name} SET {same} WHERE {tenant} = 'zenith'");
                assert_eq!(reached(&mut acme, update).await, Ok(0), "{name}");
            }
            let delete = format!("DELETE FROM {name} WHERE {tenant} = 'zenith'");
            assert_eq!(reached(&mut acme, delete).await, denied(), "{name}");
        }
        let writable = "SELECT count(*) FROM pg_class v WHERE v.relkind = 'v' \
            AND v.relnamespace = 'public'::regnamespace \
            AND has_table_privilege('gildhall_api', v.oid, 'INSERT, UPDATE, DELETE')";
        let writable: i64 = sqlx::query_scalar(writable)
            .fetch_one(&mut *acme)
            .await
            .expect("anybody may read the catalogue");
        assert_eq!(writable, 0, "views are for reading");
    });
    assert_eq!(of_zenith(&ground), before);
}

/// What the API has no business with, whoever's it is.
const FORBIDDEN: [&str; 8] = [
    "SELECT count(*) FROM api_keys",
    "UPDATE audit_log SET outcome = 'other'",
    "DELETE FROM audit_log",
    "DELETE FROM leases",
    "DELETE FROM video_processing_jobs",
    "UPDATE video_processing_jobs SET output = '{}'",
    "UPDATE tenants SET max_concurrent = 1000",
    "INSERT INTO audit_log (actor, actor_kind, action, subject, outcome) VALUES ('a', 'operator', 'a', 's', 'o')",
];

#[test]
fn the_api_cannot_do_what_is_the_fleets_even_to_its_own_tenant() {
    let ground = two_tenants("the fleet's own");
    wait(async {
        let mut acme = as_acme(&ground).await;
        for sql in FORBIDDEN {
            let denied = Err(INSUFFICIENT_PRIVILEGE.to_owned());
            assert_eq!(reached(&mut acme, sql.to_owned()).await, denied, "{sql}");
        }
    });
}

#[test]
fn the_fleet_changes_no_line_of_the_audit_log() {
    let ground = two_tenants("audit log");
    wait(async {
        let mut fleet = ground.fleet.sql.acquire().await.expect("it is there");
        for sql in [
            "UPDATE audit_log SET outcome = 'other'",
            "DELETE FROM audit_log",
            "TRUNCATE audit_log",
            "UPDATE job_history SET worker = 'other'",
            "DELETE FROM job_history",
            "TRUNCATE job_history",
        ] {
            let denied = Err(INSUFFICIENT_PRIVILEGE.to_owned());
            assert_eq!(reached(&mut fleet, sql.to_owned()).await, denied, "{sql}");
        }
    });
    assert!(ground.fleet.count("SELECT count(*) FROM audit_log") > 0);
    assert!(ground.fleet.count("SELECT count(*) FROM job_history") > 0);
}
