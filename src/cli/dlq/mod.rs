//! `gildhall dlq`: dead letters.
//!
//! Letters are looked at by taking them out of their queue and putting them back at the end. Meanwhile nobody else sees
//! them; a command that is killed puts them back too.
//!
//! A replay is handed over by the ledger's commit that makes the failed job pending: from then on the relay answers
//! for it, whatever becomes of broker and letter. Only then is the letter removed. A crash in between leaves a letter
//! whose job is no longer failed, and so does a second operator: the next replay removes it and runs nothing.

mod desk;
mod drop;
mod filter;
mod group;
mod letter;
mod list;
mod rate;
mod replay;
mod report;
mod show;
mod standing;
mod view;
mod which;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{rate::Rate, which::Which};

use super::operator;
use clap::Subcommand;

/// Arguments of `gildhall dlq`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List dead letters, the oldest first.
    List(list::Args),
    /// Show dead letters with all that is known of them.
    Show(show::Args),
    /// Let the jobs of dead letters start over, and remove their letters; a job runs once however many letters it has.
    Replay(replay::Args),
    /// Remove dead letters for good; their jobs stay failed.
    Drop(drop::Args),
}

/// Does it.
pub fn run(args: &Args) -> anyhow::Result<()> {
    operator::run(async {
        match &args.verb {
            Verb::List(args) => list::run(args).await,
            Verb::Show(args) => show::run(args).await,
            Verb::Replay(args) => replay::run(args).await,
            Verb::Drop(args) => drop::run(args).await,
        }
    })
}
