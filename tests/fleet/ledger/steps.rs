//! Every step of the API, asked as one tenant for another's things: what comes back is what comes back for things that
//! nobody has, and nothing of the other tenant is changed. Then again with the steps' own filters removed, where row-level
//! security alone stands between tenants.
//!
//! Steps and their parameters come out of the catalogue: a new parameter has to be entered in [`argument`].

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres};

use super::Ground;
use super::security::{of_zenith, two_tenants};
use crate::support::fleet::pool;
use crate::support::unfiltered::remove_filters;
use crate::support::wait;

/// Steps that know no tenant yet, or anybody's key by its public part or its id, which is what they are for. They run as
/// the fleet; none is reached with anything that a caller names but the public part of its own key.
const OF_KEYS: [&str; 3] = ["authenticate", "key_standing", "key_was_used"];

/// Things of one tenant, by everything that a step can name them by.
#[derive(sqlx::FromRow)]
struct Things {
    job: String,
    job_at: String,
    under_way: String,
    asset: String,
    asset_at: String,
    quarantined: String,
    quarantined_key: String,
    key: String,
    sha256: String,
    idempotency_key: String,
    body_sha256: String,
}

/// Those of `zenith`, in the order of the fields.
const OF_ZENITH: &str = "SELECT j.id::text AS job, j.created_at::text AS job_at, w.id::text AS under_way, \
        a.id::text AS asset, a.created_at::text AS asset_at, q.id::text AS quarantined, q.key AS quarantined_key, \
        a.key, a.sha256, k.key AS idempotency_key, encode(k.body_sha256, 'hex') AS body_sha256 \
    FROM video_processing_jobs j JOIN idempotency_keys k ON k.job_id = j.id \
    JOIN video_processing_jobs w ON w.tenant_id = j.tenant_id AND w.status = 'processing' \
    JOIN media_assets a ON a.tenant_id = j.tenant_id AND a.origin = 'upload' AND a.state = 'released' \
    JOIN media_assets q ON q.tenant_id = j.tenant_id AND q.state = 'quarantined' \
    WHERE j.tenant_id = 'zenith' AND j.status = 'completed'";

impl Things {
    fn of_zenith(ground: &Ground) -> Things {
        let things = sqlx::query_as(OF_ZENITH).fetch_one(&ground.fleet.sql);
        wait(things).expect("zenith has all of it")
    }

    /// Those that nobody has, of the same times.
    fn of_nobody(like: &Things) -> Things {
        let other = "01900000-0000-7000-8000-00000000000f";
        Things {
            job: other.to_owned(),
            job_at: like.job_at.clone(),
            under_way: other.to_owned(),
            asset: other.to_owned(),
            asset_at: like.asset_at.clone(),
            quarantined: other.to_owned(),
            quarantined_key: "products/nobodys.jpg".to_owned(),
            key: "products/nobodys-too.jpg".to_owned(),
            sha256: "0".repeat(64),
            idempotency_key: "nobodys".to_owned(),
            body_sha256: "0".repeat(64),
        }
    }
}

