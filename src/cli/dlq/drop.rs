//! `gildhall dlq drop`.

use super::desk::{Clerk, Desk, remove};
use super::filter::Filter;
use super::report::{Outcome, Report};
use crate::cli::operator::{Acting, Common, OperatorError};
use crate::config;

/// Arguments of `gildhall dlq drop`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    filter: Filter,
    /// At most so many letters [default: all].
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Say what would be removed, and remove nothing.
    #[arg(long)]
    dry_run: bool,
    /// Needed where letters are not named one by one.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    broker: config::Broker,
}

impl Args {
    fn is_meant(&self) -> bool {
        self.yes || self.dry_run || self.filter.names_some()
    }
}

/// Removes the letters for good. What was done is told also where an outage ends it halfway.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    if !args.is_meant() {
        let reason = "name letters or jobs one by one, or say --yes; --dry-run shows what would go";
        return Err(OperatorError::Usage(reason.to_owned()).into());
    }
    let clerk = Clerk::new(args.common.ledger().await?, &args.acting);
    let mut desk = Desk::open(&args.broker).await?;
    let mut report = Report::new(args.common.json, args.dry_run);
    let outcome = drop_all(args, &clerk, &mut desk, &mut report).await;
    let outcome = desk.clear(outcome).await;
    let told = report.end();
    outcome.and(told)
}

async fn drop_all(
    args: &Args,
    clerk: &Clerk,
    desk: &mut Desk,
    report: &mut Report,
) -> anyhow::Result<()> {
    let limit = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let held = desk.collect(&args.filter, limit).await?;
    // Told at the end: what was found is removed all the same.
    let found = args.filter.all_found(held.iter().map(|held| &held.letter));
    let all = held.len();
    for (done, held) in held.into_iter().enumerate() {
        desk.may_go_on(all - done)?;
        let letter = held.letter.clone();
        if !args.dry_run {
            clerk
                .note("dlq.drop", &letter, Outcome::Dropped.word())
                .await?;
            remove(held).await?;
        }
        report.push(&[&letter], &Outcome::Dropped);
    }
    found?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::{BROKER, DATABASE, parse};

    #[test]
    fn a_whole_queue_is_not_dropped_by_mistake() {
        let is_meant = |args: &[&str]| {
            let all = [args, &DATABASE[..], &BROKER[..]].concat();
            parse::<Args>(&all).expect("all of it is valid").is_meant()
        };
        let job = "01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d";
        assert!(!is_meant(&[]));
        assert!(!is_meant(&["--tenant", "acme"]));
        for meant in [job, "0123456789ab", "--yes", "--dry-run"] {
            assert!(is_meant(&[meant]), "{meant}");
        }
    }
}
