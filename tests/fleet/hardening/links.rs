//! What a signed URL opens, and what it does not.

use std::time::Duration;

use serde_json::Value;

use super::open;
use crate::support::fleet::at_once;
use crate::support::{Answer, Client, Fleet, jobs, until, wait};

/// Uploads an image for this caller, and gives the signed URL of it.
#[track_caller]
fn upload(client: &Client, name: &str) -> Value {
    let path = format!("/api/v1/video/assets?kind=products&name={name}");
    let bytes = [&jobs::ring()[..], name.as_bytes()].concat();
    let answer = client.post(&path, &bytes, &[]);
    assert_eq!(answer.status, 201, "{}", answer.json());
    let body = answer.json();
    let link = body["link"].as_str().expect("a link");
    client
        .get_with(link, &[("accept", "application/json")])
        .json()
}

#[track_caller]
fn url(download: &Value) -> String {
    download["url"].as_str().expect("a URL").to_owned()
}

/// Whoever has the URL and nothing else.
#[track_caller]
fn fetch(url: &str) -> Answer {
    Client::new("").get(url)
}

fn address(url: &str) -> &str {
    url.split_once('?').map_or(url, |(address, _)| address)
}

fn query(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}

/// The same URL with another value of one parameter.
fn with(url: &str, name: &str, value: &str) -> String {
    let other = |pair: &str| match pair.split_once('=') {
        Some((own, _)) if own == name => format!("{own}={value}"),
        _ => pair.to_owned(),
    };
    let pairs: Vec<String> = query(url).split('&').map(other).collect();
    let changed = format!("{}?{}", address(url), pairs.join("&"));
    assert_ne!(changed, url, "{name} is in it");
    changed
}

fn without(url: &str, name: &str) -> String {
    let rest = query(url)
        .split('&')
        .filter(|pair| !pair.starts_with(&format!("{name}=")));
    format!("{}?{}", address(url), rest.collect::<Vec<_>>().join("&"))
}

#[test]
fn a_signed_url_is_short_lived_and_gives_a_file_to_save() {
    let (fleet, _) = open("signed URLs");
    let download = upload(&fleet.http, "ring.jpg");
    let signed = url(&download);
    let parameter = |name: &str| {
        let own = |pair: &str| pair.split_once('=').is_some_and(|(own, _)| own == name);
        let pair = query(&signed).split('&').find(|pair| own(pair));
        pair.map(str::to_owned)
    };
    assert_eq!(
        parameter("X-Amz-Expires"),
        Some("X-Amz-Expires=300".to_owned())
    );
    let file = fetch(&signed);
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "image/jpeg");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"ring.jpg\""
    );
    assert!(!signed.contains("gk_"));
    let answer = fleet
        .http
        .get(&format!("/api/v1/video/assets/{}", id(&fleet)));
    assert_eq!(answer.status, 302);
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), value, "a URL is a password");
    }
}

fn id(fleet: &Fleet) -> String {
    let assets = fleet.http.get("/api/v1/video/assets").json();
    assets["assets"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

/// What may be tried with the URL of an object, by whoever knows those of two others.
fn forgeries(ring: &str, bag: &str, theirs: &str) -> Vec<(&'static str, String)> {
    let signature = |url: &str| {
        let (_, rest) = url.split_once("X-Amz-Signature=").expect("it is signed");
        rest.split('&').next().unwrap_or_default().to_owned()
    };
    let own = signature(ring);
    let flipped = format!(
        "{}{}",
        if own.starts_with('0') { '1' } else { '0' },
        &own[1..]
    );
    let at = |address: String| format!("{address}?{}", query(ring));
    let own_address = address(ring).to_owned();
    let bucket = own_address.split("/tenants/").next().unwrap_or_default();
    vec![
        ("another object", at(address(bag).to_owned())),
        ("another tenant's", at(address(theirs).to_owned())),
        (
            "a folder up",
            at(own_address.replace("/products/", "/products/../products/")),
        ),
        (
            "a folder up, encoded",
            at(own_address.replace("/products/", "/products/%2e%2e/products/")),
        ),
        ("the bucket", at(format!("{bucket}/"))),
        (
            "a quarantined one",
            at(own_address.replace("/tenants/acme/video-assets/", "/quarantine/acme/")),
        ),
        ("another signature", with(ring, "X-Amz-Signature", &flipped)),
        ("no signature", without(ring, "X-Amz-Signature")),
        ("an empty signature", with(ring, "X-Amz-Signature", "")),
        (
            "another's signature",
            with(ring, "X-Amz-Signature", &signature(bag)),
        ),
        ("a longer life", with(ring, "X-Amz-Expires", "86400")),
        ("another date", with(ring, "X-Amz-Date", "20990101T000000Z")),
        ("a page", with(ring, "response-content-type", "text%2Fhtml")),
        (
            "in the window",
            with(ring, "response-content-disposition", "inline"),
        ),
        (
            "no disposition",
            without(ring, "response-content-disposition"),
        ),
        ("nothing signed", own_address.clone()),
    ]
}

#[test]
fn a_signed_url_opens_one_object_in_one_way() {
    let (fleet, _) = open("forged URLs");
    let zenith = fleet.add_tenant("zenith", at_once(2));
    let (ring, bag) = (
        url(&upload(&fleet.http, "ring.jpg")),
        url(&upload(&fleet.http, "bag.jpg")),
    );
    let theirs = url(&upload(&zenith, "ring.jpg"));
    for good in [&ring, &bag, &theirs] {
        assert_eq!(fetch(good).status, 200);
    }
    for (what, forged) in forgeries(&ring, &bag, &theirs) {
        assert_ne!(forged, ring, "{what}");
        let answer = fetch(&forged);
        assert!(
            (400..500).contains(&answer.status),
            "{what}: {}",
            answer.status
        );
        assert!(
            !answer.body.starts_with(&[0xFF, 0xD8]),
            "{what} gave the picture"
        );
    }
    for (method, body) in [("PUT", Some(&b"other bytes"[..])), ("DELETE", None)] {
        let answer = Client::new("").send(method, &ring, &[], body);
        assert_eq!(answer.status, 403, "{method}");
    }
    assert_eq!(fetch(&ring).status, 200, "it is as it was");
}

#[test]
fn a_signed_url_ends() {
    let (fleet, _) = open("expired URLs");
    fleet.upload_ring();
    let key = sqlx::query_scalar("SELECT object_key FROM media_assets").fetch_one(&fleet.sql);
    let key: String = wait(key).expect("it was uploaded");
    let second = Duration::from_secs(1);
    let signed = fleet
        .objects
        .signed_url(&key, second, "ring.jpg", "image/jpeg");
    let signed = wait(signed).expect("keys are all it takes");
    let ended = until("the URL is over", Duration::from_secs(30), || {
        let answer = fetch(signed.as_str());
        (answer.status != 200).then_some(answer)
    });
    assert_eq!(
        ended.status,
        403,
        "{}",
        String::from_utf8_lossy(&ended.body)
    );
}

#[test]
fn a_deleted_asset_is_gone_for_whoever_has_its_url() {
    let (fleet, _) = open("deleted");
    let signed = url(&upload(&fleet.http, "ring.jpg"));
    assert_eq!(fetch(&signed).status, 200);
    let id = id(&fleet);
    let path = format!("/api/v1/video/assets/{id}");
    assert_eq!(fleet.http.send("DELETE", &path, &[], None).status, 204);
    assert_eq!(fetch(&signed).status, 404);
}
