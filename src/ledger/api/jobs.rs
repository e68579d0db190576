//! A tenant's jobs.

use gildhall_proto::{JobId, TenantId};
use sqlx::types::Json;
use time::Date;

use super::ApiLedger;
use crate::ledger::filter::{JobFilter, Page, page};
use crate::ledger::history::HistoryRow;
use crate::ledger::job::{JobRow, ProgressRow};
use crate::ledger::operator::{CancelRow, ReplayRow};
use crate::ledger::{
    Actor, CancelOutcome, Cursor, HistoryEntry, JobProgress, JobRecord, LedgerError, ReplayOutcome,
    Usage,
};

impl ApiLedger {
    /// A job, if it is the tenant's.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn job(
        &self,
        tenant: &TenantId,
        job: JobId,
    ) -> Result<Option<JobRecord>, LedgerError> {
        let row: Option<JobRow> = sqlx::query_as("SELECT * FROM api.job($1, $2)")
            .bind(tenant.as_str())
            .bind(job.uuid())
            .fetch_optional(&self.pool)
            .await?;
        row.map(JobRecord::try_from).transpose()
    }

    /// A page of at most `length` jobs, newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn jobs(
        &self,
        tenant: &TenantId,
        filter: &JobFilter,
        after: Option<&Cursor>,
        length: u16,
    ) -> Result<Page<JobRecord>, LedgerError> {
        let rows: Vec<JobRow> =
            sqlx::query_as("SELECT * FROM api.jobs($1, $2, $3, $4, $5, $6, $7, $8)")
                .bind(tenant.as_str())
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

    /// At most `limit` steps of a job behind the step `after` (0: from the first), oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn history_after(
        &self,
        tenant: &TenantId,
        job: JobId,
        after: i64,
        limit: u16,
    ) -> Result<Vec<HistoryEntry>, LedgerError> {
        let rows: Vec<HistoryRow> = sqlx::query_as("SELECT * FROM api.history($1, $2, $3, $4)")
            .bind(tenant.as_str())
            .bind(job.uuid())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(HistoryEntry::try_from).collect()
    }

    /// How far a job is, if it is the tenant's.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn progress(
        &self,
        tenant: &TenantId,
        job: JobId,
    ) -> Result<Option<JobProgress>, LedgerError> {
        let row: Option<ProgressRow> = sqlx::query_as("SELECT * FROM api.progress($1, $2)")
            .bind(tenant.as_str())
            .bind(job.uuid())
            .fetch_optional(&self.pool)
            .await?;
        row.map(JobProgress::try_from).transpose()
    }

    /// Cancels a job at once, or asks its worker to stop. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn cancel(
        &self,
        tenant: &TenantId,
        job: JobId,
        actor: &Actor,
    ) -> Result<CancelOutcome, LedgerError> {
        let row: CancelRow =
            sqlx::query_as("SELECT outcome, status FROM api.cancel($1, $2, $3, $4)")
                .bind(tenant.as_str())
                .bind(job.uuid())
                .bind(&actor.name)
                .bind(actor.address())
                .fetch_one(&self.pool)
                .await?;
        row.try_into()
    }

    /// Lets a failed or cancelled job start over, with all its attempts. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn replay(
        &self,
        tenant: &TenantId,
        job: JobId,
        actor: &Actor,
    ) -> Result<ReplayOutcome, LedgerError> {
        let row: ReplayRow =
            sqlx::query_as("SELECT outcome, status, run FROM api.replay($1, $2, $3, $4)")
                .bind(tenant.as_str())
                .bind(job.uuid())
                .bind(&actor.name)
                .bind(actor.address())
                .fetch_one(&self.pool)
                .await?;
        row.try_into()
    }

    /// What the tenant used in the calendar month (UTC) that `day` lies in.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn usage(&self, tenant: &TenantId, day: Date) -> Result<Usage, LedgerError> {
        let usage: Usage =
            sqlx::query_as("SELECT jobs, completed, render_ms FROM api.usage($1, $2)")
                .bind(tenant.as_str())
                .bind(day)
                .fetch_one(&self.pool)
                .await?;
        Ok(usage)
    }
}
