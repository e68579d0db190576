//! What becomes of uploads: found clean, found infected, or not looked at because the scanner is away.

use std::thread;
use std::time::{Duration, Instant};

use gildhall_devstack::EICAR_SIGNATURE;
use gildhall_proto::{FailureClass, JobStatus};
use serde_json::{Value, json};

use crate::support::scanner::{
    Scanner, clean, infected, link, listed, stored, upload, wait_until, wait_until_cleared,
};
use crate::support::{Answer, Fleet, WorkerOptions, jobs, until};

const UPLOADS: &str = "tenants/acme/video-assets/products/";

/// A job of this asset that renders in a moment.
fn job_of(key: &str) -> Value {
    let mut job = jobs::tiny();
    job["images"] = json!([key]);
    job
}

/// That it is a refusal of a job because of its first image.
#[track_caller]
fn is_barred(answer: &Answer, code: &str) {
    answer.is_problem(422, "unusable-assets");
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
    assert_eq!(
        (&errors[0]["pointer"], &errors[0]["code"]),
        (&json!("/images/0"), &json!(code))
    );
}

/// Why the clamd of the API is away by `/readyz`, which is ready all the same.
fn clamd_is_there(fleet: &Fleet) -> bool {
    let answer = fleet.http.anonymous().get("/readyz");
    assert_eq!(answer.status, 200, "{}", answer.json());
    let body = answer.json();
    let dependencies = body["dependencies"].as_array().expect("a list");
    let clamd = dependencies.iter().find(|one| one["name"] == "clamd");
    let clamd = clamd.expect("it is named");
    assert_eq!(clamd["required"], false);
    clamd["ok"] == true
}

#[test]
fn an_infected_upload_is_refused_and_nothing_of_it_is_kept() {
    let mut fleet = Fleet::shared("infected");
    let _scanner = Scanner::of(&mut fleet);
    fleet.start_api();
    assert!(clamd_is_there(&fleet));
    for _ in 0..2 {
        let answer = upload(&fleet.http, "bad.jpg", &infected());
        answer.is_problem(422, "infected");
        let body = answer.json();
        let detail = body["detail"].as_str().expect("it says why");
        assert!(detail.contains(EICAR_SIGNATURE), "{detail}");
    }
    assert!(stored(&fleet, "").is_empty());
    assert_eq!(fleet.count("SELECT count(*) FROM media_assets"), 0);
    let told = "SELECT count(*) FROM audit_log WHERE tenant_id = 'acme' AND action = 'asset.upload' \
        AND outcome = 'infected' AND subject = 'products/bad.jpg' AND detail ? 'signature'";
    assert_eq!(fleet.count(told), 2);

    let answer = upload(&fleet.http, "good.jpg", &clean(1));
    link(&answer, 201, "released");
    assert_eq!(stored(&fleet, UPLOADS).len(), 1);
    assert!(stored(&fleet, "quarantine/").is_empty());
    let scanned = "SELECT count(*) FROM media_assets WHERE state = 'released' AND scanned_at IS NOT NULL \
        AND due_at IS NULL AND quarantine_key IS NULL";
    assert_eq!(fleet.count(scanned), 1);
    let again = upload(&fleet.http, "other-name.jpg", &clean(1));
    assert_eq!(
        link(&again, 200, "released"),
        link(&answer, 201, "released")
    );
}

