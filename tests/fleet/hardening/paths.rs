//! Ids, names, cursors and keys that lead elsewhere, or would like to.

use std::collections::BTreeSet;

use gildhall_proto::AssetKey;
use serde_json::json;

use super::{encoded, naughty, open};
use crate::support::fleet::at_once;
use crate::support::raw::{ask, request};
use crate::support::{Client, Fleet, jobs, wait};

/// What could stand where an id belongs, as it stands in a path.
const NO_IDS: &[&str] = &[
    ".",
    "..",
    "%2e",
    "%2e%2e",
    "%2E%2E%2F",
    "..%2f..%2fetc%2fpasswd",
    "..%5c..%5c",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "..;",
    "%00",
    "%0a",
    "%0d%0aX:%20y",
    "%ff",
    "%e2%80%ae",
    "%EF%BC%8E%EF%BC%8E",
    "%",
    "%zz",
    "%u002e",
    "*",
    "~",
    "null",
    "undefined",
    "0",
    "-1",
    "1%20OR%201=1",
    "'%20OR%20''='",
    "%7B%7D",
    "%24%7Bjndi:ldap:%2F%2Fa%2Fb%7D",
    "00000000-0000-0000-0000-00000000000",
    "00000000-0000-0000-0000-0000000000000",
    "00000000000000000000000000000000",
    "%7B00000000-0000-0000-0000-000000000000%7D",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "g0000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-000000000000",
];

#[test]
fn what_is_no_id_of_ours_is_not_found() {
    let (fleet, token) = open("ids");
    let job = fleet.submit(&jobs::any()).to_string();
    let other_spellings = [
        job.replace('-', ""),
        format!("urn:uuid:{job}"),
        format!("%7B{job}%7D"),
        format!("{job}%00"),
        format!("{job}%20"),
        format!("{job};a=b"),
        format!("{job}."),
        format!("{job}%2F"),
        format!("{job}%2Fcancel"),
        format!("..%2F{job}"),
        "a".repeat(8_000),
        "%41".repeat(2_000),
    ];
    let ids = NO_IDS
        .iter()
        .copied()
        .chain(other_spellings.iter().map(String::as_str));
    for id in ids {
        for (method, target) in [
            ("GET", format!("/api/v1/video/jobs/{id}")),
            ("GET", format!("/api/v1/video/jobs/{id}/events")),
            ("POST", format!("/api/v1/video/jobs/{id}/cancel")),
            ("POST", format!("/api/v1/video/jobs/{id}/replay")),
            ("GET", format!("/api/v1/video/assets/{id}")),
            ("DELETE", format!("/api/v1/video/assets/{id}")),
            ("GET", format!("/problems/{id}")),
        ] {
            let reply = ask(fleet.address(), request(method, &target, &token));
            let reply = reply.unwrap_or_else(|| panic!("no answer to {target}"));
            assert!(
                matches!(reply.status, 400 | 404 | 405),
                "{} to {target}",
                reply.status
            );
            assert!(!reply.body.contains("root:"), "{target}");
        }
    }
    let stands = fleet.http.get(&format!("/api/v1/video/jobs/{job}")).json();
    assert_ne!(stands["status"], "cancelled");
    let shouted = format!("/api/v1/video/jobs/{}", job.to_uppercase());
    assert_eq!(
        fleet.http.get(&shouted).json()["job_id"],
        job.as_str(),
        "hexadecimal has no case"
    );
}

