//! What porters do with uploads in quarantine, and what nobody can slip in there or afterwards.

use std::path::Path;
use std::time::Duration;

use gildhall_proto::{FailureClass, JobStatus};

use crate::support::scanner::{
    Scanner, clean, infected, link, stored, upload, wait_until, wait_until_cleared, wait_until_gone,
};
use crate::support::{Fleet, WorkerOptions, jobs, until, wait};

const PATIENCE: Duration = Duration::from_secs(60);

/// Puts other bytes in the place of an object.
fn replace(fleet: &Fleet, object: &str, bytes: &[u8]) {
    let file = tempfile::NamedTempFile::new().expect("room");
    std::fs::write(file.path(), bytes).expect("room");
    put(fleet, object, file.path());
}

fn put(fleet: &Fleet, object: &str, file: &Path) {
    let stored = wait(fleet.objects.upload(file, object, "image/jpeg"));
    stored.expect("the store is there");
}

/// The one object below a prefix.
#[track_caller]
fn only_one(fleet: &Fleet, prefix: &str) -> String {
    let mut objects = stored(fleet, prefix);
    assert_eq!(objects.len(), 1, "{objects:?}");
    objects.remove(0)
}

#[test]
fn each_upload_is_released_once_however_many_porters_there_are_and_die() {
    const UPLOADS: usize = 24;
    let mut fleet = Fleet::shared("porters");
    fleet.env.push(("GILDHALL_NO_RELAY", "true".to_owned()));
    let scanner = Scanner::of(&mut fleet);
    fleet.start_api();
    scanner.kill();
    for number in 0..UPLOADS {
        let answer = upload(&fleet.http, &format!("{number}.jpg"), &clean(number));
        link(&answer, 202, "quarantined");
    }
    let answer = upload(&fleet.http, "bad.jpg", &infected());
    link(&answer, 202, "quarantined");
    scanner.start();
    // Rows that a dead porter had in hand are free after its lease: a minute, and the time of a scan.
    fleet
        .env
        .push(("GILDHALL_SCAN_TIMEOUT_MS", "1000".to_owned()));
    let mut doomed = fleet.start("relay", Vec::new());
    until("a porter has begun", PATIENCE, || {
        assert!(doomed.ended().is_none(), "{}", doomed.log_tail());
        let taken = "SELECT count(*) FROM media_assets WHERE tries > 0";
        (fleet.count(taken) > 0).then_some(())
    });
    doomed.kill9();
    // Nobody waits that long here.
    let freed = sqlx::query("UPDATE media_assets SET due_at = now() WHERE due_at IS NOT NULL");
    wait(freed.execute(&fleet.sql)).expect("the fleet may");
    let _relays: Vec<_> = (0..3).map(|_| fleet.start("relay", Vec::new())).collect();

    wait_until(&fleet.http, "products/bad.jpg", "refused");
    let waiting =
        "SELECT count(*) FROM media_assets WHERE state = 'quarantined' OR due_at IS NOT NULL";
    until("all are seen to", PATIENCE, || {
        (fleet.count(waiting) == 0).then_some(())
    });
    let lines = |outcome: &'static str| fleet.count(outcome);
    let released = "SELECT count(*) FROM audit_log WHERE action = 'asset.release'";
    let different = "SELECT count(DISTINCT subject) FROM audit_log WHERE action = 'asset.release'";
    assert_eq!(usize::try_from(lines(released)), Ok(UPLOADS));
    assert_eq!(usize::try_from(lines(different)), Ok(UPLOADS));
    let refused = "SELECT count(*) FROM audit_log WHERE action = 'asset.refuse'";
    assert_eq!(lines(refused), 1);
    assert!(stored(&fleet, "quarantine/").is_empty());
    assert_eq!(stored(&fleet, "tenants/").len(), UPLOADS);
}

