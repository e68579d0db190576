//! `POST /api/v1/video/jobs/{id}/cancel`: stopping a job.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gildhall_proto::{JobId, JobStatus};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{Caller, JobsWrite};
use super::id::{Id, not_found};
use super::job_view::JobLinks;
use super::observe::about_job;
use super::problem::{Kind, Problem, ProblemBody};
use super::query::NoQuery;
use super::schemas::{self, Refusals};
use super::{ApiState, numbers};
use crate::ledger::CancelOutcome;

/// Where a job stands after it was cancelled or replayed.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobStands {
    /// The job's id.
    #[schema(value_type = String, format = Uuid)]
    pub job_id: JobId,
    /// Where it stands.
    #[schema(schema_with = schemas::job_status)]
    pub status: JobStatus,
    /// Where to go from here.
    pub links: JobLinks,
}

impl JobStands {
    /// The job, at this status.
    pub fn at(job: JobId, status: JobStatus) -> Json<JobStands> {
        Json(JobStands {
            job_id: job,
            status,
            links: JobLinks::of(job),
        })
    }
}

/// Cancel a job
///
/// A waiting job is cancelled at once. One that is being rendered is asked to stop, which takes about a second; its status
/// then turns to `cancelled`, or to `completed` where the video was ready first.
#[utoipa::path(
    post,
    path = "/api/v1/video/jobs/{id}/cancel",
    operation_id = "cancelJob",
    tag = "jobs",
    params(("id" = String, Path, format = Uuid, description = "The job.")),
    responses(
        (status = 200, description = "The job is cancelled.", body = JobStands),
        (status = 202, description = "The job was asked to stop.", body = JobStands),
        (status = 404, description = "The tenant has no such job.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The job had ended before.",
            body = ProblemBody, content_type = "application/problem+json"),
        Refusals,
    ),
    security(("api_key" = ["jobs:write"])),
)]
pub async fn cancel(
    caller: Caller<JobsWrite>,
    State(api): State<ApiState>,
    Id(job): Id<JobId>,
    _: NoQuery,
) -> Result<Response, Problem> {
    about_job(&job);
    let outcome = api
        .ledger
        .cancel(&caller.tenant, job, &caller.actor())
        .await?;
    match outcome {
        CancelOutcome::Cancelled => {
            numbers::cancelled(&api.labels, &caller.tenant);
            Ok(JobStands::at(job, JobStatus::Cancelled).into_response())
        }
        CancelOutcome::Requested => {
            let body = JobStands::at(job, JobStatus::Processing);
            Ok((StatusCode::ACCEPTED, body).into_response())
        }
        // Asked twice, the answer is the same.
        CancelOutcome::AlreadyEnded(JobStatus::Cancelled) => {
            Ok(JobStands::at(job, JobStatus::Cancelled).into_response())
        }
        CancelOutcome::AlreadyEnded(status) => {
            let detail = format!("The job has {status} already.");
            Err(Problem::new(Kind::AlreadyEnded, detail))
        }
        CancelOutcome::Unknown => Err(not_found()),
    }
}
