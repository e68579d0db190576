//! `gildhall audit`: who did what.

mod list;
mod view;

use super::operator;
use clap::Subcommand;

/// Arguments of `gildhall audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List acts of callers, operators, workers and relays, newest first.
    List(list::Args),
}

/// Does it.
pub fn run(args: &Args) -> anyhow::Result<()> {
    operator::run(async {
        match &args.verb {
            Verb::List(args) => list::run(args).await,
        }
    })
}
