//! What goes when its days are over, and whose days count.

use gildhall::ledger::Keep;
use gildhall_proto::TenantId;

use super::{
    Ages, DAY, DEFAULT, LEFT, ONE_OF_EACH, PATIENCE, add, all, clean, fill, left, names, number,
    store_all,
};
use crate::support::fleet::{actor, at_once};
use crate::support::scanner::stored;
use crate::support::{Fleet, wait};

#[test]
fn each_kind_goes_after_its_days_and_not_before() {
    let fleet = Fleet::shared("retention");
    fill(&fleet, "acme", &DEFAULT);
    assert_eq!(left(&fleet, "acme"), all(&["old", "young"]));
    let objects = stored(&fleet, "tenants/acme/");
    assert_eq!(objects.len(), 6, "{objects:?}");

    let told = clean(&fleet, &[]);
    assert_eq!(left(&fleet, "acme"), all(&["young"]));
    for (kind, count) in [
        ("keys", 1),
        ("events", 1),
        ("audit", 1),
        ("uploads", 1),
        ("outputs", 1),
        ("cleared", 2),
        ("jobs", 1),
        ("leftovers", 0),
    ] {
        assert_eq!(number(&told, kind), count, "{kind}: {told}");
    }
    assert_eq!(stored(&fleet, "tenants/acme/").len(), 3);
    // A job that went took its history along, and nothing else did: the videos' jobs are 90 days old.
    let history = "SELECT count(*) FROM job_history h WHERE NOT EXISTS \
        (SELECT 1 FROM video_processing_jobs j WHERE j.id = h.job_id)";
    assert_eq!(fleet.count(history), 0);
    assert_eq!(
        fleet.count("SELECT count(DISTINCT job_id) FROM job_history"),
        3
    );
    let audit = "SELECT count(*) FROM audit_log WHERE actor_kind = 'janitor' AND action = 'janitor.run' \
        AND outcome = 'done' AND (detail ->> 'uploads')::int = 1";
    assert_eq!(fleet.count(audit), 1);

    // Once more: there is nothing left to do.
    let again = clean(&fleet, &[]);
    for kind in ["keys", "audit", "uploads", "outputs", "cleared", "jobs"] {
        assert_eq!(number(&again, kind), 0, "{kind}: {again}");
    }
}

#[test]
fn a_completed_job_stays_as_long_as_its_video_and_then_goes_with_it() {
    let fleet = Fleet::shared("retention of jobs");
    let tenant = &fleet.tenant;
    add(&fleet, ONE_OF_EACH[1], "acme", "old", 181 * DAY);
    store_all(&fleet);
    let keep = |outputs| Keep {
        outputs,
        ..Keep::default()
    };
    let set = |keep| wait(fleet.ledger.set_keep(tenant, &keep, &actor()));
    assert!(set(keep(Some(0))).expect("the ledger is there"));
    assert_eq!(number(&clean(&fleet, &[]), "jobs"), 0);
    assert_eq!(
        fleet.count("SELECT count(*) FROM media_assets WHERE deleted_at IS NULL"),
        1
    );
    assert!(set(keep(None)).expect("the ledger is there"));
    let told = clean(&fleet, &[]);
    assert_eq!(
        (number(&told, "outputs"), number(&told, "jobs")),
        (1, 1),
        "{told}"
    );
    for rows in [
        "SELECT count(*) FROM media_assets",
        "SELECT count(*) FROM media_renditions",
        "SELECT count(*) FROM video_processing_jobs",
        "SELECT count(*) FROM job_history",
    ] {
        assert_eq!(fleet.count(rows), 0, "{rows}");
    }
    assert!(stored(&fleet, "").is_empty());
}

#[test]
fn a_tenant_has_days_of_its_own() {
    let fleet = Fleet::shared("own retention");
    fleet.add_tenant("zenith", at_once(2));
    fleet.add_tenant("hoard", at_once(2));
    let ages = Ages {
        uploads: 7 * DAY,
        outputs: 8 * DAY,
        history: 9 * DAY,
        keys: DAY,
        audit: 30 * DAY,
    };
    for tenant in ["zenith", "acme"] {
        fill(&fleet, tenant, &ages);
    }
    fill(&fleet, "hoard", &DEFAULT);
    let set = |tenant: &str, days: [&str; 5]| {
        let [uploads, outputs, history, keys, audit] = days;
        let mut said = fleet.run(&[
            "tenant",
            "retention",
            tenant,
            "--uploads",
            uploads,
            "--outputs",
            outputs,
            "--history",
            history,
            "--keys",
            keys,
            "--audit",
            audit,
            "--json",
        ]);
        let status = said.ends_within(PATIENCE);
        assert!(status.success(), "{}", said.log_tail());
    };
    set("zenith", ["7", "8", "9", "1", "30"]);
    set("hoard", ["0"; 5]);
    let zenith = TenantId::parse("zenith").expect("a name");
    let kept = wait(fleet.ledger.keep(&zenith)).expect("the ledger is there");
    assert_eq!(kept.and_then(|keep| keep.audit), Some(30));

    clean(&fleet, &[]);
    assert_eq!(left(&fleet, "zenith"), all(&["young"]));
    assert_eq!(left(&fleet, "acme"), all(&["old", "young"]));
    assert_eq!(left(&fleet, "hoard"), all(&["old", "young"]));
    set("hoard", ["default"; 5]);
    clean(&fleet, &[]);
    assert_eq!(left(&fleet, "hoard"), all(&["young"]));
}

#[test]
fn a_dry_run_tells_what_would_go_and_leaves_it() {
    let fleet = Fleet::shared("dry run");
    fill(&fleet, "acme", &DEFAULT);
    let before = (left(&fleet, "acme"), stored(&fleet, ""));
    let lines = fleet.count("SELECT count(*) FROM audit_log");
    let told = clean(&fleet, &["--dry-run"]);
    assert_eq!(told["dry_run"], true);
    for kind in ["keys", "events", "audit", "uploads", "outputs", "jobs"] {
        assert_eq!(number(&told, kind), 1, "{kind}: {told}");
    }
    assert_eq!((left(&fleet, "acme"), stored(&fleet, "")), before);
    assert_eq!(fleet.count("SELECT count(*) FROM audit_log"), lines);
}

#[test]
fn the_last_month_of_the_audit_log_cannot_be_removed() {
    let fleet = Fleet::shared("audit of a month");
    for days in [1, 29, 31] {
        add(
            &fleet,
            ONE_OF_EACH[5],
            "acme",
            &days.to_string(),
            days * DAY,
        );
    }
    let all = "SELECT fleet.forget_audit('acme', 'infinity', 1000)";
    assert_eq!(fleet.count(all), 1);
    assert_eq!(names(&fleet, LEFT[5].1, "acme"), ["1", "29"]);
}
