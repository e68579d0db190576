//! Who may do what.

use std::time::Duration;

use time::OffsetDateTime;

use crate::support::fleet::{actor, at_once};
use crate::support::tenant::Key;
use crate::support::{Fleet, WorkerOptions, jobs, until, wait};
use gildhall::ledger::TenantLimits;
use gildhall_proto::JobStatus;

/// What was known of a key may be believed for five seconds.
const TAKES_EFFECT_WITHIN: Duration = Duration::from_secs(15);

#[test]
fn without_a_valid_key_nothing_is_answered() {
    let mut fleet = Fleet::shared("no key");
    fleet.start_api();
    let job = fleet.submit(&jobs::any());
    let real = Key::of(&fleet.tenant);
    let token = real.add(&fleet.ledger);
    let forged = format!("gk_{}_{}", real.prefix, "0".repeat(32));
    let unknown = Key::of(&fleet.tenant).token;
    let job = format!("/api/v1/video/jobs/{job}");
    assert_eq!(fleet.http.with_token(&token).get(&job).status, 200);
    for caller in [
        fleet.http.anonymous(),
        fleet.http.with_token(&forged),
        fleet.http.with_token(&unknown),
        fleet.http.with_token("gk_"),
    ] {
        let answer = caller.get(&job);
        answer.is_problem(401, "unauthenticated");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        caller
            .submit(&jobs::any(), &[])
            .is_problem(401, "unauthenticated");
    }
    for open in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(fleet.http.anonymous().get(open).status, 200, "{open}");
    }
}

#[test]
fn a_key_does_only_what_its_scope_says() {
    let mut fleet = Fleet::shared("scopes");
    fleet.start_api();
    let job = fleet.submit(&jobs::any());
    let with = |scope| {
        let key = Key::of(&fleet.tenant).scoped(scope);
        fleet.http.with_token(&key.add(&fleet.ledger))
    };
    let (reader, writer) = (with("jobs:read"), with("jobs:write"));
    let job = format!("/api/v1/video/jobs/{job}");
    assert_eq!(reader.get(&job).status, 200);
    writer.get(&job).is_problem(403, "missing-scope");
    reader
        .submit(&jobs::any(), &[])
        .is_problem(403, "missing-scope");
    assert_eq!(writer.submit(&jobs::any(), &[]).status, 202);
    let cancel = format!("{job}/cancel");
    reader
        .post(&cancel, b"", &[])
        .is_problem(403, "missing-scope");
    reader
        .get("/api/v1/video/assets")
        .is_problem(403, "missing-scope");
    let upload = "/api/v1/video/assets?kind=products";
    writer
        .post(upload, b"x", &[])
        .is_problem(403, "missing-scope");
}

#[test]
fn revoked_and_expired_keys_open_nothing_within_seconds() {
    let mut fleet = Fleet::shared("revoked");
    fleet.start_api();
    let list = "/api/v1/video/jobs";
    let doomed = Key::of(&fleet.tenant);
    let revoked = fleet.http.with_token(&doomed.add(&fleet.ledger));
    assert_eq!(revoked.get(list).status, 200);
    let done = wait(fleet.ledger.revoke_key(&doomed.prefix, &actor()));
    assert!(done.expect("the ledger is there"));
    until("the key is revoked", TAKES_EFFECT_WITHIN, || {
        (revoked.get(list).status == 401).then_some(())
    });

    let past = OffsetDateTime::now_utc() - Duration::from_secs(1);
    let old = Key::of(&fleet.tenant).expires_at(past).add(&fleet.ledger);
    let old = fleet.http.with_token(&old).get(list);
    old.is_problem(401, "unauthenticated");
    let soon = OffsetDateTime::now_utc() + Duration::from_secs(3);
    let key = Key::of(&fleet.tenant).expires_at(soon).add(&fleet.ledger);
    let brief = fleet.http.with_token(&key);
    assert_eq!(brief.get(list).status, 200);
    // It is known from now on, and must end all the same.
    until("the key is over", Duration::from_secs(10), || {
        (brief.get(list).status == 401).then_some(())
    });
    assert!(OffsetDateTime::now_utc() >= soon);
}

#[test]
fn another_tenants_things_are_not_found() {
    let mut fleet = Fleet::shared("strangers");
    fleet.start_api();
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    let job = fleet.submit(&jobs::any());
    fleet.wait_for(job, JobStatus::Completed);
    let stranger = fleet.add_tenant("zenith", at_once(2));
    for path in [
        format!("/api/v1/video/jobs/{job}"),
        format!("/api/v1/video/jobs/{job}/events"),
        format!("/api/v1/video/assets/{job}"),
    ] {
        stranger.get(&path).is_problem(404, "not-found");
        let nobodys = path.replace(&job.to_string(), &uuid::Uuid::now_v7().to_string());
        fleet.http.get(&nobodys).is_problem(404, "not-found");
    }
    for act in ["cancel", "replay"] {
        let path = format!("/api/v1/video/jobs/{job}/{act}");
        stranger.post(&path, b"", &[]).is_problem(404, "not-found");
    }
    let theirs = stranger.get("/api/v1/video/jobs").json();
    assert_eq!(theirs["jobs"].as_array().map(Vec::len), Some(0));
    assert_eq!(
        fleet.http.get(&format!("/api/v1/video/jobs/{job}")).status,
        200
    );
}

#[test]
fn requests_and_jobs_beyond_the_limits_are_told_when_to_come_back() {
    let mut fleet = Fleet::shared("limits");
    fleet.start_api();
    let limits = TenantLimits {
        max_concurrent: 2,
        requests_per_minute: 1_000,
        monthly_jobs: Some(2),
    };
    let thrifty = fleet.add_tenant("thrifty", limits);
    for _ in 0..2 {
        assert_eq!(thrifty.submit(&jobs::any(), &[]).status, 202);
    }
    let answer = thrifty.submit(&jobs::any(), &[]);
    answer.is_problem(429, "quota-exceeded");
    assert_ne!(answer.header("retry-after"), "");

    let limits = TenantLimits {
        requests_per_minute: 3,
        ..limits
    };
    let patient = fleet.add_tenant("patient", limits);
    let list = "/api/v1/video/jobs";
    for _ in 0..3 {
        assert_eq!(patient.get(list).status, 200);
    }
    let answer = patient.get(list);
    answer.is_problem(429, "rate-limited");
    let wait_s: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=20).contains(&wait_s), "{wait_s}");
}