#[test]
fn what_was_not_scanned_cannot_be_used_until_the_scanner_is_back() {
    let mut fleet = Fleet::shared("scanner away");
    let scanner = Scanner::of(&mut fleet);
    fleet.start_api();
    // Nobody knows the key yet, so this one is accepted.
    let early = fleet.submit(&job_of("products/ring.jpg"));
    scanner.kill();
    until("the API misses it", Duration::from_secs(10), || {
        (!clamd_is_there(&fleet)).then_some(())
    });
    let asset = link(
        &upload(&fleet.http, "ring.jpg", &clean(1)),
        202,
        "quarantined",
    );
    let again = upload(&fleet.http, "ring.jpg", &clean(1));
    assert_eq!(link(&again, 202, "quarantined"), asset);
    fleet.http.get(&asset).is_problem(409, "asset-not-released");
    assert_eq!(stored(&fleet, "quarantine/acme/").len(), 1);
    assert!(stored(&fleet, "tenants/").is_empty());

    let key = [("idempotency-key", "order-1")];
    let job = job_of("products/ring.jpg");
    is_barred(&fleet.http.submit(&job, &key), "asset_quarantined");
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    let waiting = fleet.wait_for(early, JobStatus::Retrying);
    assert_eq!((waiting.attempts, waiting.failure), (0, None));

    scanner.start();
    wait_until(&fleet.http, "products/ring.jpg", "released");
    let accepted = fleet.http.submit(&job, &key);
    assert_eq!(accepted.status, 202, "the key was not used up");
    fleet.wait_for_all(&[accepted.job(), early]);
    assert_eq!(fleet.http.get(&asset).status, 302);
    wait_until_cleared(&fleet);
    let released = "SELECT count(*) FROM audit_log WHERE action = 'asset.release' AND actor_kind = 'porter' \
        AND outcome = 'released'";
    assert_eq!(fleet.count(released), 1);
}

#[test]
fn what_was_infected_while_the_scanner_was_away_is_refused_later() {
    let mut fleet = Fleet::shared("infected meanwhile");
    let scanner = Scanner::of(&mut fleet);
    fleet.start_api();
    let early = fleet.submit(&job_of("products/bad.jpg"));
    scanner.kill();
    let answer = upload(&fleet.http, "bad.jpg", &infected());
    let asset = link(&answer, 202, "quarantined");
    scanner.start();
    let refused = wait_until(&fleet.http, "products/bad.jpg", "refused");
    assert_eq!(refused["refusal"], EICAR_SIGNATURE);
    wait_until_cleared(&fleet);
    assert!(stored(&fleet, "tenants/").is_empty());

    upload(&fleet.http, "bad.jpg", &infected()).is_problem(422, "infected");
    fleet.http.get(&asset).is_problem(409, "asset-not-released");
    let barred = fleet.http.submit(&job_of("products/bad.jpg"), &[]);
    is_barred(&barred, "asset_refused");
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    let failure = fleet.wait_for(early, JobStatus::Failed).failure;
    let failure = failure.expect("it failed");
    assert_eq!(
        (failure.class, failure.code.as_str()),
        (FailureClass::Rejected, "asset_refused")
    );
    fleet.wait_for_dead_letters(1);
    let told = "SELECT count(*) FROM audit_log WHERE action = 'asset.refuse' AND actor_kind = 'porter' \
        AND outcome = 'infected'";
    assert_eq!(fleet.count(told), 1);

    // Its name can be had again.
    let other = upload(&fleet.http, "bad.jpg", &clean(1));
    other.is_problem(409, "asset-name-taken");
    assert_eq!(fleet.http.delete(&asset).status, 204);
    link(&upload(&fleet.http, "bad.jpg", &clean(1)), 201, "released");
}

