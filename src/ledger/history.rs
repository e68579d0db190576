//! What happened to a job so far.

use gildhall_proto::{JobId, JobStatus};
use serde_json::{Map, Value};
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{Ledger, LedgerError, read};

/// One step of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Its number; later steps have higher ones, and a stream of steps resumes behind one.
    pub id: i64,
    /// When it was taken.
    pub at: OffsetDateTime,
    /// Where the job stood; nowhere before it was submitted.
    pub from: Option<JobStatus>,
    /// Where it stood then; the same where another worker took it over.
    pub to: JobStatus,
    /// The fencing number of that moment.
    pub fence: i64,
    /// The worker, where one took part.
    pub worker: Option<String>,
    /// What else is to be said: why an attempt failed, how many workers were lost, which run begins.
    pub detail: Map<String, Value>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct HistoryRow {
    id: i64,
    at: OffsetDateTime,
    from_status: Option<String>,
    to_status: String,
    attempt: i64,
    worker: Option<String>,
    detail: Json<Map<String, Value>>,
}

impl TryFrom<HistoryRow> for HistoryEntry {
    type Error = LedgerError;

    fn try_from(row: HistoryRow) -> Result<HistoryEntry, LedgerError> {
        Ok(HistoryEntry {
            id: row.id,
            at: row.at,
            from: row.from_status.as_deref().map(read::status).transpose()?,
            to: read::status(&row.to_status)?,
            fence: row.attempt,
            worker: row.worker,
            detail: row.detail.0,
        })
    }
}

impl Ledger {
    /// Everything that happened to a job, oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn history(&self, job: JobId) -> Result<Vec<HistoryEntry>, LedgerError> {
        let rows: Vec<HistoryRow> =
            sqlx::query_as("SELECT * FROM job_history WHERE job_id = $1 ORDER BY id")
                .bind(job.uuid())
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter().map(HistoryEntry::try_from).collect()
    }
}