#[test]
fn paths_are_taken_as_they_stand() {
    let (fleet, token) = open("paths");
    let job = fleet.submit(&jobs::any());
    for target in [
        format!("//api/v1/video/jobs/{job}"),
        format!("/api/v1/video//jobs/{job}"),
        format!("/api/v1/video/jobs/{job}/"),
        format!("/api/v1/video/assets/../jobs/{job}"),
        format!("/api/v1/video/assets/%2e%2e/jobs/{job}"),
        format!("/./api/v1/video/jobs/{job}"),
        format!("/API/v1/video/jobs/{job}"),
        format!("/api/v1/video/jobs%2F{job}"),
        format!("\\api\\v1\\video\\jobs\\{job}"),
        format!("/docs/../api/v1/video/jobs/{job}"),
        "/docs/..%2f..%2fCargo.toml".to_owned(),
        "/docs/page.css/../page.js".to_owned(),
        "/problems/..%2f..%2fetc%2fpasswd".to_owned(),
        "/.env".to_owned(),
        "/.git/config".to_owned(),
        "/api/v1/video/assets/%2e%2e%2f%2e%2e%2fmetrics".to_owned(),
    ] {
        let reply = ask(fleet.address(), request("GET", &target, &token)).expect("an answer");
        assert!(
            matches!(reply.status, 400 | 404),
            "{} to {target}",
            reply.status
        );
    }
}

#[test]
fn cursors_lead_through_ones_own_list_only() {
    let (fleet, _) = open("cursors");
    let zenith = fleet.add_tenant("zenith", at_once(2));
    let own: BTreeSet<String> = fleet
        .submit_many(3)
        .iter()
        .map(ToString::to_string)
        .collect();
    for _ in 0..3 {
        zenith.submit(&jobs::any(), &[]).job();
    }
    let theirs = zenith.get("/api/v1/video/jobs?limit=1").json();
    let theirs = theirs["next"].as_str().expect("there are more");
    let seen = fleet.http.get(theirs).json();
    for job in seen["jobs"].as_array().expect("a list") {
        assert!(own.contains(job["job_id"].as_str().expect("an id")));
    }
    let nil = "0".repeat(32);
    for list in ["/api/v1/video/jobs", "/api/v1/video/assets"] {
        for cursor in [
            String::new(),
            "-".to_owned(),
            "1".to_owned(),
            "..".to_owned(),
            format!("-1-{nil}"),
            format!("1.0-{nil}"),
            format!("99999999999999999999-{nil}"),
            format!("{}-{nil}", i64::MAX),
            format!("1-{nil}0"),
            format!("1-{nil}\0"),
            format!("1-{nil}' OR ''='"),
            format!("٣-{nil}"),
            "eyJpZCI6MX0=".to_owned(),
            "a".repeat(8_000),
        ] {
            let answer = fleet
                .http
                .get(&format!("{list}?cursor={}", encoded(&cursor)));
            answer.is_problem(400, "invalid-parameter");
        }
        for at in [0, 1, 253_402_300_799_999_999_i64] {
            let answer = fleet.http.get(&format!("{list}?cursor={at}-{nil}"));
            assert_eq!(answer.status, 200, "{at}: the ends of time");
        }
    }
}

#[test]
fn an_upload_has_a_plain_name_and_lies_below_its_tenant() {
    let (fleet, _) = open("names of uploads");
    let mut kept = BTreeSet::new();
    for (number, (what, name)) in naughty::TEXTS.iter().enumerate() {
        let good = AssetKey::parse(&format!("products/{name}")).is_ok() && !name.contains('/');
        let path = format!("/api/v1/video/assets?kind=products&name={}", encoded(name));
        if !good {
            let answer = fleet.http.post(&path, b"x", &[]);
            answer.is_problem(400, "invalid-parameter");
            continue;
        }
        // The same bytes would be the same asset.
        let bytes = [jobs::ring(), number.to_string().into_bytes()].concat();
        let answer = fleet.http.post(&path, &bytes, &[]);
        assert_eq!(answer.status, 201, "{what}: {}", answer.json());
        let asset = answer.json();
        assert_eq!(asset["key"], format!("products/{name}"), "{what}");
        let id = asset["id"].as_str().expect("an id");
        kept.insert(format!("tenants/acme/video-assets/products/{id}/{name}"));
        comes_back(
            &fleet,
            answer.json()["link"].as_str().expect("a link"),
            &bytes,
            what,
        );
    }
    assert!(kept.len() > 10, "{kept:?}");
    let stored = wait(fleet.objects.list("")).expect("the store is there");
    let stored: BTreeSet<String> = stored.into_iter().map(|object| object.key).collect();
    assert_eq!(stored, kept, "nothing lies elsewhere");
}

