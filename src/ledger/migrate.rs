//! The tables themselves.

use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;

use super::{Ledger, LedgerError, connect};
use crate::config;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Brings the tables up to date. Any number of processes may do so at once: one does it, the others wait and find it done.
/// Tables that a newer release made stay as they are: whoever goes back by a release starts with the same steps.
///
/// The login of `config` owns the tables from then on, and must be allowed to create roles where `gildhall_api` and
/// `gildhall_fleet` are not there yet.
///
/// # Errors
/// [`LedgerError::Migrate`] where a migration fails or was changed since. Each migration is done as a whole or not at all.
pub async fn migrate(config: &config::Database) -> Result<(), LedgerError> {
    let options = connect::options(config, "gildhall migrate")?;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let mut ours = Migrator::with_migrations(MIGRATIONS.iter().cloned().collect());
    ours.set_ignore_missing(true);
    let done = ours.run(&pool).await;
    pool.close().await;
    done.map_err(LedgerError::from)
}

impl Ledger {
    /// Whether every migration of this release was made. A database that is ahead of this release counts as well:
    /// migrations leave room for the release before.
    ///
    /// # Errors
    /// [`LedgerError`] where the database cannot be asked.
    pub async fn is_up_to_date(&self) -> Result<bool, LedgerError> {
        let made: Option<i64> =
            sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
                .fetch_one(&self.pool)
                .await?;
        let wanted = MIGRATIONS.iter().map(|migration| migration.version).max();
        Ok(made >= wanted)
    }
}
