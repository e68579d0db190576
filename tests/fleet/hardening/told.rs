//! What answers tell, and what they keep to themselves.

use std::time::Duration;

use super::open;
use crate::support::fleet::pool;
use crate::support::watched::watched;
use crate::support::{Answer, Client, Fleet, WorkerOptions, jobs, until, wait};

/// How long a process may take until it listens.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every answer carries, whatever came of the request.
const HEADERS: [(&str, &str); 9] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("x-permitted-cross-domain-policies", "none"),
    ("x-dns-prefetch-control", "off"),
    ("strict-transport-security", ""),
];

#[test]
fn every_answer_tells_browsers_to_do_nothing_with_it() {
    let (fleet, _) = open("safe headers");
    let job = fleet.submit(&jobs::any());
    let one = format!("/api/v1/video/jobs/{job}");
    let nobody = fleet.http.anonymous();
    let answers = [
        (200, fleet.http.get(&one)),
        (200, fleet.http.get("/healthz")),
        (200, fleet.http.get("/readyz")),
        (200, fleet.http.get("/metrics")),
        (200, fleet.http.get("/openapi.json")),
        (200, fleet.http.get("/problems/internal")),
        (202, fleet.http.submit(&jobs::any(), &[])),
        (400, fleet.http.get("/api/v1/video/jobs?x=1")),
        (401, nobody.get(&one)),
        (404, fleet.http.get("/no/such/address")),
        (404, fleet.http.get("/api/v1/video/jobs/x")),
        (405, fleet.http.post(&one, b"", &[])),
        (406, fleet.http.get_with(&one, &[("accept", "text/html")])),
        (415, fleet.http.post("/api/v1/video/process", b"{}", &[])),
    ];
    for (status, answer) in &answers {
        assert_eq!(answer.status, *status);
        is_of_no_use(answer);
    }
    let page = fleet.http.get("/docs");
    is_safe(&page);
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn relays_and_workers_tell_browsers_the_same() {
    let mut fleet = Fleet::shared("safe headers of health");
    let (_relay, relay) = watched(&mut fleet, |fleet| fleet.start("relay", Vec::new()));
    let (_worker, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::pretending(1))
    });
    for role in [&relay, &worker] {
        until_ready(role);
        for path in ["/healthz", "/readyz", "/metrics"] {
            let answer = role.get(path);
            assert_eq!(answer.status, 200, "{path}");
            is_of_no_use(&answer);
        }
        for (status, answer) in [
            (404, role.get("/no/such/address")),
            (404, role.get("/docs")),
            (405, role.post("/healthz", b"", &[])),
        ] {
            assert_eq!(answer.status, status);
            is_of_no_use(&answer);
        }
    }
}

#[track_caller]
fn until_ready(role: &Client) {
    until("the role is ready", PATIENCE, || {
        let answer = role.try_get("/readyz", &[]).ok()?;
        (answer.status == 200).then_some(())
    });
}

/// A browser can neither keep it nor show anything by it.
#[track_caller]
fn is_of_no_use(answer: &Answer) {
    is_safe(answer);
    let status = answer.status;
    assert_eq!(answer.header("cache-control"), "no-store", "{status}");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{status}: {policy}"
    );
}

#[track_caller]
fn is_safe(answer: &Answer) {
    for (name, value) in HEADERS {
        assert_eq!(answer.header(name), value, "{name} of {}", answer.status);
    }
    let permissions = answer.header("permissions-policy");
    assert!(
        permissions.contains("camera=()") && !permissions.contains('*'),
        "{permissions}"
    );
    for telling in [
        "server",
        "x-powered-by",
        "via",
        "access-control-allow-origin",
        "set-cookie",
    ] {
        assert_eq!(answer.header(telling), "", "{telling}");
    }
}

/// Breaks what is behind the API, in ways that nobody foresaw, and reads the answers.
#[test]
fn a_fault_on_this_side_is_told_without_its_insides() {
    let (fleet, _) = open("faults");
    let job = fleet.submit(&jobs::any());
    wait(async {
        // As whoever made the tables.
        let owner = pool(fleet.database_url(), "none").await;
        for sql in [
            "REVOKE ALL ON FUNCTION api.jobs FROM gildhall_api, PUBLIC",
            "REVOKE ALL ON FUNCTION api.job FROM gildhall_api, PUBLIC",
            "REVOKE ALL ON FUNCTION api.submit FROM gildhall_api, PUBLIC",
            "REVOKE ALL ON FUNCTION api.asset FROM gildhall_api, PUBLIC",
            "REVOKE ALL ON FUNCTION api.progress FROM gildhall_api, PUBLIC",
        ] {
            let changed = sqlx::query(sql).execute(&owner).await;
            changed.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    });
    let one = format!("/api/v1/video/jobs/{job}");
    for answer in [
        fleet.http.get("/api/v1/video/jobs"),
        fleet.http.get(&one),
        fleet.http.get(&format!("{one}/events")),
        fleet.http.get(&format!("/api/v1/video/assets/{job}")),
        fleet.http.submit(&jobs::any(), &[]),
    ] {
        answer.is_problem(500, "internal");
        is_safe(&answer);
        let body = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
        for inside in [
            "api.",
            "function",
            "permission",
            "denied",
            "select",
            "sql",
            "postgres",
            "role",
            "tenant",
            "error",
            "rust",
            "src/",
            ".rs",
            "panic",
            "127.0.0.1",
            "ledger",
        ] {
            assert!(!body.contains(inside), "{inside} in {body}");
        }
        let instance = answer.json()["instance"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            instance.starts_with("urn:uuid:"),
            "the log has the same: {instance}"
        );
    }
}
