//! The metrics there are. Whoever counts something takes its name from here, and labels as described.

/// Jobs accepted. No labels.
pub const JOBS_SUBMITTED: &str = "gildhall_jobs_submitted_total";
/// Jobs that reached an end. Labels: `status` (completed, failed or cancelled), `class` (of the failure; none without).
pub const JOBS_FINISHED: &str = "gildhall_jobs_finished_total";
/// Seconds from the claim of a job to the end of the attempt. Label: `outcome`.
pub const RENDER_SECONDS: &str = "gildhall_render_seconds";
/// Seconds that a claim took. Label: `claim` (what came of it).
pub const CLAIM_SECONDS: &str = "gildhall_claim_seconds";
/// Seconds that a request took. Labels: `method`, `route` (the pattern, not the path), `status`.
pub const HTTP_SECONDS: &str = "gildhall_http_request_seconds";
/// Jobs sent to the broker. Label: `reason` (new or overdue).
pub const DISPATCHED: &str = "gildhall_dispatched_total";
/// Events and dead letters sent to the broker. Label: `kind`.
pub const OUTBOX_PUBLISHED: &str = "gildhall_outbox_published_total";
/// 0 while a dependency is used, 1 while it is not. Label: `dependency`.
pub const BREAKER_STATE: &str = "gildhall_breaker_state";

/// What a metric measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// How often.
    Counter,
    /// How much, now.
    Gauge,
    /// How long, in seconds.
    Seconds,
}

/// Every metric, with what `/metrics` says of it.
pub(super) const ALL: [(&str, Kind, &str); 8] = [
    (JOBS_SUBMITTED, Kind::Counter, "Jobs accepted by the API"),
    (
        JOBS_FINISHED,
        Kind::Counter,
        "Jobs completed, failed or cancelled",
    ),
    (
        RENDER_SECONDS,
        Kind::Seconds,
        "Time from the claim of a job to the end of the attempt",
    ),
    (
        CLAIM_SECONDS,
        Kind::Seconds,
        "Time that the claim of a job took",
    ),
    (HTTP_SECONDS, Kind::Seconds, "Time that a request took"),
    (DISPATCHED, Kind::Counter, "Jobs sent to the broker"),
    (
        OUTBOX_PUBLISHED,
        Kind::Counter,
        "Events and dead letters sent to the broker",
    ),
    (
        BREAKER_STATE,
        Kind::Gauge,
        "1 while the circuit breaker of a dependency is open, else 0",
    ),
];
