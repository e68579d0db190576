//! What the object store's room tells.

use super::{ALL, Kind, Metric, Scale};

/// Seconds that a call of the object store took.
pub const OBJECT_SECONDS: &str = "gildhall_object_operation_seconds";
/// Bytes that went to the object store or came from it.
pub const OBJECT_BYTES: &str = "gildhall_object_bytes_total";

pub(super) const OBJECTS_METRICS: &[Metric] = &[
    Metric::new(
        OBJECT_SECONDS,
        Kind::Histogram(Scale::RoundTrip),
        ALL,
        "Time of a call of the object store (`head`, `get`, `put`, `list`, `delete`), by `outcome` (`done`, `missing`, `refused`, \
         `unavailable`, `local`)",
    )
    .by(&["operation", "outcome"]),
    Metric::new(
        OBJECT_BYTES,
        Kind::Counter,
        ALL,
        "Bytes `read` from the object store and `written` to it",
    )
    .by(&["direction"]),
];
