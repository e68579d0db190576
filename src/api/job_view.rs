//! A job as its owner sees it.

use gildhall_proto::{EventProgress, Failure, JobFile, JobId, JobOutput, JobStatus};
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::links;
use super::renditions::{VIDEO, short_name};
use super::schemas;
use crate::ledger::JobRecord;

/// A job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub job_id: JobId,
    /// Where it stands.
    #[schema(schema_with = schemas::job_status)]
    pub status: JobStatus,
    /// Its priority among the tenant's jobs, 0 to 9.
    #[schema(minimum = 0, maximum = 9)]
    pub priority: u8,
    /// The attempt that is under way or was the last, from 1; 0 before the first. Attempts that an outage or a shutdown
    /// interrupted are not counted.
    pub attempt: u32,
    /// 1, and one more for each replay.
    pub run: u32,
    /// `full`, or `reduced` after an attempt that ran out of memory or time.
    pub quality: String,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// When the first attempt of this run began.
    #[serde(
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<OffsetDateTime>,
    /// When a retry is due.
    #[serde(
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub retry_at: Option<OffsetDateTime>,
    /// Whether somebody asked it to stop; it stops within a second or so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cancel_requested: bool,
    /// How far the attempt is, while one is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schemas::progress)]
    pub progress: Option<EventProgress>,
    /// Why it failed, or why the latest attempt did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schemas::failure)]
    pub failure: Option<Failure>,
    /// What it gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputView>,
    /// The object that came with the job.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// Where to go from here.
    pub links: JobLinks,
}

/// Addresses of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobLinks {
    /// The job itself.
    #[serde(rename = "self")]
    pub this: String,
    /// Its events, as a stream.
    pub events: String,
    /// Stops it.
    pub cancel: String,
    /// Runs it again, once it failed or was cancelled.
    pub replay: String,
}

impl JobLinks {
    /// The addresses of this job.
    pub fn of(job: JobId) -> JobLinks {
        JobLinks {
            this: links::job(job),
            events: links::job_events(job),
            cancel: links::job_cancel(job),
            replay: links::job_replay(job),
        }
    }
}

/// What a completed job gave.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobOutput)]
pub struct OutputView {
    /// The video.
    pub video: FileView,
    /// The poster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poster: Option<FileView>,
    /// Thumbnails, in the order of the video.
    pub thumbnails: Vec<FileView>,
    /// The video in further sizes.
    pub renditions: Vec<FileView>,
    /// Length of the video in milliseconds.
    pub duration_ms: u64,
    /// Length of the video in frames.
    pub frames: u32,
    /// Everything that was degraded, each with a stable `code`.
    #[schema(value_type = Vec<Object>)]
    pub warnings: Vec<Value>,
    /// Milliseconds each stage took.
    #[schema(value_type = Object)]
    pub timings: Map<String, Value>,
}

/// One file, with the address that gives a signed URL of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileView {
    /// Its name.
    pub name: String,
    /// Its address within the API.
    pub link: String,
    /// Its media type.
    pub content_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

impl JobView {
    /// The view of a record.
    pub fn of(job: JobRecord) -> JobView {
        JobView {
            attempt: attempt(&job),
            job_id: job.id,
            status: job.status,
            priority: job.priority.get(),
            run: job.run,
            quality: job.quality.to_string(),
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            retry_at: job.not_before,
            cancel_requested: job.cancel_requested_at.is_some() && !job.status.is_terminal(),
            progress: job.progress,
            failure: job.failure,
            output: job.output.map(|output| OutputView::of(job.id, output)),
            metadata: job.metadata,
            links: JobLinks::of(job.id),
        }
    }
}

/// Counted as on the job's events.
fn attempt(job: &JobRecord) -> u32 {
    match job.status {
        _ if job.started_at.is_none() => 0,
        // The attempt that failed for good has been counted already.
        JobStatus::Failed => job.attempts.max(1),
        _ => job.attempts + 1,
    }
}

impl OutputView {
    fn of(job: JobId, output: JobOutput) -> OutputView {
        let file = |file| FileView::of(job, file);
        OutputView {
            video: file(output.video),
            poster: output.poster.map(file),
            thumbnails: output.thumbnails.into_iter().map(file).collect(),
            renditions: output.renditions.into_iter().map(file).collect(),
            duration_ms: output.duration_ms,
            frames: output.frames,
            warnings: output.warnings,
            timings: output.timings,
        }
    }
}

impl FileView {
    /// A file of a job. Its key in the store stays inside.
    fn of(job: JobId, file: JobFile) -> FileView {
        FileView {
            link: match short_name(&file.name) {
                VIDEO => links::asset(job.uuid()),
                other => links::rendition(job.uuid(), other),
            },
            name: file.name,
            content_type: file.content_type,
            bytes: file.bytes,
            sha256: file.sha256,
            width: file.width,
            height: file.height,
        }
    }
}
