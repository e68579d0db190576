//! What the ledger's room tells.

use super::{ALL, Kind, Metric, Scale};

/// Seconds that a step of the ledger took.
pub const DB_SECONDS: &str = "db_client_operation_duration_seconds";
/// Connections to the database.
pub const DB_CONNECTIONS: &str = "db_client_connection_count";
/// Most connections that there may be.
pub const DB_CONNECTIONS_MAX: &str = "db_client_connection_max";

pub(super) const LEDGER_METRICS: &[Metric] = &[
    Metric::new(
        DB_SECONDS,
        Kind::Histogram(Scale::RoundTrip),
        ALL,
        "Time of a step of the ledger, the wait for a connection included; `error_type` is empty where it was taken, else `outage` or \
         `refused`",
    )
    .by(&["db_system_name", "db_operation_name", "error_type"])
    .known_as("db.client.operation.duration"),
    Metric::new(
        DB_CONNECTIONS,
        Kind::Gauge,
        ALL,
        "Connections of a pool, `used` and `idle`; an API that relays has two pools",
    )
    .by(&[
        "db_client_connection_pool_name",
        "db_client_connection_state",
    ])
    .known_as("db.client.connection.count"),
    Metric::new(
        DB_CONNECTIONS_MAX,
        Kind::Gauge,
        ALL,
        "Connections that a pool may have (`GILDHALL_DATABASE_MAX_CONNECTIONS`)",
    )
    .by(&["db_client_connection_pool_name"])
    .known_as("db.client.connection.max"),
];
