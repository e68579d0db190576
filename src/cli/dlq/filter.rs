//! Which letters a command is about.

use super::letter::Letter;
use super::which::Which;
use crate::cli::operator::OperatorError;
use crate::cli::operator::when::{self, Moment};
use gildhall_proto::{FailureClass, TenantId};
use std::time::Duration;
use time::OffsetDateTime;

/// Which letters; without any of these, all.
#[derive(Debug, clap::Args)]
pub struct Filter {
    /// Only these: letters by their names in the list, or all letters of a job by the job's id.
    #[arg(value_name = "LETTER|JOB")]
    which: Vec<Which>,
    /// Only letters about this tenant's jobs.
    #[arg(long)]
    tenant: Option<TenantId>,
    /// Only letters that were put away for this reason, such as no_usable_image.
    #[arg(long, value_name = "CODE")]
    reason: Option<String>,
    /// Only letters of this class: recoverable, rejected, resource or poison.
    #[arg(long)]
    class: Option<FailureClass>,
    /// Only letters put away then or later: a time (RFC 3339), a day, or how long ago, such as 2h.
    #[arg(long, value_name = "WHEN")]
    since: Option<Moment>,
    /// Only letters put away before.
    #[arg(long, value_name = "WHEN")]
    until: Option<Moment>,
    /// Only letters put away longer ago than this, such as 7d.
    #[arg(long, value_name = "SPAN", value_parser = when::span, conflicts_with = "until")]
    older_than: Option<Duration>,
}

impl Filter {
    /// Whether letters or jobs are named one by one.
    pub fn names_some(&self) -> bool {
        !self.which.is_empty()
    }

    /// Whether a letter is meant, now being `now`. What a letter does not tell is never what a filter wants: a letter
    /// that the broker itself put away has no time.
    pub fn takes(&self, letter: &Letter, now: OffsetDateTime) -> bool {
        let message = letter.job.as_ref().ok();
        let tenant = message.map(|message| &message.tenant_id);
        let until = self.until.or(self.older_than.map(Moment::Ago));
        let is_since = |since: Moment| letter.dead_at.is_some_and(|at| at >= since.time(now));
        let is_until = |until: Moment| letter.dead_at.is_some_and(|at| at < until.time(now));
        self.is_named(letter)
            && (self.tenant.is_none() || self.tenant.as_ref() == tenant)
            && (self.reason.is_none() || self.reason == letter.code)
            && (self.class.is_none() || self.class == letter.class)
            && self.since.is_none_or(is_since)
            && until.is_none_or(is_until)
    }

    /// Fails where something was named that no letter answers to.
    pub fn all_found<'a>(
        &self,
        letters: impl Iterator<Item = &'a Letter> + Clone,
    ) -> Result<(), OperatorError> {
        let missing = self
            .which
            .iter()
            .find(|which| !letters.clone().any(|letter| is(letter, which)));
        match missing {
            Some(which) => Err(OperatorError::not_found("dead letter", which)),
            None => Ok(()),
        }
    }

    fn is_named(&self, letter: &Letter) -> bool {
        !self.names_some() || self.which.iter().any(|which| is(letter, which))
    }
}

fn is(letter: &Letter, which: &Which) -> bool {
    match which {
        Which::Letter(name) => letter.name == *name,
        Which::Job(job) => letter.job_id() == Some(*job),
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{foreign, letter};
    use super::*;
    use crate::cli::operator::testing::parse;
    use std::iter;

    /// A day after the letters of the tests were put away.
    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_760_086_400).expect("a time")
    }

    fn takes(args: &[&str], letter: &Letter) -> bool {
        let filter: Filter = parse(args).expect("all of it is valid");
        filter.takes(letter, now())
    }

    #[test]
    fn without_a_filter_every_letter_is_meant() {
        assert!(takes(&[], &letter(7)));
        assert!(takes(&[], &foreign()));
    }

    #[test]
    fn each_part_of_a_filter_has_to_fit() {
        for fits in [
            "--tenant=acme",
            "--reason=asset_missing",
            "--class=rejected",
            "--since=2d",
            "--until=23h",
            "--older-than=23h",
            "--since=2025-10-09T08:53:20Z",
        ] {
            assert!(takes(&[fits], &letter(7)), "{fits}");
        }
        for other in [
            "--tenant=other",
            "--reason=asset",
            "--class=poison",
            "--since=23h",
            "--until=2d",
            "--older-than=2d",
            "--until=2025-10-09T08:53:20Z",
        ] {
            assert!(!takes(&[other], &letter(7)), "{other}");
        }
    }

    #[test]
    fn letters_are_named_by_themselves_or_by_their_jobs() {
        let (seven, eight) = (letter(7), letter(8));
        let job = seven.job_id().expect("a job").to_string();
        let name = eight.name.to_string();
        assert!(takes(&[&job], &seven) && !takes(&[&job], &eight));
        assert!(takes(&[&name], &eight) && !takes(&[&name], &seven));
        let filter: Filter = parse(&[&job, &name]).expect("two names");
        assert!(filter.all_found([&seven, &eight].into_iter()).is_ok());
        let missing = filter
            .all_found(iter::once(&seven))
            .expect_err("one is missing");
        assert!(missing.to_string().ends_with(&name), "{missing}");
    }

    #[test]
    fn what_a_letter_does_not_tell_is_not_wanted() {
        let mut untold = foreign();
        untold.dead_at = None;
        untold.code = None;
        for flag in ["--tenant=acme", "--since=2d", "--until=1s", "--reason=x"] {
            assert!(!takes(&[flag], &untold), "{flag}");
        }
    }

    #[test]
    fn two_ends_are_one_too_many() {
        assert!(parse::<Filter>(&["--until", "1d", "--older-than", "1d"]).is_err());
    }
}