#[test]
fn bytes_that_changed_in_quarantine_are_never_released() {
    let mut fleet = Fleet::shared("changed in quarantine");
    fleet.env.push(("GILDHALL_NO_RELAY", "true".to_owned()));
    let scanner = Scanner::of(&mut fleet);
    fleet.start_api();
    scanner.kill();
    link(
        &upload(&fleet.http, "changed.jpg", &clean(1)),
        202,
        "quarantined",
    );
    replace(&fleet, &only_one(&fleet, "quarantine/"), &clean(2));
    link(
        &upload(&fleet.http, "lost.jpg", &clean(3)),
        202,
        "quarantined",
    );
    let object = "SELECT quarantine_key FROM media_assets WHERE key = 'products/lost.jpg'";
    let object: String = wait(sqlx::query_scalar(object).fetch_one(&fleet.sql)).expect("a row");
    wait(fleet.objects.delete(&[object])).expect("the store is there");
    scanner.start();
    fleet.env.retain(|(name, _)| *name != "GILDHALL_NO_RELAY");
    let _relay = fleet.start("relay", Vec::new());
    for (key, line) in [
        (
            "products/changed.jpg",
            "SELECT count(*) FROM audit_log WHERE action = 'asset.withdraw' AND outcome = 'altered'",
        ),
        (
            "products/lost.jpg",
            "SELECT count(*) FROM audit_log WHERE action = 'asset.withdraw' AND outcome = 'lost'",
        ),
    ] {
        wait_until_gone(&fleet.http, key);
        assert_eq!(fleet.count(line), 1, "{key}");
    }
    wait_until_cleared(&fleet);
    assert!(stored(&fleet, "").is_empty());
    // Both can be uploaded anew.
    link(
        &upload(&fleet.http, "changed.jpg", &clean(1)),
        201,
        "released",
    );
    link(&upload(&fleet.http, "lost.jpg", &clean(3)), 201, "released");
}

#[test]
fn an_upload_that_was_cut_off_is_cleared_away() {
    let fleet = Fleet::shared("cut off");
    // As the API leaves it that dies between the row and its bytes, and between the bytes and their release.
    let entered = sqlx::query(
        "INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, state, due_at) \
         SELECT gen_random_uuid(), 'acme', 'upload', 'products', name, 'tenants/acme/video-assets/' || name, 'image/jpeg', \
            1, encode(sha256(convert_to(name, 'UTF8')), 'hex'), 'quarantined', now() \
         FROM unnest(ARRAY['before', 'after']) name",
    );
    wait(entered.execute(&fleet.sql)).expect("the tables take it");
    replace(&fleet, "tenants/acme/video-assets/after", b"x");
    let _relay = fleet.start("relay", Vec::new());
    let left = "SELECT count(*) FROM media_assets WHERE deleted_at IS NULL OR due_at IS NOT NULL";
    until("both are gone", PATIENCE, || {
        (fleet.count(left) == 0).then_some(())
    });
    assert!(stored(&fleet, "").is_empty());
}

#[test]
fn a_released_file_that_changed_in_the_store_ends_its_job() {
    let mut fleet = Fleet::shared("changed in the store");
    fleet.start_api();
    fleet.upload_ring();
    replace(&fleet, &only_one(&fleet, "tenants/"), &clean(2));
    let job = fleet.submit(&jobs::tiny());
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    let failed = fleet.wait_for(job, JobStatus::Failed);
    let failure = failed.failure.expect("it failed");
    assert_eq!(
        (failure.class, failure.code.as_str(), failed.attempts),
        (FailureClass::Rejected, "asset_altered", 1)
    );
    let letters = fleet.wait_for_dead_letters(1);
    assert_eq!(letters[0].code.as_deref(), Some("asset_altered"));
}

#[test]
fn what_lies_in_the_store_without_the_ledger_is_no_asset() {
    let mut fleet = Fleet::shared("planted");
    fleet.start_api();
    for object in [
        "tenants/acme/video-assets/products/ring.jpg",
        "quarantine/acme/products/ring.jpg",
    ] {
        replace(&fleet, object, &jobs::ring());
    }
    let job = fleet.submit(&jobs::tiny());
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    let failure = fleet.wait_for(job, JobStatus::Failed).failure;
    assert_eq!(failure.expect("it failed").code, "no_usable_image");
}
