//! The ledger by itself, on a database of its own: no process of the fleet runs.

mod catalogue;
mod claims;
mod diagram;
mod plans;
mod previous;
mod proxy;
mod security;
mod settle;
mod steps;

use std::time::Duration;

use gildhall::ledger::{ApiLedger, Claim, ClaimRequest, LeaseRef, Submission, SubmitOutcome};
use gildhall_proto::{JobId, JobSpec, TenantId};
use uuid::Uuid;

use crate::support::fleet::{actor, database};
use crate::support::{Fleet, wait};

const LEASE: Duration = Duration::from_secs(60);

/// A ledger with tenant `acme`, which may run as many jobs as it likes.
struct Ground {
    fleet: Fleet,
    api: ApiLedger,
}

impl Ground {
    fn new(test: &str) -> Ground {
        let fleet = Fleet::shared(test);
        fleet.limit(1000);
        let config = database(fleet.database_url());
        let api = ApiLedger::connect(&config, "tests");
        let api = wait(api).expect("it was migrated");
        Ground { fleet, api }
    }

    /// Submits so many jobs of a tenant, each under an idempotency key of its own.
    fn submit(&self, tenant: &TenantId, count: usize) -> Vec<JobId> {
        let spec = br#"{"images": ["products/ring.jpg"], "metadata": {"order": 17}}"#;
        let spec = JobSpec::from_json(spec).expect("it keeps the contract");
        let submission = || {
            let id = JobId::from_uuid(Uuid::now_v7());
            Submission {
                id,
                spec: spec.clone(),
                idempotency_key: Some(id.to_string()),
                body_sha256: [7; 32],
                traceparent: None,
                actor: actor(),
            }
        };
        let batch: Vec<Submission> = (0..count).map(|_| submission()).collect();
        let outcomes = wait(self.api.submit_batch(tenant, &batch));
        let created = |outcome: SubmitOutcome| match outcome {
            SubmitOutcome::Created(job) => job,
            other => panic!("{other:?}"),
        };
        let outcomes = outcomes.expect("the ledger is there");
        outcomes.into_iter().map(created).collect()
    }

    /// Hands all waiting jobs out, as a relay would.
    fn dispatch(&self) -> Vec<JobId> {
        let dispatched = wait(self.fleet.ledger.dispatch(1000));
        let dispatched = dispatched.expect("the ledger is there");
        dispatched.iter().map(|one| one.message.job_id).collect()
    }

    /// A claim by a worker that claims nothing else.
    async fn claim(&self, tenant: &TenantId, job: JobId, lease: Duration, again: bool) -> Claim {
        let worker = Uuid::now_v7().to_string();
        self.claim_as(&worker, tenant, job, lease, again).await
    }

    async fn claim_as(
        &self,
        worker: &str,
        tenant: &TenantId,
        job: JobId,
        lease: Duration,
        again: bool,
    ) -> Claim {
        let request = ClaimRequest {
            job,
            tenant,
            worker,
            lease,
            redelivered: again,
        };
        let claim = self.fleet.ledger.claim(request).await;
        claim.expect("the ledger is there")
    }

    /// A job that a worker has.
    fn claimed(&self, tenant: &TenantId, lease: Duration) -> LeaseRef {
        let job = self.submit(tenant, 1)[0];
        assert_eq!(self.dispatch(), [job]);
        match wait(self.claim(tenant, job, lease, false)) {
            Claim::Run(run) => run.lease,
            other => panic!("{other:?}"),
        }
    }
}
