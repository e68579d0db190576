//! A job as it is shown.

use gildhall_proto::{
    EventProgress, Failure, JobId, JobOutput, JobStatus, Priority, Quality, TenantId,
};
use serde_json::{Map, Value};
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{LedgerError, read};

/// A job with everything that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRecord {
    /// Its id.
    pub id: JobId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Where it stands.
    pub status: JobStatus,
    /// How urgent it is.
    pub priority: Priority,
    /// What was submitted, as JSON.
    pub spec: Value,
    /// The sender's own object.
    pub metadata: Map<String, Value>,
    /// The quality of the present or next attempt.
    pub quality: Quality,
    /// 1, and one more for each replay.
    pub run: u32,
    /// Failed attempts of this run.
    pub attempts: u32,
    /// Workers that were lost with it in this run.
    pub crashes: u32,
    /// The fencing number of the last claim; 0 before the first.
    pub fence: i64,
    /// The worker of the last claim.
    pub worker: Option<String>,
    /// When it was submitted.
    pub created_at: OffsetDateTime,
    /// When it was last handed to the broker.
    pub dispatched_at: Option<OffsetDateTime>,
    /// When the first attempt of this run began.
    pub started_at: Option<OffsetDateTime>,
    /// When it ended.
    pub finished_at: Option<OffsetDateTime>,
    /// When the next attempt may begin, while it is retrying.
    pub not_before: Option<OffsetDateTime>,
    /// When somebody asked it to stop while it was being rendered.
    pub cancel_requested_at: Option<OffsetDateTime>,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
    /// What it gave.
    pub output: Option<JobOutput>,
    /// The W3C trace context of its submission.
    pub traceparent: Option<String>,
    /// When anything of this last changed.
    pub updated_at: OffsetDateTime,
    /// How far its worker is.
    pub progress: Option<EventProgress>,
}

/// What of a job changes while it is rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct JobProgress {
    /// Where it stands.
    pub status: JobStatus,
    /// Failed attempts of this run.
    pub attempts: u32,
    /// How far its worker is; nothing where none is at work or none has said so yet.
    pub progress: Option<EventProgress>,
    /// When its worker last gave a sign of life.
    pub renewed_at: Option<OffsetDateTime>,
}

/// A row of the view `job_overview`.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct JobRow {
    id: Uuid,
    tenant_id: String,
    status: String,
    priority: i16,
    spec: Json<Value>,
    metadata: Json<Map<String, Value>>,
    quality: String,
    run: i32,
    attempts: i16,
    crashes: i16,
    fence: i64,
    worker: Option<String>,
    created_at: OffsetDateTime,
    dispatched_at: Option<OffsetDateTime>,
    started_at: Option<OffsetDateTime>,
    finished_at: Option<OffsetDateTime>,
    not_before: Option<OffsetDateTime>,
    cancel_requested_at: Option<OffsetDateTime>,
    failure_class: Option<String>,
    failure_code: Option<String>,
    failure_message: Option<String>,
    output: Option<Json<JobOutput>>,
    traceparent: Option<String>,
    updated_at: OffsetDateTime,
    progress: Option<Json<EventProgress>>,
}

impl TryFrom<JobRow> for JobRecord {
    type Error = LedgerError;

    fn try_from(row: JobRow) -> Result<JobRecord, LedgerError> {
        Ok(JobRecord {
            id: JobId::from_uuid(row.id),
            tenant: read::tenant(&row.tenant_id)?,
            status: read::status(&row.status)?,
            priority: read::priority(row.priority)?,
            spec: row.spec.0,
            metadata: row.metadata.0,
            quality: read::quality(&row.quality)?,
            run: read::count(row.run),
            attempts: read::count(row.attempts),
            crashes: read::count(row.crashes),
            fence: row.fence,
            worker: row.worker,
            created_at: row.created_at,
            dispatched_at: row.dispatched_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            not_before: row.not_before,
            cancel_requested_at: row.cancel_requested_at,
            failure: read::failure(
                row.failure_class.as_deref(),
                row.failure_code,
                row.failure_message,
            )?,
            output: row.output.map(|Json(output)| output),
            traceparent: row.traceparent,
            updated_at: row.updated_at,
            progress: row.progress.map(|Json(progress)| progress),
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct ProgressRow {
    status: String,
    attempts: i16,
    progress: Option<Json<EventProgress>>,
    renewed_at: Option<OffsetDateTime>,
}

impl TryFrom<ProgressRow> for JobProgress {
    type Error = LedgerError;

    fn try_from(row: ProgressRow) -> Result<JobProgress, LedgerError> {
        Ok(JobProgress {
            status: read::status(&row.status)?,
            attempts: read::count(row.attempts),
            progress: row.progress.map(|Json(progress)| progress),
            renewed_at: row.renewed_at,
        })
    }
}
