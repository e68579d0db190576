//! What this room counts, for `/metrics`.

use std::future::Future;
use std::time::Instant;

use sqlx::PgPool;

use super::LedgerError;
use crate::telemetry::names;

const SYSTEM: &str = "postgresql";

/// Connections to the database at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolState {
    /// Those that are being used.
    pub used: u32,
    /// Those that wait for their next use.
    pub idle: u32,
    /// As many as there may be.
    pub max: u32,
}

impl PoolState {
    pub(super) fn of(pool: &PgPool) -> PoolState {
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        PoolState {
            // The two numbers are read one after the other.
            used: pool.size().saturating_sub(idle),
            idle,
            max: pool.options().get_max_connections(),
        }
    }
}

/// Takes a step, the wait for a connection included, and counts how long that was.
pub(super) async fn timed<T>(
    step: &'static str,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, LedgerError> {
    let began = Instant::now();
    let done = work.await.map_err(LedgerError::from);
    let error_type = match &done {
        Ok(_) => "",
        Err(error) if error.is_outage() => "outage",
        Err(_) => "refused",
    };
    metrics::histogram!(
        names::DB_SECONDS,
        "db_system_name" => SYSTEM,
        "db_operation_name" => step,
        "error_type" => error_type,
    )
    .record(began.elapsed());
    done
}
