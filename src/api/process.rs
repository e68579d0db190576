//! `POST /api/v1/video/process`: a job comes in.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gildhall_proto::limits::MAX_SPEC_BYTES;
use gildhall_proto::{FaultCode, JobId, JobSpec, JobStatus, SpecFaults};
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{self, Encoding};
use super::caller::{Caller, JobsWrite};
use super::job_view::JobLinks;
use super::observe::{about_job, traceparent};
use super::problem::{Kind, Problem, ProblemBody, RETRY_AFTER, field_faults};
use super::query::NoQuery;
use super::schemas::{self, JobSpecSchema, Refusals};
use super::submitter::SubmitError;
use super::{ApiState, barred, links, numbers};
use crate::ledger::{Submission, SubmitOutcome};
use crate::telemetry;

/// Longest idempotency key, in characters.
const MAX_IDEMPOTENCY_KEY_CHARS: usize = 255;

/// A job that is in the ledger now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// The job's id.
    #[schema(value_type = String, format = Uuid)]
    pub job_id: JobId,
    /// Where it stands: `pending` where it is new.
    #[schema(schema_with = schemas::job_status)]
    pub status: JobStatus,
    /// Where to go from here.
    pub links: JobLinks,
}

/// Submit a job
///
/// The job is accepted once it is safe in the ledger, and ends exactly once: completed, failed or cancelled. Sent again
/// with the same `Idempotency-Key` and an equal job, it gives the first one's id and makes no second job; jobs are equal
/// where their meaning is, whatever the order of their fields. Without a key, a repeat is a new job.
#[utoipa::path(
    post,
    path = "/api/v1/video/process",
    operation_id = "submitJob",
    tag = "jobs",
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "1 to 255 visible ASCII characters, new for each new job.")),
    request_body(description = "The job spec, at most 256 KiB.", content(
        (JobSpecSchema = "application/json"),
        (JobSpecSchema = "application/vnd.msgpack"),
    )),
    responses(
        (status = 202, description = "The job is accepted.", body = Accepted,
            headers(("Location" = String, description = "The job's address."))),
        (status = 200, description = "The job was accepted before, with this idempotency key.", body = Accepted,
            headers(("Location" = String, description = "The job's address."))),
        (status = 408, description = "The body came too slowly.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The first request with this idempotency key is not done.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The media type is not read here.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The job breaks the contract or names assets that are not released, or the idempotency \
            key belongs to another job.",
            body = ProblemBody, content_type = "application/problem+json"),
        Refusals,
    ),
    security(("api_key" = ["jobs:write"])),
)]
pub async fn submit(
    caller: Caller<JobsWrite>,
    State(api): State<ApiState>,
    _: NoQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let encoding = body::encoding(&headers)?;
    let idempotency_key = idempotency_key(&headers)?;
    let body = body::read(&headers, body, MAX_SPEC_BYTES).await?;
    let spec = parse(encoding, &body)?;
    let job = JobId::from_uuid(Uuid::now_v7());
    telemetry::mark("gildhall.tenant.id", &caller.tenant);
    let submission = Submission {
        id: job,
        body_sha256: Sha256::digest(spec.to_msgpack()).into(),
        spec,
        idempotency_key,
        traceparent: telemetry::onward(traceparent(&headers)),
        actor: caller.actor(),
    };
    let outcome = api
        .submit
        .submit(&caller.tenant, submission, body.len())
        .await;
    match outcome.map_err(refused)? {
        SubmitOutcome::Created(job) => {
            telemetry::mark("gildhall.job.id", &job);
            about_job(&job);
            tracing::debug!("the job was accepted");
            numbers::submitted();
            Ok(accepted(StatusCode::ACCEPTED, job, JobStatus::Pending))
        }
        SubmitOutcome::Existing(job) => {
            let known = api.ledger.progress(&caller.tenant, job).await?;
            let status = known.map_or(JobStatus::Pending, |known| known.status);
            Ok(accepted(StatusCode::OK, job, status))
        }
        SubmitOutcome::Barred(assets) => {
            // The job went with the submission; what it was read from is still here.
            Err(barred::problem(&parse(encoding, &body)?, &assets))
        }
        other => Err(declined(&other)),
    }
}

fn accepted(status: StatusCode, job: JobId, stands: JobStatus) -> Response {
    let location = HeaderValue::try_from(links::job(job)).expect("a path of ASCII");
    let body = Accepted {
        job_id: job,
        status: stands,
        links: JobLinks::of(job),
    };
    (status, [(header::LOCATION, location)], Json(body)).into_response()
}

