//! `POST /api/v1/video/jobs/{id}/replay`: running a job again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gildhall_proto::{JobId, JobStatus};

use super::ApiState;
use super::caller::{Caller, JobsWrite};
use super::cancel::JobStands;
use super::id::{Id, not_found};
use super::observe::about_job;
use super::problem::{Kind, Problem, ProblemBody};
use super::query::NoQuery;
use super::schemas::Refusals;
use crate::ledger::ReplayOutcome;

/// Run a job again
///
/// A failed or cancelled job starts over under its own id, with all attempts before it and at full quality. Of two requests
/// at once one starts it and the other gets 409.
#[utoipa::path(
    post,
    path = "/api/v1/video/jobs/{id}/replay",
    operation_id = "replayJob",
    tag = "jobs",
    params(("id" = String, Path, format = Uuid, description = "The job.")),
    responses(
        (status = 202, description = "The job waits to run again.", body = JobStands),
        (status = 404, description = "The tenant has no such job.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The job has not failed and was not cancelled.",
            body = ProblemBody, content_type = "application/problem+json"),
        Refusals,
    ),
    security(("api_key" = ["jobs:write"])),
)]
pub async fn replay(
    caller: Caller<JobsWrite>,
    State(api): State<ApiState>,
    Id(job): Id<JobId>,
    _: NoQuery,
) -> Result<Response, Problem> {
    about_job(&job);
    match api
        .ledger
        .replay(&caller.tenant, job, &caller.actor())
        .await?
    {
        ReplayOutcome::Replayed { .. } => {
            api.wake.notify_one();
            let body = JobStands::at(job, JobStatus::Pending);
            Ok((StatusCode::ACCEPTED, body).into_response())
        }
        ReplayOutcome::NotEnded(status) => Err(not_replayable(status)),
        ReplayOutcome::Completed => Err(not_replayable(JobStatus::Completed)),
        ReplayOutcome::Unknown => Err(not_found()),
    }
}

fn not_replayable(status: JobStatus) -> Problem {
    let detail = format!("The job is {status}; only failed and cancelled jobs run again.");
    Problem::new(Kind::NotReplayable, detail)
}
