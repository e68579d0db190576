//! `gildhall migrate`, and what happens before it.

use std::time::Duration;

use gildhall_devstack::{Fresh, Stack};
use serde_json::json;
use tempfile::TempDir;

use super::{Operator, finish};
use crate::support::fleet::pool;
use crate::support::process::Process;
use crate::support::wait;

/// How long a process may take to find out that it cannot work.
const PATIENCE: Duration = Duration::from_secs(20);

/// Services of one's own, with a database in which there is nothing.
fn bare(test: &str) -> (Fresh, Operator) {
    let stack = Stack::shared().unwrap_or_else(|error| panic!("{error}"));
    let fresh = stack.fresh(test).unwrap_or_else(|error| panic!("{error}"));
    let operator = Operator::at(&fresh.database_url, &fresh.amqp_url, "ada");
    (fresh, operator)
}

/// When each migration was made, and which version of each function there is.
fn state(fresh: &Fresh) -> (String, String, i64) {
    let sql = "SELECT \
        (SELECT string_agg(version || ' ' || installed_on, ', ' ORDER BY version) FROM _sqlx_migrations), \
        (SELECT string_agg(p.oid || ' ' || p.xmin, ', ' ORDER BY p.oid) FROM pg_proc p \
         JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('api', 'fleet', 'ledger')), \
        (SELECT count(*) FROM audit_log WHERE action = 'migrate' AND actor = 'ada' AND outcome = 'migrated')";
    wait(async {
        let pool = pool(&fresh.database_url, "gildhall_fleet").await;
        let state: sqlx::Result<(String, String, i64)> = sqlx::query_as(sql).fetch_one(&pool).await;
        pool.close().await;
        state.expect("it was migrated")
    })
}

#[test]
fn an_empty_database_is_migrated_once() {
    let (fresh, ada) = bare("migrate");
    assert_eq!(ada.does(&["migrate"]).done(), json!({"changed": true}));
    let made = state(&fresh);
    assert_eq!(made.2, 1, "the audit log tells of it");
    assert_eq!(ada.does(&["migrate"]).done(), json!({"changed": false}));
    assert_eq!(state(&fresh), made);
    let tenants = ada.asks(&["tenant", "list"]).done();
    assert_eq!(tenants, json!({"tenants": []}));
}

#[test]
fn migrations_at_the_same_moment_do_not_disturb_each_other() {
    let (fresh, ada) = bare("migrate at once");
    let racing = [(); 3].map(|()| ada.starts(&["migrate"]));
    for said in racing.map(finish) {
        assert!(said.done()["changed"].is_boolean(), "{said:?}");
    }
    let made = state(&fresh);
    assert_eq!(ada.does(&["migrate"]).done(), json!({"changed": false}));
    assert_eq!(state(&fresh), made);
}

/// Who goes back by a release runs the same commands as who goes forward, on tables that stay.
#[test]
fn tables_that_a_newer_release_made_stay_as_they_are() {
    let (fresh, ada) = bare("newer tables");
    ada.does(&["migrate"]).done();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        VALUES (9999, 'of a newer release', true, '\\x00', 1)";
    wait(async {
        // As whoever made the tables.
        let owner = pool(&fresh.database_url, "none").await;
        let entered = sqlx::query(newer).execute(&owner).await;
        owner.close().await;
        entered.expect("it is the owner's");
    });
    let made = state(&fresh);
    assert_eq!(ada.does(&["migrate"]).done(), json!({"changed": false}));
    assert_eq!(state(&fresh), made);
    let tenants = ada.asks(&["tenant", "list"]).done();
    assert_eq!(tenants, json!({"tenants": []}));
}

#[test]
fn nothing_works_before_the_first_migration_and_says_so() {
    let (fresh, ada) = bare("unmigrated");
    ada.asks(&["tenant", "list"]).refused(5, "gildhall migrate");
    let mut env = ada.env.clone();
    env.extend([
        ("GILDHALL_LISTEN", "127.0.0.1:0".to_owned()),
        ("GILDHALL_S3_ENDPOINT", fresh.s3.endpoint.clone()),
        ("GILDHALL_S3_REGION", fresh.s3.region.clone()),
        ("GILDHALL_S3_BUCKET", fresh.s3.bucket.clone()),
        ("GILDHALL_S3_ACCESS_KEY", fresh.s3.access_key.clone()),
        ("GILDHALL_S3_SECRET_KEY", fresh.s3.secret_key.clone()),
        ("GILDHALL_S3_PATH_STYLE", fresh.s3.path_style.to_string()),
    ]);
    let folder = TempDir::new().expect("a folder");
    for role in ["api", "relay", "worker"] {
        let mut process = Process::start(role, &[role], &env, folder.path());
        let ended = process.ends_within(PATIENCE);
        let log = process.log_tail();
        assert_eq!(ended.code(), Some(5), "{role}: {log}");
        assert!(log.contains("gildhall migrate"), "{role}: {log}");
    }
}