/// The outcomes that give no job.
fn declined(outcome: &SubmitOutcome) -> Problem {
    match outcome {
        SubmitOutcome::BodyDiffers => {
            let detail = "The idempotency key was used for a job that is not equal to this one.";
            Problem::new(Kind::IdempotencyKeyReused, detail)
        }
        SubmitOutcome::QuotaExceeded { limit, resets_at } => {
            let wait = Duration::try_from(*resets_at - OffsetDateTime::now_utc());
            let detail = format!("The tenant may submit {limit} jobs in a calendar month (UTC).");
            Problem::new(Kind::QuotaExceeded, detail).retry_after(wait.unwrap_or(RETRY_AFTER))
        }
        _ => {
            let detail = "Another request with the same idempotency key is under way.";
            Problem::new(Kind::SubmissionInFlight, detail).retry_after(Duration::from_secs(1))
        }
    }
}

fn refused(error: SubmitError) -> Problem {
    match error {
        SubmitError::Full => {
            let detail = "Too many jobs are being submitted at this moment.";
            Problem::new(Kind::Overloaded, detail).retry_after(RETRY_AFTER)
        }
        SubmitError::Ledger(cause) if cause.is_outage() => {
            Problem::unavailable("The ledger", SubmitError::Ledger(cause))
        }
        other => Problem::internal(other),
    }
}

fn parse(encoding: Encoding, body: &[u8]) -> Result<JobSpec, Problem> {
    let spec = match encoding {
        Encoding::Json => JobSpec::from_json(body),
        Encoding::MsgPack => JobSpec::from_msgpack(body),
    };
    spec.map_err(|report| invalid(&report))
}

fn invalid(report: &SpecFaults) -> Problem {
    let is_syntax = |fault: &gildhall_proto::Fault| fault.code == FaultCode::Syntax;
    let (kind, detail) = match report.faults.len() {
        _ if report.faults.iter().any(is_syntax) => {
            (Kind::MalformedBody, "The body is no document.".to_owned())
        }
        1 => (Kind::InvalidJob, "One field is wrong.".to_owned()),
        many => (Kind::InvalidJob, format!("{many} fields are wrong.")),
    };
    Problem::new(kind, detail).with_errors(field_faults(report))
}

/// The one `Idempotency-Key`, if there is one.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let visible = value.as_bytes().iter().all(u8::is_ascii_graphic);
    let length = (1..=MAX_IDEMPOTENCY_KEY_CHARS).contains(&value.len());
    match value.to_str() {
        Ok(key) if visible && length && values.next().is_none() => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(
            Kind::InvalidIdempotencyKey,
            format!("Give one key of 1 to {MAX_IDEMPOTENCY_KEY_CHARS} visible ASCII characters."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(values: &[&str]) -> Result<Option<String>, Kind> {
        let headers = values.iter().map(|value| {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header's characters");
            (header::HeaderName::from_static("idempotency-key"), value)
        });
        idempotency_key(&headers.collect()).map_err(|problem| problem.kind())
    }

    #[test]
    fn idempotency_keys_have_one_to_255_visible_characters() {
        let longest = "k".repeat(MAX_IDEMPOTENCY_KEY_CHARS);
        assert_eq!(key(&[]), Ok(None));
        for good in [
            "k",
            "8e03978e-40d5-43dd-bc93-6894a57f9324",
            &longest[1..],
            &longest,
        ] {
            assert_eq!(key(&[good]), Ok(Some(good.to_owned())));
        }
        let longer = longest.clone() + "k";
        for bad in [&[""][..], &["a b"], &["ä"], &["a", "a"], &[longer.as_str()]] {
            assert_eq!(key(bad), Err(Kind::InvalidIdempotencyKey), "{bad:?}");
        }
    }

    #[test]
    fn every_fault_of_a_job_is_told() {
        let refused = parse(Encoding::Json, br#"{"images": ["../a"], "priority": 10}"#);
        let problem = refused.expect_err("two faults");
        assert_eq!(problem.kind(), Kind::InvalidJob);
        assert_eq!(problem.errors().len(), 2);
    }

    #[test]
    fn what_is_no_document_is_malformed() {
        for (encoding, body) in [
            (Encoding::Json, &b"{\"images\": "[..]),
            (Encoding::MsgPack, b"\xC1"),
        ] {
            let problem = parse(encoding, body).expect_err("no document");
            assert_eq!(problem.kind(), Kind::MalformedBody);
        }
    }

    #[test]
    fn equal_jobs_have_one_hash_whatever_their_form() {
        let hash = |spec: JobSpec| Sha256::digest(spec.to_msgpack());
        let json = parse(Encoding::Json, br#"{"priority": 4, "images": ["a.png"]}"#);
        let json = json.expect("a job");
        let msgpack = parse(Encoding::MsgPack, &json.to_msgpack()).expect("the same job");
        assert_eq!(hash(json), hash(msgpack));
    }
}