#[test]
fn the_same_bytes_once_more_are_scanned_at_once() {
    let mut fleet = Fleet::shared("uploaded again");
    // No porter does it instead.
    fleet.env.push(("GILDHALL_NO_RELAY", "true".to_owned()));
    let scanner = Scanner::of(&mut fleet);
    fleet.start_api();
    scanner.kill();
    let good = link(
        &upload(&fleet.http, "good.jpg", &clean(1)),
        202,
        "quarantined",
    );
    let bad = link(
        &upload(&fleet.http, "bad.jpg", &infected()),
        202,
        "quarantined",
    );
    scanner.start();
    let again = upload(&fleet.http, "good.jpg", &clean(1));
    assert_eq!(link(&again, 200, "released"), good);
    assert_eq!(fleet.http.get(&good).status, 302);
    upload(&fleet.http, "bad.jpg", &infected()).is_problem(422, "infected");
    let refused = listed(&fleet.http, "products/bad.jpg").expect("it is remembered");
    assert_eq!(refused["state"], "refused");
    fleet.http.get(&bad).is_problem(409, "asset-not-released");
    assert_eq!(stored(&fleet, UPLOADS).len(), 1);

    // What they left behind is cleared by whoever comes.
    assert_eq!(stored(&fleet, "quarantine/").len(), 2);
    fleet.env.retain(|(name, _)| *name != "GILDHALL_NO_RELAY");
    let _relay = fleet.start("relay", Vec::new());
    wait_until_cleared(&fleet);
    until(
        "no porter has anything to do",
        Duration::from_secs(30),
        || {
            let due = "SELECT count(*) FROM media_assets WHERE due_at IS NOT NULL OR quarantine_key IS NOT NULL";
            (fleet.count(due) == 0).then_some(())
        },
    );
    assert_eq!(stored(&fleet, UPLOADS).len(), 1);
}

#[test]
fn a_quarantined_asset_can_be_deleted() {
    let mut fleet = Fleet::shared("deleted in quarantine");
    let scanner = Scanner::of(&mut fleet);
    fleet.start_api();
    scanner.kill();
    let asset = link(
        &upload(&fleet.http, "ring.jpg", &clean(1)),
        202,
        "quarantined",
    );
    assert_eq!(fleet.http.delete(&asset).status, 204);
    assert!(stored(&fleet, "").is_empty());
    scanner.start();
    let other = upload(&fleet.http, "ring.jpg", &clean(2));
    link(&other, 201, "released");
    until(
        "no porter has anything to do",
        Duration::from_secs(30),
        || {
            let due = "SELECT count(*) FROM media_assets WHERE due_at IS NOT NULL";
            (fleet.count(due) == 0).then_some(())
        },
    );
    fleet.http.get(&asset).is_problem(404, "not-found");
    assert_eq!(stored(&fleet, "").len(), 1);
}

#[test]
fn a_scanner_that_hangs_holds_up_five_uploads_and_no_sixth() {
    let mut fleet = Fleet::shared("scanner hangs");
    let scanner = Scanner::of(&mut fleet);
    fleet.start_api();
    scanner.pause();
    thread::scope(|scope| {
        for number in 0..5 {
            let http = fleet.http.clone();
            scope.spawn(move || {
                let name = format!("{number}.jpg");
                link(&upload(&http, &name, &clean(number)), 202, "quarantined");
            });
        }
    });
    let began = Instant::now();
    link(&upload(&fleet.http, "5.jpg", &clean(5)), 202, "quarantined");
    // The scanner is given 3 s to say that it is there.
    let took = began.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    let open = r#"gildhall_breaker_state{dependency="clamd"} 1"#;
    let shown = fleet.http.anonymous().get("/metrics").body;
    assert!(String::from_utf8_lossy(&shown).contains(open));
    scanner.resume();
    for number in 0..6 {
        wait_until(&fleet.http, &format!("products/{number}.jpg"), "released");
    }
}

#[test]
fn where_scanning_is_off_every_upload_can_be_used_at_once() {
    let mut fleet = Fleet::shared("scanning off");
    fleet.env.push(("GILDHALL_SCAN", "off".to_owned()));
    fleet
        .env
        .push(("GILDHALL_CLAMD", "tcp://127.0.0.1:1".to_owned()));
    fleet.start_api();
    link(
        &upload(&fleet.http, "bad.jpg", &infected()),
        201,
        "released",
    );
    let unscanned =
        "SELECT count(*) FROM media_assets WHERE state = 'released' AND scanned_at IS NULL";
    assert_eq!(fleet.count(unscanned), 1);
    let ready = fleet.http.anonymous().get("/readyz").json();
    let named = ready["dependencies"].to_string();
    assert!(!named.contains("clamd"), "{named}");
}
