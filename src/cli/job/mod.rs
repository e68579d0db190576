//! `gildhall job`: jobs of all tenants.

mod batch;
mod cancel;
mod list;
mod retry;
mod show;
mod view;

use super::operator;
use clap::Subcommand;

/// Arguments of `gildhall job`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show a job, and what happened to it so far.
    Show(show::Args),
    /// List jobs, the newest first.
    List(list::Args),
    /// Cancel jobs: waiting ones at once, one that is being rendered within a second or so.
    Cancel(batch::Args),
    /// Let failed or cancelled jobs start over, with all their attempts and at full quality.
    Retry(batch::Args),
}

/// Does it.
pub fn run(args: &Args) -> anyhow::Result<()> {
    operator::run(async {
        match &args.verb {
            Verb::Show(args) => show::run(args).await,
            Verb::List(args) => list::run(args).await,
            Verb::Cancel(args) => cancel::run(args).await,
            Verb::Retry(args) => retry::run(args).await,
        }
    })
}