/// What a parameter of a step is given: something of `things` where it can name any, else what does no harm.
fn argument(step: &str, parameter: &str, things: &Things) -> String {
    let quoted = |text: &str| format!("'{text}'");
    match (step, parameter) {
        // What a new job, asset or line of the log is called, is for the API to choose.
        ("enter_upload" | "insert_asset", "p_id") => quoted("01900000-0000-7000-8000-000000000001"),
        ("submit", "p_jobs") => "ARRAY['01900000-0000-7000-8000-000000000002']::uuid[]".into(),
        ("jobs" | "page_of_jobs", "p_before_at") => quoted(&things.job_at),
        ("jobs" | "page_of_jobs", "p_before_id") => quoted(&things.job),
        (_, "p_before_at") => quoted(&things.asset_at),
        (_, "p_before_id") => quoted(&things.asset),
        ("page_of_jobs", "p_metadata") => quoted(r#"{"order": "only of zenith"}"#),
        ("cancel", "p_job") => quoted(&things.under_way),
        ("quarantine_asset" | "release_asset" | "refuse_asset", "p_id") => {
            quoted(&things.quarantined)
        }
        (_, "p_job") => quoted(&things.job),
        (_, "p_id" | "p_asset") => quoted(&things.asset),
        (_, "p_key") => quoted(&things.key),
        (_, "p_sha256") => quoted(&things.sha256),
        (_, "p_keys") => format!("ARRAY['{}']", things.idempotency_key),
        (_, "p_hashes") => format!("ARRAY[decode('{}', 'hex')]", things.body_sha256),
        (_, "p_specs") => format!(
            r#"ARRAY['{{"images": ["{}", "{}"]}}'::jsonb]"#,
            things.key, things.quarantined_key
        ),
        _ => harmless(parameter).unwrap_or_else(|| {
            panic!("{parameter} of api.{step} is new: can it name something of another tenant?")
        }),
    }
}

/// What names nothing of anybody.
fn harmless(parameter: &str) -> Option<String> {
    let value = match parameter {
        "p_tenant" => "'acme'",
        "p_tenants" => "ARRAY['acme']",
        "p_kind" => "'products'",
        "p_priorities" => "ARRAY[4]::smallint[]",
        "p_traceparents" => "ARRAY[NULL]::text[]",
        "p_limit" => "1000",
        "p_after" => "0",
        "p_day" => "current_date",
        "p_actor" | "p_signature" => "'tests'",
        "p_actors" | "p_actions" | "p_subjects" | "p_outcomes" => "ARRAY['tests']",
        "p_kinds" => "ARRAY['api_key']",
        "p_details" => "ARRAY['{}'::jsonb]",
        "p_address" => "'192.0.2.1'",
        "p_addresses" => "ARRAY['192.0.2.1']",
        "p_object_key" => "'tenants/acme/video-assets/products/new.jpg'",
        "p_quarantine_key" => "'quarantine/acme/new'",
        "p_content_type" => "'image/jpeg'",
        "p_bytes" | "p_within_ms" => "1000",
        "p_scanned" => "true",
        "p_state" => "'released'",
        "p_statuses" | "p_from" | "p_to" | "p_origin" | "p_metadata" | "p_width" | "p_height"
        | "p_duration_ms" => "NULL",
        _ => return None,
    };
    Some(value.to_owned())
}

/// A step with the names of its parameters.
#[derive(Debug, sqlx::FromRow)]
struct Step {
    name: String,
    parameters: Vec<String>,
}

impl Step {
    /// All that the API has.
    fn all(ground: &Ground) -> Vec<Step> {
        let steps = sqlx::query_as(
            "SELECT p.proname::text AS name, coalesce(p.proargnames[1:p.pronargs], '{}') AS parameters \
             FROM pg_proc p WHERE p.pronamespace = 'api'::regnamespace ORDER BY p.proname",
        );
        wait(steps.fetch_all(&ground.fleet.sql)).expect("the catalogue is there")
    }

    /// The call for these things; times are left out of what it gives.
    fn call(&self, things: &Things) -> String {
        let given = self.parameters.iter().map(|parameter| {
            let value = argument(&self.name, parameter, things);
            format!("{parameter} => {value}")
        });
        format!(
            r"SELECT coalesce(string_agg(regexp_replace(r::text, '\d{{4}}-\d\d-\d\d[ T][0-9:.+]+', 'then', 'g'), '; '), '')
              FROM api.{}({}) r",
            self.name,
            given.collect::<Vec<_>>().join(", ")
        )
    }
}

/// What a call gives. None is refused: each is a call that the API could make.
async fn answer(connection: &mut PgConnection, call: &str) -> String {
    sqlx::query("SELECT set_config('gildhall.tenant', 'acme', true)")
        .execute(&mut *connection)
        .await
        .expect("anybody may set it");
    sqlx::query_scalar(AssertSqlSafe(call.to_owned()))
        .fetch_one(connection)
        .await
        .unwrap_or_else(|error| panic!("{call}: {error}"))
}

/// The same, with all that the call did undone.
async fn answer_undone(connection: &mut PoolConnection<Postgres>, call: &str) -> String {
    let mut transaction = connection.begin().await.expect("the database is there");
    let answer = answer(&mut transaction, call).await;
    transaction.rollback().await.expect("it is there still");
    answer
}

/// What a call gives for another tenant's things must be what it gives for things that nobody has.
async fn compare(
    api: &mut PoolConnection<Postgres>,
    step: &Step,
    theirs: &Things,
    nobodys: &Things,
) {
    let given = [&theirs.key, &theirs.sha256, &nobodys.key, &nobodys.sha256];
    let plain = |answer: String| {
        let without = |answer: String, name: &&String| answer.replace(name.as_str(), "given");
        given.iter().fold(answer, without)
    };
    let for_nobodys = plain(answer_undone(api, &step.call(nobodys)).await);
    let for_theirs = plain(answer_undone(api, &step.call(theirs)).await);
    let name = &step.name;
    assert_eq!(for_theirs, for_nobodys, "api.{name} tells them apart");
    for secret in ["zenith", &theirs.job, &theirs.under_way, &theirs.asset] {
        let is_told = for_theirs.contains(secret);
        assert!(!is_told, "api.{name} tells {secret}: {for_theirs}");
    }
}

fn every_step_knows_one_tenant(ground: &Ground, left_out: &[&str]) {
    let theirs = Things::of_zenith(ground);
    let nobodys = Things::of_nobody(&theirs);
    let before = of_zenith(ground);
    let all = Step::all(ground);
    assert!(all.len() > 15, "the catalogue names too few: {all:?}");
    let is_left_out = |step: &Step| {
        let name = step.name.as_str();
        OF_KEYS.contains(&name) || left_out.contains(&name)
    };
    let steps: Vec<Step> = all.into_iter().filter(|step| !is_left_out(step)).collect();
    wait(async {
        let api = pool(ground.fleet.database_url(), "gildhall_api").await;
        let mut api = api.acquire().await.expect("the database is there");
        for step in &steps {
            compare(&mut api, step, &theirs, &nobodys).await;
        }
        // Once more for good, to see below what became of zenith's things.
        for step in &steps {
            let mut transaction = api.begin().await.expect("the database is there");
            answer(&mut transaction, &step.call(&theirs)).await;
            transaction.commit().await.expect("it is there still");
        }
    });
    assert_eq!(of_zenith(ground), before, "something of zenith was changed");
}

/// `acme` and `zenith`, with what tells their jobs apart.
fn ground(test: &str) -> Ground {
    let ground = two_tenants(test);
    let marked = sqlx::query(
        r#"UPDATE video_processing_jobs SET metadata = '{"order": "only of zenith"}' WHERE tenant_id = 'zenith'"#,
    );
    wait(marked.execute(&ground.fleet.sql)).expect("the fleet may");
    ground
}

#[test]
fn every_step_of_the_api_knows_one_tenant() {
    every_step_knows_one_tenant(&ground("steps"), &[]);
}

#[test]
fn every_step_of_the_api_knows_one_tenant_with_its_filters_removed() {
    let ground = ground("steps without filters");
    remove_filters(&ground.fleet);
    // It gives ids, as the fleet, and is only asked by `jobs`, which reads the rows as the API.
    every_step_knows_one_tenant(&ground, &["page_of_jobs"]);
}

#[test]
fn what_a_tenant_used_is_its_own_with_the_filters_removed() {
    let ground = ground("usage without filters");
    let used = "SELECT jobs FROM api.usage('acme', (now() AT TIME ZONE 'UTC')::date)";
    let asked = |ground: &Ground| {
        let used = sqlx::query_scalar::<_, i64>(used);
        wait(async {
            let api = pool(ground.fleet.database_url(), "gildhall_api").await;
            used.fetch_one(&api).await.expect("the database is there")
        })
    };
    let with_filters = asked(&ground);
    remove_filters(&ground.fleet);
    assert_eq!((with_filters, asked(&ground)), (2, 2));
}
