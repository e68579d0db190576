//! What the API tells.

use super::{API, Kind, Metric, Scale};

/// Seconds that a request took.
pub const HTTP_SECONDS: &str = "http_server_request_duration_seconds";
/// Requests under way.
pub const HTTP_ACTIVE: &str = "http_server_active_requests";
/// Jobs accepted.
pub const JOBS_SUBMITTED: &str = "gildhall_jobs_submitted_total";

pub(super) const API_METRICS: &[Metric] = &[
    Metric::new(
        HTTP_SECONDS,
        Kind::Histogram(Scale::RoundTrip),
        API,
        "Time until a request was answered; its route is the pattern, not the path",
    )
    .by(&[
        "http_request_method",
        "http_route",
        "http_response_status_code",
    ])
    .known_as("http.server.request.duration"),
    Metric::new(
        HTTP_ACTIVE,
        Kind::Gauge,
        API,
        "Requests that are being answered; open event streams are not among them",
    )
    .by(&["http_request_method", "url_scheme"])
    .known_as("http.server.active_requests"),
    Metric::new(
        JOBS_SUBMITTED,
        Kind::Counter,
        API,
        "Jobs accepted; repeats of one idempotency key count once",
    ),
];
