//! What the commands of operators have in common: whom they speak to, who acts, and how they answer.

pub mod actor;
pub mod error;
pub mod out;
pub mod table;
#[cfg(test)]
pub mod testing;
pub mod text;
pub mod when;

pub use actor::Acting;
pub use error::OperatorError;
pub use table::{Table, facts};

use crate::config;
use crate::ledger::{Ledger, LedgerError};
use anyhow::Context;
use std::future::Future;
use tokio::runtime;

/// What every command that asks the ledger takes.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// Print JSON, for programs.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    database: config::Database,
}

impl Common {
    /// Connects to the ledger.
    pub async fn ledger(&self) -> Result<Ledger, LedgerError> {
        Ledger::connect(&self.database, "gildhall operator").await
    }
}

/// Does the work of one command. One thread is enough: it waits for answers, one after the other. An interrupt ends the
/// process at once, which is safe: each step is whole or not taken.
pub fn run(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    runtime.block_on(work)
}