/// What was uploaded is what is fetched, as a file to be saved.
#[track_caller]
fn comes_back(fleet: &Fleet, link: &str, bytes: &[u8], what: &str) {
    let redirect = fleet.http.get(link);
    assert_eq!(redirect.status, 302, "{what}");
    let file = Client::new("").get(redirect.header("location"));
    assert_eq!(file.status, 200, "{what}");
    assert!(file.body == bytes, "{what}: other bytes");
    let disposition = file.header("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename=\""),
        "{what}: {disposition}"
    );
    assert!(
        disposition.is_ascii() && naughty::is_printable(disposition),
        "{what}: {disposition}"
    );
}

#[test]
fn kinds_and_renditions_are_words() {
    let (fleet, _) = open("words");
    let job = fleet.submit(&jobs::any());
    for (what, text) in naughty::all() {
        if text.len() > 2_000 {
            continue;
        }
        let kind = format!("/api/v1/video/assets?kind={}", encoded(&text));
        fleet
            .http
            .post(&kind, b"", &[])
            .is_problem(400, "invalid-parameter");
        fleet.http.get(&kind).is_problem(400, "invalid-parameter");
        let origin = format!("/api/v1/video/assets?origin={}", encoded(&text));
        fleet.http.get(&origin).is_problem(400, "invalid-parameter");
        let rendition = format!("/api/v1/video/assets/{job}?rendition={}", encoded(&text));
        let answer = fleet.http.get(&rendition);
        assert!(
            matches!(answer.status, 404 | 409),
            "{what}: {}",
            answer.status
        );
    }
    for kind in [
        "Products",
        "products/",
        "products/..",
        "video",
        "../frames",
        "products,frames",
    ] {
        let path = format!("/api/v1/video/assets?kind={}", encoded(kind));
        fleet
            .http
            .post(&path, b"x", &[])
            .is_problem(400, "invalid-parameter");
    }
    assert!(
        wait(fleet.objects.list(""))
            .expect("the store is there")
            .is_empty()
    );
}

/// A job names assets of its own tenant, whatever its keys look like.
#[test]
fn no_key_in_a_job_names_anothers_asset() {
    let (fleet, _) = open("keys in jobs");
    let zenith = fleet.add_tenant("zenith", at_once(2));
    let path = "/api/v1/video/assets?kind=products&name=secret.jpg";
    assert_eq!(zenith.post(path, &jobs::ring(), &[]).status, 201);
    for climbing in [
        "../../zenith/video-assets/products/secret.jpg",
        "products/../../../zenith/video-assets/products/secret.jpg",
        "/tenants/zenith/video-assets/products/secret.jpg",
        "..%2f..%2fzenith%2fvideo-assets%2fproducts%2fsecret.jpg",
        "s3://gildhall/tenants/zenith/video-assets/products/secret.jpg",
        "products\\..\\..\\zenith\\secret.jpg",
        "products/secret.jpg\0",
        "quarantine/../products/secret.jpg",
    ] {
        let answer = fleet.http.submit(&json!({"images": [climbing]}), &[]);
        answer.is_problem(422, "invalid-job");
        assert_eq!(
            answer.json()["errors"][0]["code"],
            "invalid_key",
            "{climbing}"
        );
    }
    // These are keys, of one's own: there is nothing there.
    let _worker = fleet.start_worker(crate::support::WorkerOptions::rendering());
    for own in [
        "tenants/zenith/video-assets/products/secret.jpg",
        "products/secret.jpg",
    ] {
        let job = fleet.submit(&json!({"images": [own], "duration_s": 1}));
        let failed = fleet.wait_for(job, gildhall_proto::JobStatus::Failed);
        assert!(failed.output.is_none(), "{own}");
    }
}
