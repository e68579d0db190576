//! `gildhall janitor`: what goes when its time is over, what stays, and what a run leaves that was cut off.

mod kept;
mod kinds;
mod stops;

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::support::process::Process;
use crate::support::{Fleet, wait};

const PATIENCE: Duration = Duration::from_secs(60);
const DAY: i64 = 86_400;
/// So much time makes a thing certainly older or younger than its days.
const MARGIN: i64 = 120;

/// Everything of which there are two of a tenant, called `old` and `young`: just above its days and just below, as seconds.
struct Ages {
    uploads: i64,
    outputs: i64,
    history: i64,
    keys: i64,
    audit: i64,
}

/// As the janitor is set by itself.
const DEFAULT: Ages = Ages {
    uploads: 90 * DAY,
    outputs: 90 * DAY,
    history: 180 * DAY,
    keys: 2 * DAY,
    audit: 400 * DAY,
};

/// One of each kind, of a tenant, so many seconds old. A video is that of a job which ended when it was made.
const ONE_OF_EACH: [&str; 6] = [
    "INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, created_at) \
     SELECT i, $1, 'upload', 'products', 'products/' || $2, 'tenants/' || $1 || '/video-assets/products/' || i || '/' || $2, \
        'image/jpeg', 1, encode(sha256(convert_to($2, 'UTF8')), 'hex'), now() - make_interval(secs => $3) \
     FROM gen_random_uuid() i",
    "WITH job AS (INSERT INTO video_processing_jobs (id, tenant_id, status, priority, spec, worker, created_at, \
        finished_at, output) \
     VALUES (gen_random_uuid(), $1, 'completed', 4, '{\"images\": [\"products/gone.jpg\"]}', $2, \
        now() - make_interval(secs => $3), now() - make_interval(secs => $3), '{}') RETURNING id), \
     video AS (INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, job_id, \
        created_at) \
     SELECT id, $1, 'render', 'video', 'videos/' || $2, 'tenants/' || $1 || '/videos/' || id || '/2/video.mp4', 'video/mp4', \
        1, repeat('0', 64), id, now() - make_interval(secs => $3) FROM job RETURNING id) \
     INSERT INTO media_renditions (asset_id, tenant_id, name, object_key, content_type, bytes, sha256) \
     SELECT id, $1, 'video.poster.jpg', 'tenants/' || $1 || '/videos/' || id || '/2/video.poster.jpg', 'image/jpeg', 1, \
        repeat('0', 64) FROM video",
    "INSERT INTO video_processing_jobs (id, tenant_id, status, priority, spec, worker, created_at, finished_at) \
     VALUES (gen_random_uuid(), $1, 'cancelled', 4, '{\"images\": [\"products/gone.jpg\"]}', $2, \
        now() - make_interval(secs => $3), now() - make_interval(secs => $3))",
    "INSERT INTO outbox (kind, tenant_id, job_id, payload, traceparent, created_at) \
     VALUES ('event', $1, gen_random_uuid(), '{}', $2, now() - make_interval(secs => $3))",
    "INSERT INTO idempotency_keys (tenant_id, key, body_sha256, job_id, created_at) \
     VALUES ($1, $2, sha256('body'), gen_random_uuid(), now() - make_interval(secs => $3))",
    "INSERT INTO audit_log (tenant_id, actor, actor_kind, action, subject, outcome, at) \
     VALUES ($1, 'ada', 'operator', 'test.age', $2, 'done', now() - make_interval(secs => $3))",
];

/// What there still is of each kind, by name.
const LEFT: [(&str, &str); 6] = [
    (
        "uploads",
        "SELECT key FROM media_assets WHERE tenant_id = $1 AND origin = 'upload' AND deleted_at IS NULL ORDER BY key",
    ),
    (
        "outputs",
        "SELECT key FROM media_assets WHERE tenant_id = $1 AND origin = 'render' AND deleted_at IS NULL ORDER BY key",
    ),
    (
        "jobs",
        "SELECT worker FROM video_processing_jobs WHERE tenant_id = $1 AND status = 'cancelled' ORDER BY worker",
    ),
    (
        "events",
        "SELECT traceparent FROM outbox WHERE tenant_id = $1 ORDER BY traceparent",
    ),
    (
        "keys",
        "SELECT key FROM idempotency_keys WHERE tenant_id = $1 ORDER BY key",
    ),
    (
        "audit",
        "SELECT subject FROM audit_log WHERE tenant_id = $1 AND action = 'test.age' ORDER BY subject",
    ),
];

fn add(fleet: &Fleet, statement: &'static str, tenant: &str, name: &str, age_s: i64) {
    let added = sqlx::query(statement)
        .bind(tenant)
        .bind(name)
        .bind(age_s as f64);
    wait(added.execute(&fleet.sql)).expect("the tables take it");
}

/// Two of everything, of each an old one and a young one, with their objects.
fn fill(fleet: &Fleet, tenant: &str, ages: &Ages) {
    let days = [
        ages.uploads,
        ages.outputs,
        ages.history,
        ages.history,
        ages.keys,
        ages.audit,
    ];
    for (statement, days) in ONE_OF_EACH.into_iter().zip(days) {
        add(fleet, statement, tenant, "old", days + MARGIN);
        add(fleet, statement, tenant, "young", days - MARGIN);
    }
    store_all(fleet);
}

/// Stores something under every key that a row names.
fn store_all(fleet: &Fleet) {
    let sql = "SELECT object_key FROM media_assets UNION SELECT object_key FROM media_renditions";
    let keys: Vec<String> =
        wait(sqlx::query_scalar(sql).fetch_all(&fleet.sql)).expect("the database is there");
    for key in keys {
        put(fleet, &key);
    }
}

fn put(fleet: &Fleet, key: &str) {
    let file = tempfile::NamedTempFile::new().expect("room");
    std::fs::write(file.path(), b"x").expect("room");
    let from: &Path = file.path();
    wait(fleet.objects.upload(from, key, "image/jpeg")).expect("the store is there");
}

fn names(fleet: &Fleet, sql: &'static str, tenant: &str) -> Vec<String> {
    let names = sqlx::query_scalar(sql).bind(tenant).fetch_all(&fleet.sql);
    wait(names).expect("the database is there")
}

/// What there is of each kind, the path before a name left out.
fn left(fleet: &Fleet, tenant: &str) -> Vec<(&'static str, Vec<String>)> {
    let name = |key: String| key.rsplit('/').next().unwrap_or_default().to_owned();
    let of_kind = |(kind, sql)| {
        let names = names(fleet, sql, tenant).into_iter().map(name);
        (kind, names.collect())
    };
    LEFT.into_iter().map(of_kind).collect()
}

/// The same names of every kind.
fn all(names: &[&str]) -> Vec<(&'static str, Vec<String>)> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let of_kind = |(kind, _)| (kind, names.clone());
    LEFT.into_iter().map(of_kind).collect()
}

fn started(fleet: &Fleet, args: &[&str]) -> Process {
    fleet.run(&[&["janitor", "--json"][..], args].concat())
}

#[track_caller]
fn ended(mut janitor: Process, code: i32) -> String {
    let status = janitor.ends_within(PATIENCE);
    assert_eq!(status.code(), Some(code), "{}", janitor.log_tail());
    janitor.log()
}

/// Runs it to its end, and gives what it told.
#[track_caller]
fn clean(fleet: &Fleet, args: &[&str]) -> Value {
    let said = ended(started(fleet, args), 0);
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// One count of what it told.
#[track_caller]
fn number(told: &Value, name: &str) -> u64 {
    told[name].as_u64().unwrap_or_else(|| panic!("{told}"))
}
