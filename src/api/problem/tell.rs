//! Writes problems to the wire and into the log.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::{Inner, Kind, ProblemBody, Untold};
use crate::telemetry::chain;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Gives every refusal its body, those of the framework included: a client meets one form of error only. Refusals that
/// bring a JSON body of their own (readiness) stay as they are.
pub async fn tell(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let told = response.extensions().get::<Untold>().cloned();
    match told {
        Some(Untold(problem)) => write(&problem, response),
        None if has_own_body(&response) => response,
        None => write(&of_status(status), response),
    }
}

fn has_own_body(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// What the framework refuses by itself.
fn of_status(status: StatusCode) -> Arc<Inner> {
    let kind = match status {
        StatusCode::NOT_FOUND => Kind::NoSuchRoute,
        StatusCode::METHOD_NOT_ALLOWED => Kind::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Kind::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Kind::UnsupportedMediaType,
        StatusCode::INTERNAL_SERVER_ERROR => Kind::Internal,
        other => Kind::Other(other),
    };
    Arc::new(Inner {
        kind,
        detail: String::new(),
        errors: Vec::new(),
        headers: axum::http::HeaderMap::new(),
        cause: None,
    })
}

/// Puts the body on the bare response, whose status and headers (`Allow`, `Retry-After`, …) stay.
fn write(problem: &Inner, bare: Response) -> Response {
    let instance = format!("urn:uuid:{}", Uuid::now_v7());
    log(problem, &instance);
    let body = ProblemBody {
        kind: problem.kind.uri(),
        title: problem.kind.title().to_owned(),
        status: problem.kind.status().as_u16(),
        detail: problem.detail.clone(),
        instance,
        errors: problem.errors.clone(),
    };
    let mut headers = bare.headers().clone();
    headers.remove(header::CONTENT_LENGTH);
    let mut response = (bare.status(), Json(body)).into_response();
    headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    response.headers_mut().extend(headers);
    response
}

fn log(problem: &Inner, instance: &str) {
    let kind = problem.kind.slug();
    if !problem.kind.status().is_server_error() {
        return tracing::debug!(instance, kind, detail = problem.detail, "request refused");
    }
    let cause = problem.cause.as_deref().map(|cause| chain(cause));
    tracing::error!(instance, kind, error = cause, "request failed");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_framework_refuses_is_told_by_its_status() {
        assert_eq!(of_status(StatusCode::NOT_FOUND).kind, Kind::NoSuchRoute);
        let teapot = StatusCode::IM_A_TEAPOT;
        assert_eq!(of_status(teapot).kind, Kind::Other(teapot));
    }
}
