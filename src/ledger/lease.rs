//! The hold that a worker has on a job.

use std::time::Duration;

use gildhall_proto::{EventProgress, JobId, TenantId};
use sqlx::types::Json;

use super::numbers::timed;
use super::read::ms;
use super::{Ledger, LedgerError};

/// What a worker shows to prove that a job is still its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRef {
    /// The job.
    pub job: JobId,
    /// Whose job it is.
    pub tenant: TenantId,
    /// The fencing number of the claim. A later claim has a higher one, and from then on this one opens nothing.
    pub fence: i64,
    /// Who claimed it.
    pub worker: String,
}

/// What became of a lease that was to be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// It holds.
    Held,
    /// The job is no longer ours: drop the work.
    Lost,
    /// It holds, and somebody asked for the job to stop.
    CancelRequested,
}

impl Ledger {
    /// Makes a lease end `extend` from now, and says how far the render is.
    ///
    /// # Errors
    /// [`LedgerError`]; the lease then ends when it would have.
    pub async fn renew(
        &self,
        lease: &LeaseRef,
        extend: Duration,
        progress: Option<&EventProgress>,
    ) -> Result<Renewal, LedgerError> {
        let renewed = sqlx::query_scalar("SELECT fleet.renew($1, $2, $3, $4)")
            .bind(lease.job.uuid())
            .bind(lease.fence)
            .bind(ms(extend))
            .bind(progress.map(Json))
            .fetch_one(&self.pool);
        let word: String = timed("renew", renewed).await?;
        match word.as_str() {
            "held" => Ok(Renewal::Held),
            "lost" => Ok(Renewal::Lost),
            "cancel_requested" => Ok(Renewal::CancelRequested),
            other => Err(LedgerError::corrupt("fleet.renew", other)),
        }
    }
}
