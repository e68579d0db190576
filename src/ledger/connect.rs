//! Connections.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};

use super::LedgerError;
use crate::config;
use crate::telemetry::host;

/// How long a call waits for a connection before it counts as an outage.
const ACQUIRE: Duration = Duration::from_secs(5);
/// A connection that was idle for longer is asked for a sign of life before it is used. One that was used a moment ago is
/// not, so that a step stays one round trip.
const FRESH: Duration = Duration::from_secs(5);

/// A pool whose connections work as `role`. At least one is opened at once.
pub(super) async fn pool(
    config: &config::Database,
    application: &str,
    role: &str,
) -> Result<PgPool, LedgerError> {
    let host = host();
    let options = options(config, application)?.options([
        ("role", role),
        // Every line that the connection has the audit log take bears it (`0020_from_where.sql`).
        ("gildhall.host", host.as_str()),
        // No step takes long: whoever waits for this long waits for something that hangs.
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "30s"),
        // Compiling costs more than any of these short statements.
        ("jit", "off"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for >= FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(without_role)?;
    let has_tables: bool = sqlx::query_scalar("SELECT to_regclass('tenants') IS NOT NULL")
        .fetch_one(&pool)
        .await?;
    if has_tables {
        Ok(pool)
    } else {
        Err(LedgerError::NotMigrated)
    }
}

/// The first migration of a server makes the roles.
fn without_role(error: sqlx::Error) -> LedgerError {
    let code = error.as_database_error().and_then(|reason| reason.code());
    // Invalid parameter value: of `role`, since the others are ours and valid.
    if code.as_deref() == Some("22023") {
        LedgerError::NotMigrated
    } else {
        error.into()
    }
}

/// What all connections have in common.
pub(super) fn options(
    config: &config::Database,
    application: &str,
) -> Result<PgConnectOptions, LedgerError> {
    let options: PgConnectOptions = config.url.expose().parse()?;
    Ok(options
        .application_name(application)
        .disable_statement_logging())
}

pub(super) async fn ping(pool: &PgPool) -> Result<(), LedgerError> {
    sqlx::query("SELECT 1").execute(pool).await?;
    Ok(())
}
