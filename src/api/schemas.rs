//! Pieces of the OpenAPI document that types cannot say by themselves.

use std::collections::BTreeMap;

use gildhall_proto::{FailureClass, JobStatus};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::Header;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

/// The statuses of jobs, for people.
pub const STATUS_WORDS: &str =
    "pending, queued, processing, retrying, completed, failed or cancelled";

/// Where a job stands.
pub fn job_status() -> Object {
    words(JobStatus::ALL.map(JobStatus::as_str)).build()
}

/// Why a job failed.
pub fn failure() -> Object {
    let class = words(FailureClass::ALL.map(FailureClass::as_str));
    let code = text("What failed: a stable word for programs.");
    let message = text("What failed, for people.");
    object()
        .property("class", class.description(Some("What kind of failure.")))
        .property("code", code)
        .property("message", message)
        .build()
}

/// How far a render is.
pub fn progress() -> Object {
    let frames = || ObjectBuilder::new().schema_type(Type::Integer);
    let total = "Frames of the whole video; 0 while that is not known.";
    object()
        .property("stage", text("What is being done."))
        .property(
            "frames",
            frames().description(Some("Frames that are done.")),
        )
        .property("total_frames", frames().description(Some(total)))
        .build()
}

fn object() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Object)
}

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
}

fn words<const N: usize>(words: [&'static str; N]) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
}

/// Stands for the job spec, whose schema the contract itself makes: see [`super::openapi`].
pub struct JobSpecSchema;

impl PartialSchema for JobSpecSchema {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::Object(object().build()))
    }
}

impl ToSchema for JobSpecSchema {
    fn name() -> std::borrow::Cow<'static, str> {
        "JobSpec".into()
    }
}

/// What every call that needs a key may answer.
pub struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let rows: [(&str, &str, &[&str]); 7] = [
            (
                "400",
                "The request, a parameter or the body cannot be read.",
                &[],
            ),
            ("401", "No valid API key.", &["WWW-Authenticate"]),
            ("403", "The key lacks a scope.", &[]),
            (
                "406",
                "The answer has no media type that Accept takes.",
                &[],
            ),
            (
                "429",
                "Too many requests, or a quota is used up.",
                &["Retry-After", "RateLimit", "RateLimit-Policy"],
            ),
            ("500", "Something broke here.", &[]),
            (
                "503",
                "A service behind the API is away, or too much is going on.",
                &["Retry-After"],
            ),
        ];
        rows.into_iter()
            .map(|(status, why, headers)| (status.to_owned(), RefOr::T(refusal(why, headers))))
            .collect()
    }
}

fn refusal(why: &str, headers: &[&str]) -> Response {
    let problem = RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"));
    let body = ContentBuilder::new().schema(Some(problem)).build();
    let response = ResponseBuilder::new()
        .description(why)
        .content("application/problem+json", body);
    headers
        .iter()
        .fold(response, |response, name| {
            response.header(*name, Header::default())
        })
        .build()
}
