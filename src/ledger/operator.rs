//! What operators see of jobs and do to them.

use gildhall_proto::{JobId, JobStatus, TenantId};
use sqlx::types::Json;

use super::filter::{JobFilter, Page, page};
use super::job::JobRow;
use super::{Actor, Cursor, JobRecord, Ledger, LedgerError, read};

/// What became of a wish to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// Nobody worked on the job: it is cancelled.
    Cancelled,
    /// Its worker was asked to stop.
    Requested,
    /// It had ended before, so.
    AlreadyEnded(JobStatus),
    /// There is no such job.
    Unknown,
}

/// What became of a wish to run a job again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayOutcome {
    /// It runs again.
    Replayed {
        /// Its which run this is.
        run: u32,
    },
    /// It has not ended, or somebody replayed it a moment ago.
    NotEnded(JobStatus),
    /// It has its video: there is nothing to repeat.
    Completed,
    /// There is no such job.
    Unknown,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct CancelRow {
    outcome: String,
    status: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct ReplayRow {
    outcome: String,
    status: Option<String>,
    run: Option<i32>,
}

impl TryFrom<CancelRow> for CancelOutcome {
    type Error = LedgerError;

    fn try_from(row: CancelRow) -> Result<CancelOutcome, LedgerError> {
        match row.outcome.as_str() {
            "cancelled" => Ok(CancelOutcome::Cancelled),
            "requested" => Ok(CancelOutcome::Requested),
            "unknown" => Ok(CancelOutcome::Unknown),
            _ => {
                let status = row.status.unwrap_or_default();
                Ok(CancelOutcome::AlreadyEnded(read::status(&status)?))
            }
        }
    }
}

impl TryFrom<ReplayRow> for ReplayOutcome {
    type Error = LedgerError;

    fn try_from(row: ReplayRow) -> Result<ReplayOutcome, LedgerError> {
        match row.outcome.as_str() {
            "replayed" => Ok(ReplayOutcome::Replayed {
                run: read::count(row.run.unwrap_or(1)),
            }),
            "completed" => Ok(ReplayOutcome::Completed),
            "unknown" => Ok(ReplayOutcome::Unknown),
            _ => {
                let status = row.status.unwrap_or_default();
                Ok(ReplayOutcome::NotEnded(read::status(&status)?))
            }
        }
    }
}

impl Ledger {
    /// A job of any tenant.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn job(&self, job: JobId) -> Result<Option<JobRecord>, LedgerError> {
        let row: Option<JobRow> = sqlx::query_as("SELECT * FROM job_overview WHERE id = $1")
            .bind(job.uuid())
            .fetch_optional(&self.pool)
            .await?;
        row.map(JobRecord::try_from).transpose()
    }

    /// A page of at most `length` jobs of a tenant, or of all, newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn jobs(
        &self,
        tenant: Option<&TenantId>,
        filter: &JobFilter,
        after: Option<&Cursor>,
        length: u16,
    ) -> Result<Page<JobRecord>, LedgerError> {
        let rows: Vec<JobRow> = sqlx::query_as(
            "SELECT * FROM job_overview WHERE id = ANY (ARRAY(\
             SELECT ledger.page_of_jobs($1, $2, $3, $4, $5, $6, $7, $8))) \
             ORDER BY created_at DESC, id DESC",
        )
        .bind(tenant.map(|tenant| vec![tenant.as_str()]))
        .bind(filter.words())
        .bind(filter.from)
        .bind(filter.to)
        .bind(filter.wanted().map(Json))
        .bind(after.map(|cursor| cursor.at))
        .bind(after.map(|cursor| cursor.id))
        .bind(i64::from(length) + 1)
        .fetch_all(&self.pool)
        .await?;
        page(rows, length)
    }

    /// Cancels a job at once, or asks its worker to stop. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn request_cancel(
        &self,
        job: JobId,
        actor: &Actor,
    ) -> Result<CancelOutcome, LedgerError> {
        let row: CancelRow =
            sqlx::query_as("SELECT outcome, status FROM ledger.cancel(NULL, $1, $2, $3, $4)")
                .bind(job.uuid())
                .bind(&actor.name)
                .bind(actor.kind.as_str())
                .bind(actor.address())
                .fetch_one(&self.pool)
                .await?;
        row.try_into()
    }

    /// Lets a failed or cancelled job start over, with all its attempts. Of two who ask at once, one does it and the other is
    /// told so. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn replay(&self, job: JobId, actor: &Actor) -> Result<ReplayOutcome, LedgerError> {
        let row: ReplayRow =
            sqlx::query_as("SELECT outcome, status, run FROM ledger.replay(NULL, $1, $2, $3, $4)")
                .bind(job.uuid())
                .bind(&actor.name)
                .bind(actor.kind.as_str())
                .bind(actor.address())
                .fetch_one(&self.pool)
                .await?;
        row.try_into()
    }
}
