//! The names that the fleet uses on the broker: those of the contract, and its own.

pub use gildhall_proto::names::{
    CLASS, DEAD_AT, DEAD_EXCHANGE, DEAD_QUEUE, EVENTS_EXCHANGE, JOBS_EXCHANGE, JOBS_KEY,
    JOBS_QUEUE, MESSAGE, REASON, TRACEPARENT,
};

/// What a queue has to be bound by to hear of the end of every tenant's jobs.
pub const TERMINAL_KEYS: [&str; 3] = ["*.video.completed", "*.video.failed", "*.video.cancelled"];

/// Header of a message that a worker sent through a wait queue after the broker had handed it out twice.
pub const REDELIVERED: &str = "x-gildhall-redelivered";
/// Header of a dead letter whose own headers were too long to be kept.
pub const HEADERS_DROPPED: &str = "x-gildhall-headers-dropped";
/// Header in which the broker itself says why it dead-lettered a message.
pub const FIRST_DEATH_REASON: &str = "x-first-death-reason";
