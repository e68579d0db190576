//! What is told of every request: a span in its caller's trace, who asks for what in its log lines, and how long it took.

use std::fmt::Display;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, Span, field};

use crate::telemetry::{self, SPANS, Traceparent, continue_from, names};

/// The route of requests that have none; a path of the client's choice is no label.
const NO_ROUTE: &str = "none";
const SCHEME: &str = "http";
const TRACEPARENT: &str = "traceparent";

/// Wraps a request into its spans and measures it.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let span = traced(&request, method, &route);
    let trace_id = follow(&span, request.headers_mut());
    let logged = tracing::info_span!(
        "request",
        method,
        route,
        trace_id,
        tenant = field::Empty,
        job = field::Empty,
    );
    let active = Active::begin(method);
    let work = next.run(request).instrument(logged);
    let response = work.instrument(span.clone()).await;
    drop(active);
    let status = response.status();
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
    metrics::histogram!(
        names::HTTP_SECONDS,
        "http_request_method" => method,
        "http_route" => route,
        "http_response_status_code" => status.as_u16().to_string(),
    )
    .record(began.elapsed());
    response
}

/// The span of a request, with names and fields after OpenTelemetry's conventions for HTTP servers.
fn traced(request: &Request, method: &'static str, route: &str) -> Span {
    tracing::info_span!(
        target: SPANS,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = field::Empty,
        url.scheme = SCHEME,
        url.path = request.uri().path(),
        "error.type" = field::Empty,
    )
}

/// Lets the span follow from the trace that the request came in, and gives the id of its trace. While traces are off, a
/// request without one gets one that nobody records, so that the log lines of a job bear the same id in every process.
fn follow(span: &Span, headers: &mut HeaderMap) -> Option<String> {
    continue_from(span, traceparent(headers));
    let own = span.in_scope(telemetry::traceparent_of_current);
    let known = telemetry::trace_id(own.as_deref().or(traceparent(headers)));
    known.or_else(|| {
        let made = Traceparent::unrecorded().to_string();
        let value = HeaderValue::try_from(&made).expect("digits, letters and hyphens");
        headers.insert(TRACEPARENT, value);
        telemetry::trace_id(Some(&made))
    })
}

/// From now on, log lines of the current request say that it is this tenant's.
pub fn of_tenant(tenant: &dyn Display) {
    Span::current().record("tenant", field::display(tenant));
}

/// From now on, log lines of the current request say that it is about this job.
pub fn about_job(job: &dyn Display) {
    Span::current().record("job", field::display(job));
}

/// The trace context that a request brought (W3C Trace Context), or was given here.
pub fn traceparent(headers: &HeaderMap) -> Option<&str> {
    headers.get(TRACEPARENT)?.to_str().ok()
}

/// A request that is being answered, also one whose client goes away.
struct Active(metrics::Gauge);

impl Active {
    fn begin(method: &'static str) -> Active {
        let active = metrics::gauge!(
            names::HTTP_ACTIVE,
            "http_request_method" => method,
            "url_scheme" => SCHEME,
        );
        active.increment(1.0);
        Active(active)
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const INCOMING: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_that_came_in_goes_on_and_without_one_there_is_a_new_one() {
        let mut headers = HeaderMap::new();
        headers.insert(TRACEPARENT, HeaderValue::from_static(INCOMING));
        let followed = follow(&Span::none(), &mut headers);
        assert_eq!(followed.as_deref(), Some(&INCOMING[3..35]));
        assert_eq!(traceparent(&headers), Some(INCOMING));

        for bad in [None, Some("nonsense")] {
            let mut headers = HeaderMap::new();
            if let Some(bad) = bad {
                headers.insert(TRACEPARENT, HeaderValue::from_static(bad));
            }
            let made = follow(&Span::none(), &mut headers).expect("one of its own");
            assert_eq!(headers.get_all(TRACEPARENT).iter().count(), 1);
            assert_eq!(telemetry::trace_id(traceparent(&headers)), Some(made));
        }
    }
}
