//! What surrounds every request: a look at its form, a task of its own, and a deadline.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::accept;
use super::problem::{Kind, Problem, RETRY_AFTER};
use crate::telemetry::carried;

/// How long a request may take, uploads and the bodies of event streams aside.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Headers of which a second one could be the one that a proxy went by.
const SINGLE: [HeaderName; 3] = [header::HOST, header::CONTENT_TYPE, header::CONTENT_ENCODING];

/// Refuses what two readers could understand in two ways, and bodies that would have to be unpacked.
pub async fn well_formed(request: Request, next: Next) -> Response {
    match check_form(request.version(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check_form(version: Version, headers: &HeaderMap) -> Result<(), Problem> {
    for name in SINGLE {
        if headers.get_all(&name).iter().nth(1).is_some() {
            return Err(malformed(format!("There is more than one {name} header.")));
        }
    }
    // RFC 9112, section 3.2.
    if version == Version::HTTP_11 && !headers.contains_key(header::HOST) {
        return Err(malformed("There is no Host header.".to_owned()));
    }
    match headers.get(header::CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(Problem::new(
            Kind::UnsupportedMediaType,
            "Send the body as it is, without Content-Encoding.",
        )),
        _ => Ok(()),
    }
}

fn malformed(detail: String) -> Problem {
    Problem::new(Kind::MalformedRequest, detail)
}

/// Refuses requests for anything but JSON, where there is nothing else.
pub async fn json_accepted(request: Request, next: Next) -> Response {
    match accept::check(request.headers(), gildhall_proto::JSON) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn refused(version: Version, headers: &[(&'static str, &'static str)]) -> Option<Kind> {
        let headers = headers.iter().map(|&(name, value)| {
            let value = HeaderValue::from_static(value);
            (HeaderName::from_static(name), value)
        });
        let headers = headers.collect::<HeaderMap>();
        check_form(version, &headers)
            .err()
            .map(|problem| problem.kind())
    }

    #[test]
    fn a_request_has_one_host() {
        let host = ("host", "api.example");
        assert_eq!(refused(Version::HTTP_11, &[host]), None);
        assert_eq!(refused(Version::HTTP_10, &[]), None);
        let malformed = Some(Kind::MalformedRequest);
        assert_eq!(refused(Version::HTTP_11, &[]), malformed);
        assert_eq!(refused(Version::HTTP_11, &[host, host]), malformed);
        assert_eq!(refused(Version::HTTP_10, &[host, host]), malformed);
    }

    #[test]
    fn a_body_has_one_type_and_comes_as_it_is() {
        let refused = |headers: &[_]| refused(Version::HTTP_10, headers);
        let json = ("content-type", "application/json");
        assert_eq!(refused(&[json]), None);
        assert_eq!(refused(&[json, json]), Some(Kind::MalformedRequest));
        assert_eq!(refused(&[("content-encoding", "Identity")]), None);
        for coding in ["gzip", "br", "identity, gzip", "x"] {
            let found = refused(&[("content-encoding", coding)]);
            assert_eq!(found, Some(Kind::UnsupportedMediaType), "{coding}");
        }
    }
}
