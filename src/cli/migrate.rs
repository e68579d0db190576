//! `gildhall migrate`.

use super::operator::{self, Acting, out};
use crate::config;
use crate::ledger::{self, AuditEntry, Ledger, LedgerError};
use anyhow::Context;
use serde_json::{Map, json};

/// Arguments of `gildhall migrate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON, for programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    database: config::Database,
}

/// Brings the ledger's tables up to date. Where they were, nothing is changed.
pub fn run(args: &Args) -> anyhow::Result<()> {
    operator::run(async {
        let changed = !is_up_to_date(&args.database).await?;
        // Also where nothing is to be done: it notices a migration that was changed afterwards.
        ledger::migrate(&args.database).await?;
        if changed {
            tell_audit_log(args)
                .await
                .context("the tables are up to date, but the audit log could not be written")?;
        }
        let text = match changed {
            true => "the tables were brought up to date",
            false => "the tables are up to date already",
        };
        out::answer(args.json, &json!({ "changed": changed }), text)
    })
}

/// Before the first migration there is not even the role to ask as.
async fn is_up_to_date(database: &config::Database) -> Result<bool, LedgerError> {
    let asked = match connect(database).await {
        Ok(ledger) => ledger.is_up_to_date().await,
        Err(error) => Err(error),
    };
    match asked {
        Err(error) if !error.is_outage() => Ok(false),
        asked => asked,
    }
}

async fn tell_audit_log(args: &Args) -> Result<(), LedgerError> {
    let entry = AuditEntry {
        actor: args.acting.actor(),
        tenant: None,
        action: "migrate".to_owned(),
        subject: env!("CARGO_PKG_VERSION").to_owned(),
        outcome: "migrated".to_owned(),
        detail: Map::new(),
    };
    connect(&args.database).await?.audit(&entry).await
}

async fn connect(database: &config::Database) -> Result<Ledger, LedgerError> {
    Ledger::connect(database, "gildhall migrate").await
}
