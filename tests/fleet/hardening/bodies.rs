//! Bodies and parameters that want to be understood in another way.

use gildhall_proto::limits::{MAX_SPEC_BYTES, MAX_SPEC_DEPTH};

use super::open;
use crate::support::raw::{ask, submission};
use crate::support::{Answer, Fleet, Raw, jobs};

const PROCESS: &str = "/api/v1/video/process";

#[track_caller]
fn post(fleet: &Fleet, body: &[u8], headers: &[(&str, &str)]) -> Answer {
    let json = [("content-type", "application/json")];
    fleet
        .http
        .post(PROCESS, body, &[&json[..], headers].concat())
}

#[test]
fn a_job_has_one_of_two_media_types_and_is_not_packed() {
    let (fleet, _) = open("media types");
    let job = jobs::any().to_string();
    for good in ["application/json", "APPLICATION/json;charset=utf-8"] {
        let answer = fleet
            .http
            .post(PROCESS, job.as_bytes(), &[("content-type", good)]);
        assert_eq!(answer.status, 202, "{good}");
    }
    for other in [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/vnd.api+json",
        "application/problem+json",
        "application/merge-patch+json",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; x=y",
        "application/json, application/json",
        "application/octet-stream",
        "*/*",
        "application/msgpack",
    ] {
        let answer = fleet
            .http
            .post(PROCESS, job.as_bytes(), &[("content-type", other)]);
        answer.is_problem(415, "unsupported-media-type");
    }
    let none = fleet.http.post(PROCESS, job.as_bytes(), &[]);
    none.is_problem(415, "unsupported-media-type");
    let twice = post(
        &fleet,
        job.as_bytes(),
        &[("content-type", "application/json")],
    );
    twice.is_problem(400, "malformed-request");
    for coding in ["gzip", "deflate", "br", "identity, gzip"] {
        let packed = post(&fleet, job.as_bytes(), &[("content-encoding", coding)]);
        packed.is_problem(415, "unsupported-media-type");
    }
    let plain = post(&fleet, job.as_bytes(), &[("content-encoding", "identity")]);
    assert_eq!(plain.status, 202);
    let upload = "/api/v1/video/assets?kind=products";
    let packed = fleet
        .http
        .post(upload, b"x", &[("content-encoding", "gzip")]);
    packed.is_problem(415, "unsupported-media-type");
}

#[test]
fn answers_come_in_what_is_accepted() {
    let (fleet, _) = open("accept");
    let job = fleet.submit(&jobs::any());
    let (one, list) = (format!("/api/v1/video/jobs/{job}"), "/api/v1/video/jobs");
    for accept in [
        "application/json",
        "*/*",
        "application/*;q=0.1",
        "text/html, */*;q=0.5",
    ] {
        let answer = fleet.http.get_with(&one, &[("accept", accept)]);
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(answer.header("content-type"), "application/json");
    }
    for accept in [
        "text/html",
        "application/xml",
        "application/json;q=0",
        "text/*",
    ] {
        for path in [one.as_str(), list, "/api/v1/video/assets"] {
            let answer = fleet.http.get_with(path, &[("accept", accept)]);
            answer.is_problem(406, "not-acceptable");
        }
        let answer = post(
            &fleet,
            jobs::any().to_string().as_bytes(),
            &[("accept", accept)],
        );
        answer.is_problem(406, "not-acceptable");
    }
    let events = fleet
        .http
        .get_with(&format!("{one}/events"), &[("accept", "application/json")]);
    events.is_problem(406, "not-acceptable");
    assert_eq!(fleet.count("SELECT count(*) FROM video_processing_jobs"), 1);
}

