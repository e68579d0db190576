//! `gildhall key`: the API keys of tenants.

mod create;
mod list;
mod revoke;
mod rotate;
mod scope;
mod secret;
mod view;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use secret::Pasted;

use super::operator;
use clap::Subcommand;

/// Arguments of `gildhall key`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a key for a tenant, and print it: this once, for only its hash is kept.
    Create(create::Args),
    /// List a tenant's keys, revoked ones included.
    List(list::Args),
    /// Put a new key in the place of one, which opens for a while yet, so that its holder can change over at leisure.
    Rotate(rotate::Args),
    /// Revoke a key for good; it is refused within seconds.
    Revoke(revoke::Args),
}

/// Does it.
pub fn run(args: &Args) -> anyhow::Result<()> {
    operator::run(async {
        match &args.verb {
            Verb::Create(args) => create::run(args).await,
            Verb::List(args) => list::run(args).await,
            Verb::Rotate(args) => rotate::run(args).await,
            Verb::Revoke(args) => revoke::run(args).await,
        }
    })
}
