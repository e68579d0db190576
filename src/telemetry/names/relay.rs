//! What relays tell. All but the counters are looked up in the ledger and at the broker, where each relay finds the same:
//! `max` of them, never `sum`. What could not be looked up is `NaN`.

use super::{ALL, Kind, Metric, RELAYING};

/// Jobs sent to the broker.
pub const DISPATCHED: &str = "gildhall_dispatched_total";
/// Rounds of the relay.
pub const ROUNDS: &str = "gildhall_relay_rounds_total";
/// Jobs taken back from workers that fell silent.
pub const REAPED: &str = "gildhall_jobs_reaped_total";
/// Jobs that reached an end.
pub const JOBS_FINISHED: &str = "gildhall_jobs_finished_total";
/// Jobs that have not ended, by status.
pub const JOBS: &str = "gildhall_jobs";
/// Jobs that workers have in hand or could have at once.
pub const RUNNABLE: &str = "gildhall_runnable_jobs";
/// Age of the job that has waited longest for a worker.
pub const OLDEST_QUEUED_S: &str = "gildhall_oldest_queued_seconds";
/// Messages that a queue has ready.
pub const QUEUE_MESSAGES: &str = "gildhall_queue_messages";
/// Consumers of a queue.
pub const QUEUE_CONSUMERS: &str = "gildhall_queue_consumers";
/// Entries of the outbox.
pub const OUTBOX_ENTRIES: &str = "gildhall_outbox_entries";
/// Age of the oldest entry of the outbox.
pub const OUTBOX_OLDEST_S: &str = "gildhall_outbox_oldest_seconds";
/// Leases that have run out.
pub const LEASES_EXPIRED: &str = "gildhall_leases_expired";
/// Jobs of a tenant that are being rendered.
pub const TOKENS_IN_USE: &str = "gildhall_tokens_in_use";
/// Jobs of a tenant that may be rendered at once.
pub const TOKENS_LIMIT: &str = "gildhall_tokens_limit";
/// Jobs of a tenant that wait in the ledger.
pub const PENDING_JOBS: &str = "gildhall_pending_jobs";
/// Age of the janitor's last run that was done.
pub const JANITOR_AGE_S: &str = "gildhall_janitor_age_seconds";
/// Bytes in the object store that the ledger knows of.
pub const STORED_BYTES: &str = "gildhall_stored_bytes";

pub(super) const RELAY_METRICS: &[Metric] = &[
    Metric::new(
        JOBS_FINISHED,
        Kind::Counter,
        ALL,
        "Jobs that reached an end, by `status` (`completed`, `failed`, `cancelled`) and the class of the failure (`none` without); \
         counted by the process that wrote the end down",
    )
    .by(&["status", "class", "tenant"]),
    Metric::new(
        DISPATCHED,
        Kind::Counter,
        RELAYING,
        "Jobs sent to the broker: `new` ones, and `overdue` ones whose message or worker was lost",
    )
    .by(&["reason"]),
    Metric::new(
        ROUNDS,
        Kind::Counter,
        RELAYING,
        "Rounds of the relay (`dispatch`, `repair`, `measure`), `done` or `failed`",
    )
    .by(&["round", "outcome"]),
    Metric::new(
        REAPED,
        Kind::Counter,
        RELAYING,
        "Jobs taken back from workers that fell silent: to run `again`, or `ended` as poison or cancelled",
    )
    .by(&["result"]),
    Metric::new(
        JOBS,
        Kind::Gauge,
        RELAYING,
        "Jobs in the ledger that have not ended; of `pending` ones at most 100,000 are counted",
    )
    .by(&["status"]),
    Metric::new(
        RUNNABLE,
        Kind::Gauge,
        RELAYING,
        "Jobs that workers have in hand or could take at once (`processing`, `queued`, and `retrying` whose time has come): how many \
         workers are of use. What a tenant's limit holds back is not in it",
    ),
    Metric::new(
        OLDEST_QUEUED_S,
        Kind::Gauge,
        RELAYING,
        "How long the message that has waited longest for a worker has waited; 0 where none waits. One that was set back waits \
         from its next attempt on",
    ),
    Metric::new(
        QUEUE_MESSAGES,
        Kind::Gauge,
        RELAYING,
        "Messages that a queue has ready; those in workers' hands are not among them",
    )
    .by(&["queue"]),
    Metric::new(
        QUEUE_CONSUMERS,
        Kind::Gauge,
        RELAYING,
        "Consumers of a queue: of `gildhall.jobs`, the workers' slots that take jobs",
    )
    .by(&["queue"]),
    Metric::new(
        OUTBOX_ENTRIES,
        Kind::Gauge,
        RELAYING,
        "Events and dead letters that wait for the broker; at most 100,000 are counted",
    ),
    Metric::new(
        OUTBOX_OLDEST_S,
        Kind::Gauge,
        RELAYING,
        "Age of the oldest of them; 0 where there are none",
    ),
    Metric::new(
        LEASES_EXPIRED,
        Kind::Gauge,
        RELAYING,
        "Jobs whose worker has not renewed its lease in time",
    ),
    Metric::new(
        TOKENS_IN_USE,
        Kind::Gauge,
        RELAYING,
        "Jobs of a tenant that are being rendered",
    )
    .by(&["tenant"]),
    Metric::new(
        TOKENS_LIMIT,
        Kind::Gauge,
        RELAYING,
        "How many may be rendered at once; not told of `other`",
    )
    .by(&["tenant"]),
    Metric::new(
        PENDING_JOBS,
        Kind::Gauge,
        RELAYING,
        "Jobs of a tenant that wait in the ledger for its limit; at most 1,000 of each are counted",
    )
    .by(&["tenant"]),
    Metric::new(
        JANITOR_AGE_S,
        Kind::Gauge,
        RELAYING,
        "How long ago a run of the janitor was done, to its end; where none ever was, how old the tables are",
    ),
    Metric::new(
        STORED_BYTES,
        Kind::Gauge,
        RELAYING,
        "Bytes of the object store that the ledger knows of: `upload`s and `render`s; looked up every ten minutes",
    )
    .by(&["origin"]),
];
