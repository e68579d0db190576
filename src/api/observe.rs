//! What is told of every request: a span in its caller's trace, and how long it took.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, field};

use crate::telemetry::{SPANS, continue_from, names};

/// The route of requests that have none; a path of the client's choice is no label.
const NO_ROUTE: &str = "none";

/// Wraps a request into its span and measures it.
pub async fn observe(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    // Names and fields after OpenTelemetry's conventions for HTTP servers.
    let span = tracing::info_span!(
        target: SPANS,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = field::Empty,
        url.scheme = "http",
        url.path = request.uri().path(),
        "error.type" = field::Empty,
    );
    continue_from(&span, traceparent(request.headers()));
    let logged = tracing::info_span!("request", method, route);
    let work = next.run(request).instrument(logged);
    let response = work.instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
    metrics::histogram!(
        names::HTTP_SECONDS,
        "method" => method,
        "route" => route,
        "status" => status.as_u16().to_string(),
    )
    .record(began.elapsed());
    response
}

/// The trace context that a request brought (W3C Trace Context).
pub fn traceparent(headers: &HeaderMap) -> Option<&str> {
    headers.get("traceparent")?.to_str().ok()
}

/// The method as a label: a client may invent others.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}
