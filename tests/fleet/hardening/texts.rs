//! Texts that have no business there, in every field and header that takes text.

use serde_json::{Value, json};

use super::naughty;
use super::{encoded, open};
use crate::support::raw::{ask, submission};
use crate::support::{Fleet, jobs};

/// A job that holds the text wherever a job holds any.
fn jobs_with(text: &str) -> Vec<Value> {
    let base = |field: &str, value: Value| {
        let mut job = jobs::any();
        job[field] = value;
        job
    };
    vec![
        base("text_overlay", json!(text)),
        base("text_overlay", json!({"text": text, "style": "gold"})),
        base("text_overlay", json!({"text": "a", "style": text})),
        base("metadata", json!({"a": text})),
        base("metadata", json!({"a": [[text]]})),
        base("metadata", json!({text: 1})),
        base("images", json!([text])),
        base("images", json!([{"asset": text, "motion": text}])),
        base("audio", json!(text)),
        base("overlay", json!(text)),
        base("frame", json!(text)),
        base("cuts", json!(text)),
        base(
            "output",
            json!({"preset": text, "quality": text, "renditions": [text]}),
        ),
        base("duration_s", json!(text)),
        base("priority", json!(text)),
        base("version", json!(text)),
        base(text, json!(1)),
        json!(text),
    ]
}

#[test]
fn no_text_in_a_job_breaks_anything() {
    let (fleet, _) = open("texts in jobs");
    for (what, text) in naughty::all() {
        for job in jobs_with(&text) {
            let answer = fleet.http.submit(&job, &[]);
            match answer.status {
                202 => {
                    let link = format!("/api/v1/video/jobs/{}", answer.job());
                    let seen = fleet.http.get(&link).json();
                    let sent = job.get("metadata").cloned().unwrap_or(json!({}));
                    assert_eq!(seen["metadata"], sent, "{what}");
                }
                413 => answer.is_problem(413, "body-too-large"),
                _ => {
                    answer.is_problem(422, "invalid-job");
                    is_printable(&answer.json(), what);
                }
            }
        }
    }
    assert_eq!(fleet.http.get("/readyz").status, 200);
}

/// Whatever a refusal repeats of the text can be shown as it is.
#[track_caller]
fn is_printable(refusal: &Value, what: &str) {
    for error in refusal["errors"].as_array().expect("a list") {
        for (name, value) in error.as_object().expect("an object") {
            let text = value.as_str().expect("a text");
            assert!(naughty::is_printable(text), "{what}: {name} is {text:?}");
            assert!(text.chars().count() < 2_000, "{what}: {name}");
        }
    }
}

#[test]
fn metadata_is_found_again_by_any_text() {
    let (fleet, _) = open("texts in filters");
    for (what, text) in naughty::all() {
        if text.len() > 2_000 || text.contains('\0') {
            continue;
        }
        let mut job = jobs::any();
        // With the text for its neighbour, so that only the right one is found.
        job["metadata"] = json!({"a": text, "b": what});
        let submitted = fleet.submit(&job).to_string();
        // Quoted it is a text, whatever it looks like.
        let name = encoded(&json!(what).to_string());
        let quoted = encoded(&json!(text).to_string());
        let found = list(&fleet, &format!("metadata.a={quoted}&metadata.b={name}"));
        assert_eq!(found, [submitted], "{what}");
        assert_eq!(
            list(&fleet, &format!("metadata.a={quoted}x")).len(),
            0,
            "{what}"
        );
    }
}

