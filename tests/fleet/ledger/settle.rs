//! Every way to end an attempt, taken twice.

use std::time::Duration;

use gildhall::ledger::{Claim, Completion, LeaseRef, Ledger, Renewal, Settled, StaleReason};
use gildhall_proto::{Failure, FailureClass, JobStatus, Quality};
use serde_json::Value;
use sqlx::types::Json;

use super::{Ground, LEASE};
use crate::support::{until, wait};

#[derive(Debug, Clone, Copy)]
enum Step {
    Finish,
    Fail,
    Retry,
    Postpone,
    GiveBack,
    Cancelled,
}

impl Step {
    const ALL: [Step; 6] = [
        Step::Finish,
        Step::Fail,
        Step::Retry,
        Step::Postpone,
        Step::GiveBack,
        Step::Cancelled,
    ];

    fn leads_to(self) -> JobStatus {
        match self {
            Step::Finish => JobStatus::Completed,
            Step::Fail => JobStatus::Failed,
            Step::Retry | Step::Postpone => JobStatus::Retrying,
            Step::GiveBack => JobStatus::Pending,
            Step::Cancelled => JobStatus::Cancelled,
        }
    }

    fn take(self, ledger: &Ledger, lease: &LeaseRef) -> Settled {
        let failure = Failure::new(FailureClass::Recoverable, "storage", "no room");
        let after = Duration::from_secs(60);
        let settled = wait(async {
            match self {
                Step::Finish => {
                    let done = Completion::nothing(Quality::Full);
                    ledger.finish(lease, &done).await
                }
                Step::Fail => ledger.fail(lease, &failure).await,
                Step::Retry => ledger.retry(lease, &failure, after, Quality::Full).await,
                Step::Postpone => ledger.postpone(lease, after).await,
                Step::GiveBack => ledger.give_back(lease).await,
                Step::Cancelled => ledger.cancelled(lease).await,
            }
        });
        settled.expect("the ledger is there")
    }
}

/// Everything that the ledger knows of a job.
fn everything(ground: &Ground, lease: &LeaseRef) -> Value {
    let sql = "SELECT jsonb_build_object(
        'job', (SELECT to_jsonb(j) FROM video_processing_jobs j WHERE id = $1),
        'history', (SELECT jsonb_agg(h ORDER BY id) FROM job_history h WHERE job_id = $1),
        'lease', (SELECT to_jsonb(l) FROM leases l WHERE job_id = $1),
        'outbox', (SELECT jsonb_agg(o ORDER BY id) FROM outbox o WHERE job_id = $1),
        'assets', (SELECT jsonb_agg(a) FROM media_assets a WHERE job_id = $1),
        'usage', (SELECT jsonb_agg(u ORDER BY slot) FROM usage u WHERE tenant_id = 'acme'))";
    let query = sqlx::query_scalar(sql).bind(lease.job.uuid());
    let Json(found) = wait(query.fetch_one(&ground.fleet.sql)).expect("the database is there");
    found
}

#[test]
fn an_attempt_ends_once_whatever_is_tried_after() {
    let ground = Ground::new("settled twice");
    let ledger = &ground.fleet.ledger;
    for first in Step::ALL {
        for second in Step::ALL {
            let lease = ground.claimed(&ground.fleet.tenant, LEASE);
            let settled = first.take(ledger, &lease);
            assert!(matches!(settled, Settled::Done(_)), "{first:?}");
            let ended = everything(&ground, &lease);
            assert_eq!(ended["job"]["status"], first.leads_to().as_str());
            assert_eq!(
                ended["lease"],
                Value::Null,
                "{first:?} gives the token back"
            );

            let again = second.take(ledger, &lease);
            assert_eq!(again, Settled::LeaseLost, "{first:?}, then {second:?}");
            let renewed = wait(ledger.renew(&lease, LEASE, None));
            assert_eq!(renewed.ok(), Some(Renewal::Lost));
            assert_eq!(
                everything(&ground, &lease),
                ended,
                "{first:?}, then {second:?}"
            );
            cancel(&ground, &lease);
        }
    }
}

/// Out of the way of the next job's dispatch.
fn cancel(ground: &Ground, lease: &LeaseRef) {
    let operator = crate::support::fleet::actor();
    let cancelled = ground.fleet.ledger.request_cancel(lease.job, &operator);
    wait(cancelled).expect("the ledger is there");
}

#[test]
fn a_worker_whose_job_was_taken_over_changes_nothing() {
    let ground = Ground::new("fenced");
    let tenant = &ground.fleet.tenant;
    for step in Step::ALL {
        let old = ground.claimed(tenant, Duration::from_millis(1));
        let run = until("the lease is over", Duration::from_secs(30), || match wait(
            ground.claim(tenant, old.job, LEASE, true),
        ) {
            Claim::Run(run) => Some(run),
            Claim::Park(_) => None,
            other => panic!("{other:?}"),
        });
        assert_eq!((run.lease.fence, run.crashes), (old.fence + 1, 1));
        let before = everything(&ground, &old);
        assert_eq!(step.take(&ground.fleet.ledger, &old), Settled::LeaseLost);
        let renewed = wait(ground.fleet.ledger.renew(&old, LEASE, None));
        assert_eq!(renewed.ok(), Some(Renewal::Lost));
        assert_eq!(everything(&ground, &old), before, "{step:?}");
        let done = step.take(&ground.fleet.ledger, &run.lease);
        assert!(matches!(done, Settled::Done(_)), "{step:?}");
        cancel(&ground, &old);
    }
}

#[test]
fn a_worker_whose_claim_went_unanswered_claims_again_and_no_crash_counts() {
    let ground = Ground::new("unanswered");
    let tenant = &ground.fleet.tenant;
    let job = ground.submit(tenant, 1)[0];
    assert_eq!(ground.dispatch(), [job]);
    for fence in 1..=5 {
        let claim = wait(ground.claim_as("one", tenant, job, LEASE, false));
        let Claim::Run(run) = claim else {
            panic!("{claim:?}");
        };
        assert_eq!((run.lease.fence, run.crashes), (fence, 0));
    }
    let leases = ground.fleet.count("SELECT count(*) FROM leases");
    assert_eq!(leases, 1);
}

#[test]
fn a_claim_that_is_repeated_gives_no_second_lease() {
    let ground = Ground::new("claimed twice");
    let tenant = &ground.fleet.tenant;
    let lease = ground.claimed(tenant, LEASE);
    let before = everything(&ground, &lease);
    let copy = wait(ground.claim(tenant, lease.job, LEASE, false));
    assert!(
        matches!(copy, Claim::Stale(StaleReason::Duplicate)),
        "{copy:?}"
    );
    let again = wait(ground.claim(tenant, lease.job, LEASE, true));
    assert!(matches!(again, Claim::Park(_)), "{again:?}");
    assert_eq!(everything(&ground, &lease), before);

    Step::Finish.take(&ground.fleet.ledger, &lease);
    let late = wait(ground.claim(tenant, lease.job, LEASE, true));
    assert!(
        matches!(late, Claim::Stale(StaleReason::Terminal)),
        "{late:?}"
    );
}
