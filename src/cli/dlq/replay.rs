//! `gildhall dlq replay`.

use super::desk::{Clerk, Desk, remove};
use super::filter::Filter;
use super::group::{Group, group};
use super::letter::{Held, Letter};
use super::rate::{Pace, Rate};
use super::report::{Outcome, Report};
use super::standing::Standing;
use crate::broker::{DeadLetter, Publisher};
use crate::cli::operator::{Acting, Common, OperatorError};
use crate::config;
use crate::ledger::ReplayOutcome;
use gildhall_proto::{JobId, JobMessage, JobStatus};

/// Arguments of `gildhall dlq replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    filter: Filter,
    /// At most so many letters [default: all].
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// At most so many replays in a time, such as 5/s, 30/m or 100/h.
    #[arg(long, value_name = "RATE")]
    rate: Option<Rate>,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Publish letters that are no message for a job as they came, too. A worker that still cannot read one puts it
    /// away again.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    broker: config::Broker,
}

/// Replays the letters. What was done is told also where an outage ends it halfway.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let clerk = Clerk::new(args.common.ledger().await?, &args.acting);
    let mut desk = Desk::open(&args.broker).await?;
    let mut report = Report::new(args.common.json, args.dry_run);
    let outcome = replay_all(args, &clerk, &mut desk, &mut report).await;
    let outcome = desk.clear(outcome).await;
    let told = report.end();
    outcome?;
    match report.left() {
        left if left > 0 && args.filter.names_some() => {
            let reason = format!("{left} of the letters cannot be replayed");
            Err(OperatorError::NotNow(reason).into())
        }
        _ => told,
    }
}

async fn replay_all(
    args: &Args,
    clerk: &Clerk,
    desk: &mut Desk,
    report: &mut Report,
) -> anyhow::Result<()> {
    let limit = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let held = desk.collect(&args.filter, limit).await?;
    // Told at the end: what was found is replayed all the same.
    let found = args.filter.all_found(held.iter().map(|held| &held.letter));
    let mut left = held.len();
    let mut replay = Replay {
        clerk,
        publisher: args.force.then(|| desk.broker().publisher()),
        pace: Pace::new(args.rate.filter(|_| !args.dry_run)),
        is_dry: args.dry_run,
    };
    for group in group(held) {
        desk.may_go_on(left)?;
        left -= group.letter_count();
        match group {
            Group::Job { message, letters } => replay.job(&message, letters, report).await?,
            Group::Foreign(held) => replay.foreign(held, report).await?,
        }
    }
    found?;
    Ok(())
}

/// A replay under way.
struct Replay<'a> {
    clerk: &'a Clerk,
    /// Where letters that are no message for a job may be published again.
    publisher: Option<Publisher>,
    pace: Pace,
    is_dry: bool,
}

impl Replay<'_> {
    /// Replays one job once, and removes all its letters.
    async fn job(
        &mut self,
        message: &JobMessage,
        letters: Vec<Held>,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let outcome = match Standing::of(&self.clerk.ledger, message).await? {
            Standing::Failed { run } if self.is_dry => Outcome::Replayed { run: run + 1 },
            Standing::Failed { .. } => self.start_over(message.job_id).await?,
            Standing::Elsewhere(status) => Outcome::Stale(status),
            other => Outcome::Left(other.text()),
        };
        let shown: Vec<&Letter> = letters.iter().map(|held| &held.letter).collect();
        report.push(&shown, &outcome);
        for held in letters {
            self.put_down(held, &outcome).await?;
        }
        Ok(())
    }

    /// The hand-over: from its commit on the job runs again, whatever becomes of this process.
    async fn start_over(&mut self, job: JobId) -> anyhow::Result<Outcome> {
        self.pace.turn().await;
        let replayed = self.clerk.ledger.replay(job, &self.clerk.actor).await?;
        Ok(match replayed {
            ReplayOutcome::Replayed { run } => Outcome::Replayed { run },
            // Somebody was faster.
            ReplayOutcome::NotEnded(status) => Outcome::Stale(status),
            ReplayOutcome::Completed => Outcome::Stale(JobStatus::Completed),
            ReplayOutcome::Unknown => Outcome::Left(Standing::Unknown.text()),
        })
    }

    /// Publishes what a letter holds as it came, if that is wanted.
    async fn foreign(&mut self, held: Held, report: &mut Report) -> anyhow::Result<()> {
        let outcome = match (&held.letter.job, &self.publisher) {
            (Err(fault), None) => Outcome::Left(format!("{fault} (see --force)")),
            (_, Some(_)) if self.is_dry => Outcome::Republished,
            (_, Some(publisher)) => {
                self.pace.turn().await;
                publish(publisher, &held.dead).await?
            }
            // Letters of jobs do not come here.
            (Ok(_), None) => Outcome::Left("it is a message for a job".to_owned()),
        };
        report.push(&[&held.letter], &outcome);
        self.put_down(held, &outcome).await
    }

    /// Removes a letter that has done its work.
    async fn put_down(&self, held: Held, outcome: &Outcome) -> anyhow::Result<()> {
        if self.is_dry || matches!(outcome, Outcome::Left(_)) {
            return Ok(());
        }
        self.clerk
            .note("dlq.replay", &held.letter, outcome.word())
            .await?;
        remove(held).await
    }
}

async fn publish(publisher: &Publisher, letter: &DeadLetter) -> anyhow::Result<Outcome> {
    publisher.revive(letter).await?;
    Ok(Outcome::Republished)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::{BROKER, DATABASE, parse};

    #[test]
    fn a_replay_is_limited_in_number_and_rate() {
        let with = |args: &[&str]| parse::<Args>(&[args, &DATABASE[..], &BROKER[..]].concat());
        let args = with(&[
            "--tenant",
            "acme",
            "--rate",
            "5/s",
            "--limit",
            "10",
            "--dry-run",
        ])
        .expect("all of it is valid");
        assert_eq!(
            (args.limit, args.dry_run, args.force),
            (Some(10), true, false)
        );
        assert!(args.rate.is_some());
        assert!(with(&[]).is_ok());
        assert!(with(&["--limit", "0"]).is_err());
        assert!(with(&["--rate", "fast"]).is_err());
    }
}