#[track_caller]
fn list(fleet: &Fleet, query: &str) -> Vec<String> {
    let answer = fleet.http.get(&format!("/api/v1/video/jobs?{query}"));
    // A text that breaks off is no JSON, and counts as the text that it is.
    assert_eq!(answer.status, 200, "{query}: {}", answer.json());
    let jobs = answer.json()["jobs"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let ids = jobs
        .iter()
        .map(|job| job["job_id"].as_str().unwrap_or_default().to_owned());
    ids.collect()
}

#[test]
fn no_text_in_a_parameter_breaks_anything() {
    let (fleet, _) = open("texts in parameters");
    let job = fleet.submit(&jobs::any());
    for (what, text) in naughty::all() {
        if text.len() > 5_000 {
            continue;
        }
        let value = encoded(&text);
        for name in [
            "status",
            "created_after",
            "created_before",
            "limit",
            "cursor",
        ] {
            let answer = fleet
                .http
                .get(&format!("/api/v1/video/jobs?{name}={value}"));
            answer.is_problem(400, "invalid-parameter");
            is_printable(&answer.json(), what);
        }
        for path in ["/api/v1/video/jobs", "/api/v1/video/assets"] {
            let answer = fleet.http.get(&format!("{path}?{value}=1"));
            answer.is_problem(400, "invalid-parameter");
            is_printable(&answer.json(), what);
        }
        let filters = format!("/api/v1/video/jobs?metadata.{value}={value}");
        let answer = fleet.http.get(&filters);
        let expected = if text.contains('\0') { 400 } else { 200 };
        assert_eq!(answer.status, expected, "{what}");
        if !text.is_empty() {
            let path = format!("/api/v1/video/jobs/{job}{value}");
            fleet.http.get(&path).is_problem(404, "not-found");
        }
    }
}

#[test]
fn headers_take_what_they_are_for() {
    let (fleet, token) = open("texts in headers");
    let job = r#"{"images": ["a.jpg"]}"#;
    let length = format!("Content-Length: {}\r\n", job.len());
    for (what, text) in naughty::all() {
        // A line end would begin another header, and a long one is too long for any.
        if text.contains(['\r', '\n', '\0']) || text.len() > 5_000 {
            continue;
        }
        let headers = format!("{length}Idempotency-Key: {text}\r\n");
        let reply = ask(fleet.address(), submission(&token, &headers) + job);
        let status = reply.expect("an answer").status;
        // White space round a value is none of it, and nothing is no key.
        let value = text.trim_matches([' ', '\t']);
        let is_key = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
        assert_eq!(status == 202, is_key, "{what}: {status}");
        assert!(matches!(status, 202 | 400), "{what}: {status}");
        for name in [
            "Traceparent",
            "Tracestate",
            "User-Agent",
            "X-Forwarded-For",
            "Forwarded",
            "Cookie",
            "Referer",
            "Origin",
        ] {
            let headers = format!("{length}{name}: {text}\r\n");
            let reply = ask(fleet.address(), submission(&token, &headers) + job);
            let status = reply.expect("an answer").status;
            assert!(matches!(status, 202 | 400), "{what} in {name}: {status}");
        }
        for name in ["Authorization", "Last-Event-ID", "Accept", "Content-Type"] {
            let headers =
                format!("GET /api/v1/video/jobs HTTP/1.1\r\nHost: api\r\n{name}: {text}\r\n\r\n");
            let status = ask(fleet.address(), headers).expect("an answer").status;
            assert!(
                matches!(status, 400 | 401 | 406),
                "{what} in {name}: {status}"
            );
        }
    }
    let odd = "SELECT count(*) FROM idempotency_keys WHERE octet_length(key) NOT BETWEEN 1 AND 255";
    assert_eq!(fleet.count(odd), 0);
}

#[test]
fn an_idempotency_key_has_1_to_255_characters() {
    let (fleet, _) = open("idempotency keys");
    for (length, status) in [
        (1, 202),
        (2, 202),
        (254, 202),
        (255, 202),
        (256, 400),
        (5_000, 400),
    ] {
        let key = "k".repeat(length);
        let answer = fleet
            .http
            .submit(&jobs::any(), &[("idempotency-key", &key)]);
        assert_eq!(answer.status, status, "{length}");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    fleet
        .http
        .submit(&jobs::any(), &twice)
        .is_problem(400, "invalid-idempotency-key");
    fleet
        .http
        .submit(&jobs::any(), &[("idempotency-key", "")])
        .is_problem(400, "invalid-idempotency-key");
}
