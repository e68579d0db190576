//! What a run leaves that was cut off, and two that run at once.

use rustix::process::Signal;
use serde_json::Value;

use super::{
    DAY, DEFAULT, LEFT, ONE_OF_EACH, PATIENCE, add, all, clean, ended, fill, left, names, number,
    started, store_all,
};
use crate::support::process::Process;
use crate::support::scanner::stored;
use crate::support::{Fleet, until};

#[test]
fn two_at_once_do_the_work_once() {
    const EACH: usize = 60;
    let mut fleet = Fleet::shared("two janitors");
    for number in 0..EACH {
        for (kind, age) in [(0, 91), (1, 200), (2, 181), (4, 3)] {
            add(
                &fleet,
                ONE_OF_EACH[kind],
                "acme",
                &number.to_string(),
                age * DAY,
            );
        }
    }
    store_all(&fleet);
    for (name, value) in [
        ("GILDHALL_JANITOR_BATCH", "7"),
        ("GILDHALL_JANITOR_PAUSE_MS", "5"),
    ] {
        fleet.env.push((name, value.to_owned()));
    }
    let both = [(); 2].map(|()| started(&fleet, &[]));
    let told = both.map(|janitor| {
        let said = ended(janitor, 0);
        serde_json::from_str::<Value>(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    });
    let sum = |kind: &str| number(&told[0], kind) + number(&told[1], kind);
    assert_eq!(sum("keys"), EACH as u64, "{told:?}");
    // Whoever had a row in hand may have kept the other from it: what is left is for the next run.
    let last = clean(&fleet, &[]);
    for (kind, expected) in [("uploads", EACH), ("outputs", EACH), ("cleared", 2 * EACH)] {
        assert_eq!(
            sum(kind) + number(&last, kind),
            expected as u64,
            "{kind}: {told:?} {last}"
        );
    }
    assert_eq!(
        sum("jobs") + number(&last, "jobs"),
        2 * EACH as u64,
        "{told:?} {last}"
    );
    assert!(stored(&fleet, "").is_empty());
    assert_eq!(fleet.count("SELECT count(*) FROM video_processing_jobs"), 0);
}

#[test]
fn what_was_marked_while_the_store_was_away_goes_with_the_next_run() {
    let mut fleet = Fleet::shared("janitor without a store");
    fill(&fleet, "acme", &DEFAULT);
    let objects = stored(&fleet, "");
    // Nobody listens there.
    fleet
        .env
        .push(("GILDHALL_S3_ENDPOINT", "http://127.0.0.1:9".to_owned()));
    let said = ended(started(&fleet, &[]), 5);
    assert!(said.contains("object store"), "{said}");
    // What the ledger has by itself went; videos and uploads promise nothing any more, and their bytes are there.
    assert_eq!(names(&fleet, LEFT[4].1, "acme"), ["young"]);
    let marked =
        "SELECT count(*) FROM media_assets WHERE deleted_at IS NOT NULL AND cleared_at IS NULL";
    assert_eq!(fleet.count(marked), 2);
    assert_eq!(stored(&fleet, ""), objects);
    let failed =
        "SELECT count(*) FROM audit_log WHERE action = 'janitor.run' AND outcome = 'failed'";
    assert_eq!(fleet.count(failed), 1);

    fleet.env.pop();
    let told = clean(&fleet, &[]);
    assert_eq!(number(&told, "cleared"), 2, "{told}");
    assert_eq!(fleet.count(marked), 0);
    assert_eq!(left(&fleet, "acme"), all(&["young"]));
    assert_eq!(stored(&fleet, "").len(), 3);
}

/// A janitor that rests for a minute after its first full batch of one row.
fn slow(fleet: &mut Fleet) -> Process {
    for (name, value) in [
        ("GILDHALL_JANITOR_BATCH", "1"),
        ("GILDHALL_JANITOR_PAUSE_MS", "60000"),
    ] {
        fleet.env.push((name, value.to_owned()));
    }
    let janitor = started(fleet, &[]);
    until("it rests", PATIENCE, || {
        (fleet.count("SELECT count(*) FROM idempotency_keys") == 4).then_some(())
    });
    fleet.env.clear();
    janitor
}

fn five_old_keys(fleet: &Fleet) {
    for number in 0..5 {
        add(fleet, ONE_OF_EACH[4], "acme", &number.to_string(), 3 * DAY);
    }
}

#[test]
fn one_that_is_told_to_stop_ends_after_its_batch() {
    let mut fleet = Fleet::shared("janitor told to stop");
    five_old_keys(&fleet);
    let janitor = slow(&mut fleet);
    janitor.signal(Signal::TERM);
    ended(janitor, 130);
    assert_eq!(fleet.count("SELECT count(*) FROM idempotency_keys"), 4);
    let told =
        "SELECT count(*) FROM audit_log WHERE action = 'janitor.run' AND outcome = 'interrupted'";
    assert_eq!(fleet.count(told), 1);
    assert_eq!(number(&clean(&fleet, &[]), "keys"), 4);
}

#[test]
fn one_that_is_killed_leaves_the_rest_to_the_next() {
    let mut fleet = Fleet::shared("janitor killed");
    five_old_keys(&fleet);
    let mut janitor = slow(&mut fleet);
    janitor.kill9();
    assert_eq!(number(&clean(&fleet, &[]), "keys"), 4);
}
