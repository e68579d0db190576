//! The ledger as the API uses it: one tenant at a time.
//!
//! Every call names its tenant and is one statement, inside which the tenant is set for row-level security. No call opens a
//! transaction of its own: a request whose client goes away, and whose future is dropped anywhere, cannot leave a
//! connection behind that has a transaction open or a tenant set.

pub mod assets;
pub mod audit;
pub mod jobs;
pub mod keys;
pub mod quarantine;
pub mod submit;

use sqlx::PgPool;

use super::{API_ROLE, LedgerError, PoolState, connect};
use crate::config;

/// The ledger as the API uses it.
#[derive(Debug, Clone)]
pub struct ApiLedger {
    pool: PgPool,
}

impl ApiLedger {
    /// Connects; `application` names this process in the database's own views.
    ///
    /// # Errors
    /// [`LedgerError`] where the database cannot be reached within a few seconds or refuses the connection, which it also
    /// does before the first migration.
    pub async fn connect(
        config: &config::Database,
        application: &str,
    ) -> Result<ApiLedger, LedgerError> {
        let pool = connect::pool(config, application, API_ROLE).await?;
        Ok(ApiLedger { pool })
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`LedgerError`] where there is none.
    pub async fn ping(&self) -> Result<(), LedgerError> {
        connect::ping(&self.pool).await
    }

    /// The connections.
    pub fn connections(&self) -> PoolState {
        PoolState::of(&self.pool)
    }

    /// Closes all connections once they are idle; every later call fails as an outage.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
