//! What goes from the ledger.

use super::policy::Policy;
use super::{Janitor, JanitorError, Tally};
use crate::ledger::PastStep;
use gildhall_proto::TenantId;

/// Uploads that are looked at in one transaction: new jobs wait for its end.
const UPLOADS_AT_ONCE: u32 = 100;

impl Janitor {
    /// Idempotency keys, events and lines of the audit log.
    pub(super) async fn forget_lines(
        &self,
        policies: &[Policy],
        tally: &mut Tally,
    ) -> Result<(), JanitorError> {
        for Policy { tenant, after } in policies {
            let tenant = Some(tenant);
            self.take_all(PastStep::Keys, tenant, after.keys, &mut tally.keys)
                .await?;
            self.take_all(PastStep::Audit, tenant, after.audit, &mut tally.audit)
                .await?;
        }
        let days = self.nobodys_audit_days();
        self.take_all(PastStep::Audit, None, days, &mut tally.audit)
            .await?;
        self.forget_events(policies, tally).await
    }

    async fn forget_events(
        &self,
        policies: &[Policy],
        tally: &mut Tally,
    ) -> Result<(), JanitorError> {
        let days = |policy: &Policy| Some((policy.tenant.clone(), policy.after.history?));
        let older: Vec<(TenantId, u32)> = policies.iter().filter_map(days).collect();
        let limit = self.config.batch;
        while !self.is_stopped() {
            let taken = self.ledger.forget_events(&older, limit).await?;
            tally.events += taken;
            if taken < u64::from(limit) {
                break;
            }
            self.rest().await;
        }
        Ok(())
    }

    /// Marks uploads and videos as deleted.
    pub(super) async fn expire(
        &self,
        policies: &[Policy],
        tally: &mut Tally,
    ) -> Result<(), JanitorError> {
        for Policy { tenant, after } in policies {
            let outputs = &mut tally.outputs;
            self.take_all(PastStep::Outputs, Some(tenant), after.outputs, outputs)
                .await?;
            if let Some(days) = after.uploads {
                self.expire_uploads(tenant, days, tally).await?;
            }
        }
        Ok(())
    }

    async fn expire_uploads(
        &self,
        tenant: &TenantId,
        days: u32,
        tally: &mut Tally,
    ) -> Result<(), JanitorError> {
        let limit = self.config.batch.min(UPLOADS_AT_ONCE);
        while !self.is_stopped() {
            let unused = self.ledger.expire_uploads(tenant, days, limit).await?;
            tally.uploads += unused.expired;
            if unused.seen < u64::from(limit) {
                break;
            }
            self.rest().await;
        }
        Ok(())
    }

    /// Jobs with their history, and then the rows of uploads that those jobs told of. (A video's row goes with its job.)
    pub(super) async fn forget_jobs(
        &self,
        policies: &[Policy],
        tally: &mut Tally,
    ) -> Result<(), JanitorError> {
        let mut rows = 0;
        for Policy { tenant, after } in policies {
            let (tenant, days) = (Some(tenant), after.history);
            for step in [PastStep::Completed, PastStep::Unfinished] {
                self.take_all(step, tenant, days, &mut tally.jobs).await?;
            }
            self.take_all(PastStep::Uploads, tenant, days, &mut rows)
                .await?;
        }
        Ok(())
    }

    /// Takes batches until there is nothing left, or it is told to stop. Without days, nothing is ever past.
    async fn take_all(
        &self,
        step: PastStep,
        tenant: Option<&TenantId>,
        days: Option<u32>,
        total: &mut u64,
    ) -> Result<(), JanitorError> {
        let Some(days) = days else {
            return Ok(());
        };
        let limit = self.config.batch;
        while !self.is_stopped() {
            let taken = self.ledger.take_past(step, tenant, days, limit).await?;
            *total += taken;
            if taken < u64::from(limit) {
                break;
            }
            self.rest().await;
        }
        Ok(())
    }
}
