//! What surrounds every request: a task of its own, a deadline, and headers that browsers heed.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{Kind, Problem, RETRY_AFTER};
use crate::telemetry::carried;

/// How long a request may take, uploads and the bodies of event streams aside.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Runs the request in a task of its own, so that a client that goes away interrupts no step in the ledger half-way, and
/// a panic is an answer instead of a broken connection.
pub async fn detached(request: Request, next: Next) -> Response {
    let task = tokio::spawn(carried(next.run(request)));
    task.await
        .unwrap_or_else(|error| Problem::internal(error).into_response())
}

/// As [`detached`], and answers after [`DEADLINE`] at the latest; what was begun is brought to its end all the same.
pub async fn detached_with_deadline(request: Request, next: Next) -> Response {
    match tokio::time::timeout(DEADLINE, detached(request, next)).await {
        Ok(response) => response,
        Err(_) => Problem::new(Kind::TimedOut, "There was no answer within 30 s.")
            .retry_after(RETRY_AFTER)
            .into_response(),
    }
}

/// Adds the headers that every response carries, where the handler did not set its own.
pub async fn safe_headers(mut response: Response) -> Response {
    for (name, value) in SAFE_HEADERS {
        let own = response.headers_mut().entry(name);
        own.or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Nothing here is a page, save the documentation, which brings its own policy.
const SAFE_HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];