#[test]
fn a_document_has_a_depth_and_each_field_once() {
    let (fleet, _) = open("depth");
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"images": ["a.jpg"], "x": {open}1{close}}}"#)
    };
    let code = |body: &str| {
        let answer = post(&fleet, body.as_bytes(), &[]);
        answer.is_problem(422, "invalid-job");
        let body = answer.json();
        let error = &body["errors"][0];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (text("code"), text("limit"))
    };
    for levels in [1, MAX_SPEC_DEPTH - 2, MAX_SPEC_DEPTH - 1] {
        assert_eq!(code(&nested(levels)).0, "unknown_field", "{levels}");
    }
    for levels in [MAX_SPEC_DEPTH, 32, 33, 127, 128, 129, 100_000] {
        let (code, limit) = code(&nested(levels));
        assert_eq!(code, "too_deep", "{levels}");
        assert_eq!(limit, format!("at most {MAX_SPEC_DEPTH} levels"));
    }
    for twice in [
        r#"{"images": ["a.jpg"], "images": ["b.jpg"]}"#,
        r#"{"images": ["a.jpg"], "priority": 1, "priority": 1}"#,
        r#"{"images": ["a.jpg"], "metadata": {"a": 1, "\u0061": 2}}"#,
    ] {
        assert_eq!(code(twice).0, "duplicate_field", "{twice}");
    }
    for odd in [
        &b"\xEF\xBB\xBF\xEF\xBB\xBF{\"images\": [\"a.jpg\"]}"[..],
        b"\xFF\xFE{\0}\0",
        b"{\"images\": [\"a.jpg\"]} {}",
        b"{\"images\": [\"\xC0\xAE\xC0\xAE\"]}",
        b"{\"images\": [\"\xED\xA0\x80\"]}",
        b"{'images': ['a.jpg']}",
        b"{images: [a.jpg]}",
        b"[",
        b"nul",
        b"",
    ] {
        post(&fleet, odd, &[]).is_problem(400, "malformed-body");
    }
    assert_eq!(fleet.count("SELECT count(*) FROM video_processing_jobs"), 0);
}

#[test]
fn a_job_has_256_kib_whether_it_says_so_or_not() {
    let (fleet, token) = open("sizes");
    let padded = |bytes: usize| {
        let job = jobs::any().to_string();
        let pad = " ".repeat(bytes - job.len());
        job + &pad
    };
    for (bytes, status) in [
        (MAX_SPEC_BYTES - 1, 202),
        (MAX_SPEC_BYTES, 202),
        (MAX_SPEC_BYTES + 1, 413),
    ] {
        let body = padded(bytes);
        let announced = format!("Content-Length: {bytes}\r\n");
        let reply = ask(fleet.address(), submission(&token, &announced) + &body);
        assert_eq!(
            reply.map(|reply| reply.status),
            Some(status),
            "{bytes} announced"
        );
        let chunked = submission(&token, "Transfer-Encoding: chunked\r\n");
        let chunked = format!("{chunked}{bytes:x}\r\n{body}\r\n0\r\n\r\n");
        let reply = ask(fleet.address(), chunked).expect("an answer");
        assert_eq!(reply.status, status, "{bytes} in chunks");
    }
    // What is too long is refused before it is sent.
    let mut raw = Raw::connect(fleet.address());
    raw.send(submission(
        &token,
        "Content-Length: 1000000000\r\nExpect: 100-continue\r\n",
    ));
    let reply = raw.reply().filter(|reply| reply.status != 100);
    let reply = reply.or_else(|| raw.reply()).expect("an answer");
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (413, "body-too-large")
    );
    assert!(raw.reply().is_none(), "the connection is closed");
}

#[test]
fn parameters_that_nobody_asked_for_are_told() {
    let (fleet, _) = open("parameters");
    let job = fleet.submit(&jobs::any());
    let one = format!("/api/v1/video/jobs/{job}");
    let asset = format!("/api/v1/video/assets/{job}");
    for path in [
        one.clone(),
        format!("{one}/events"),
        "/api/v1/video/jobs".to_owned(),
        "/api/v1/video/assets".to_owned(),
        asset.clone(),
    ] {
        for query in [
            "x=1",
            "Limit=1",
            "limit%00=1",
            "%5F_proto__=1",
            "tenant=zenith",
            "tenant_id=zenith",
            "x",
        ] {
            let answer = fleet.http.get(&format!("{path}?{query}"));
            answer.is_problem(400, "invalid-parameter");
            assert_eq!(answer.json()["errors"][0]["code"], "unknown_parameter");
        }
    }
    for path in [
        format!("{one}/cancel"),
        format!("{one}/replay"),
        PROCESS.to_owned(),
    ] {
        let body = jobs::any().to_string();
        let json = [("content-type", "application/json")];
        let answer = fleet
            .http
            .post(&format!("{path}?dry_run=1"), body.as_bytes(), &json);
        answer.is_problem(400, "invalid-parameter");
    }
    let upload = "/api/v1/video/assets?kind=products&tenant=zenith";
    fleet
        .http
        .post(upload, b"x", &[])
        .is_problem(400, "invalid-parameter");
    let stands = fleet.http.get(&one).json();
    assert_ne!(stands["status"], "cancelled", "nothing was done");
}
