//! `gildhall tenant`: who may use the service, and how much of it.

mod create;
mod limits;
mod list;
mod retention;
mod set;
mod show;
mod suspend;
mod view;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{
    limits::Quota,
    retention::{AuditDays, Days},
};

use super::operator;
use clap::Subcommand;

/// Arguments of `gildhall tenant`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add a tenant.
    Create(create::Args),
    /// List all tenants with their limits.
    List(list::Args),
    /// Show a tenant, its limits and what it used this month.
    Show(show::Args),
    /// Change a tenant's limits; at once, and only the ones that are given.
    Set(set::Args),
    /// Show for how many days a tenant's things are kept, or change what is given; from the janitor's next run on.
    Retention(retention::Args),
    /// Turn a tenant's keys away and let its jobs wait; a render that is under way goes on.
    Suspend(suspend::Args),
    /// Take a suspended tenant in again.
    Resume(suspend::Args),
}

/// Does it.
pub fn run(args: &Args) -> anyhow::Result<()> {
    operator::run(async {
        match &args.verb {
            Verb::Create(args) => create::run(args).await,
            Verb::List(args) => list::run(args).await,
            Verb::Show(args) => show::run(args).await,
            Verb::Set(args) => set::run(args).await,
            Verb::Retention(args) => retention::run(args).await,
            Verb::Suspend(args) => suspend::run(args, true).await,
            Verb::Resume(args) => suspend::run(args, false).await,
        }
    })
}
