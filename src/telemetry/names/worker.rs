//! What workers tell.

use super::{ALL, Kind, Metric, STORING, Scale, WORKER};

/// Seconds from the claim of a job to the end of the attempt.
pub const ATTEMPT_SECONDS: &str = "gildhall_attempt_seconds";
/// Seconds of a part of an attempt.
pub const STEP_SECONDS: &str = "gildhall_step_seconds";
/// Seconds that a stage of a render was busy.
pub const STAGE_SECONDS: &str = "gildhall_render_stage_seconds";
/// Seconds on processors of a render.
pub const RENDER_CPU_SECONDS: &str = "gildhall_render_cpu_seconds";
/// Most memory of a render.
pub const RENDER_MEMORY_BYTES: &str = "gildhall_render_peak_memory_bytes";
/// How fast a render was.
pub const RENDER_SPEED: &str = "gildhall_render_speed_ratio";
/// Seconds of video made.
pub const VIDEO_SECONDS: &str = "gildhall_video_seconds_total";
/// Seconds that a claim took.
pub const CLAIM_SECONDS: &str = "gildhall_claim_seconds";
/// Seconds that a job waited for its worker.
pub const WAIT_SECONDS: &str = "gildhall_wait_seconds";
/// Attempts that failed.
pub const FAILURES: &str = "gildhall_failures_total";
/// Attempts that are followed by another.
pub const RETRIES: &str = "gildhall_retries_total";
/// Whether a circuit breaker is open.
pub const BREAKER_STATE: &str = "gildhall_breaker_state";
/// Assets asked of the cache.
pub const CACHE_REQUESTS: &str = "gildhall_cache_requests_total";
/// Places for jobs.
pub const SLOTS: &str = "gildhall_slots";
/// Places that have a job.
pub const SLOTS_BUSY: &str = "gildhall_slots_busy";
/// Bytes of temporary files.
pub const TEMP_BYTES: &str = "gildhall_temp_bytes";
/// Bytes that are left for them.
pub const TEMP_FREE_BYTES: &str = "gildhall_temp_free_bytes";
/// Seconds that a message was worked on.
pub const PROCESS_SECONDS: &str = "messaging_process_duration_seconds";

const WORK: Kind = Kind::Histogram(Scale::Work);

pub(super) const WORKER_METRICS: &[Metric] = &[
    Metric::new(
        ATTEMPT_SECONDS,
        WORK,
        WORKER,
        "Processing time of a job: from its claim to the end of the attempt, by `outcome` (`completed`, `retry`, `failed`, `postponed`, \
         `given_back`, `cancelled`, `lease_lost`)",
    )
    .by(&["outcome"]),
    Metric::new(
        STEP_SECONDS,
        WORK,
        WORKER,
        "Time of each part of an attempt that succeeded: `fetch`, `render`, `upload`",
    )
    .by(&["step"]),
    Metric::new(
        STAGE_SECONDS,
        WORK,
        WORKER,
        "Time that each stage of a render was busy; stages run at the same time",
    )
    .by(&["stage"]),
    Metric::new(
        RENDER_CPU_SECONDS,
        WORK,
        WORKER,
        "Time on processors of a render process, whatever became of it",
    )
    .by(&["quality"]),
    Metric::new(
        RENDER_MEMORY_BYTES,
        Kind::Histogram(Scale::Memory),
        WORKER,
        "Most memory that a render process had resident, whatever became of it",
    )
    .by(&["quality"]),
    Metric::new(
        RENDER_SPEED,
        Kind::Histogram(Scale::Speed),
        WORKER,
        "Seconds of video for each second of rendering",
    )
    .by(&["quality"]),
    Metric::new(
        VIDEO_SECONDS,
        Kind::Counter,
        WORKER,
        "Whole seconds of video rendered",
    )
    .by(&["quality"]),
    Metric::new(
        CLAIM_SECONDS,
        Kind::Histogram(Scale::RoundTrip),
        WORKER,
        "Time until the ledger had answered a claim, by what came of it: `run`, `deferred` (its tenant is at its limit), `parked` \
         (too early), `stale` (of no use any more), `ended`, `unreadable`",
    )
    .by(&["claim"]),
    Metric::new(
        WAIT_SECONDS,
        Kind::Histogram(Scale::Wait),
        WORKER,
        "How long a job had waited when it was claimed for the first time, since it was `submitted` and since it was `queued`",
    )
    .by(&["since"]),
    Metric::new(
        FAILURES,
        Kind::Counter,
        WORKER,
        "Attempts that failed, by the class and code of the failure; beyond 64 codes, `other`",
    )
    .by(&["class", "code"]),
    Metric::new(
        RETRIES,
        Kind::Counter,
        WORKER,
        "Those of them that are followed by another attempt",
    )
    .by(&["class"]),
    Metric::new(
        BREAKER_STATE,
        Kind::Gauge,
        ALL,
        "1 while the circuit breaker of a dependency is open, else 0: `ledger`, `objects` and `working folder` of workers, `clamd` of \
         whoever has uploads scanned",
    )
    .by(&["dependency"]),
    Metric::new(
        CACHE_REQUESTS,
        Kind::Counter,
        WORKER,
        "Assets asked of the cache: a `hit`, or a `miss` that was fetched",
    )
    .by(&["result"]),
    Metric::new(SLOTS, Kind::Gauge, WORKER, "Jobs that the process can have at once"),
    Metric::new(SLOTS_BUSY, Kind::Gauge, WORKER, "Jobs that it has"),
    Metric::new(
        TEMP_BYTES,
        Kind::Gauge,
        STORING,
        "Bytes of temporary files: of a worker's `cache` and `attempts`, of the API's `uploads`",
    )
    .by(&["part"]),
    Metric::new(
        TEMP_FREE_BYTES,
        Kind::Gauge,
        STORING,
        "Bytes that are left on the file system of the temporary files",
    ),
    Metric::new(
        PROCESS_SECONDS,
        WORK,
        WORKER,
        "Time from the receipt of a message to the decision what becomes of it",
    )
    .by(&[
        "messaging_system",
        "messaging_operation_name",
        "messaging_destination_name",
    ])
    .known_as("messaging.process.duration"),
];
