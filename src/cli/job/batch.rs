//! Doing the same to several jobs.

use crate::cli::operator::{Acting, Common, OperatorError, out};
use gildhall_proto::JobId;
use serde_json::{Value, json};

/// Arguments of `gildhall job cancel` and `gildhall job retry`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jobs, by their ids.
    #[arg(required = true, value_name = "JOB")]
    pub jobs: Vec<JobId>,
    #[command(flatten)]
    pub acting: Acting,
    #[command(flatten)]
    pub common: Common,
}

/// What came of the wish for one job.
#[derive(Debug)]
pub struct Told {
    /// In a word of ours.
    pub outcome: &'static str,
    /// In words for people.
    pub text: String,
    /// Why nothing was done, if so.
    pub refusal: Option<OperatorError>,
}

impl Told {
    /// It was done.
    pub fn done(outcome: &'static str, text: String) -> Told {
        Told {
            outcome,
            text,
            refusal: None,
        }
    }

    /// It was not, for the job's state does not allow it.
    pub fn refused(outcome: &'static str, text: String) -> Told {
        Told {
            outcome,
            refusal: Some(OperatorError::NotNow(text.clone())),
            text,
        }
    }

    /// There is no such job.
    pub fn unknown(job: JobId) -> Told {
        let refusal = OperatorError::not_found("job", job);
        Told {
            outcome: "unknown",
            text: refusal.to_string(),
            refusal: Some(refusal),
        }
    }
}

/// What came of all of them, to be told at the end: also where an outage ended it halfway.
#[derive(Debug, Default)]
pub struct Report {
    objects: Vec<Value>,
    lines: Vec<String>,
    refusal: Option<OperatorError>,
}

impl Report {
    /// Adds a job. The first refusal is the one that the command ends with.
    pub fn push(&mut self, job: JobId, told: Told) {
        self.objects
            .push(json!({ "id": job, "outcome": told.outcome }));
        // It is told as the error.
        let is_first = told.refusal.is_some() && self.refusal.is_none();
        if is_first {
            self.refusal = told.refusal;
        } else {
            self.lines.push(told.text);
        }
    }

    /// Tells it, and fails where something was not done or `outcome` is a failure.
    pub fn end(self, json: bool, outcome: anyhow::Result<()>) -> anyhow::Result<()> {
        let object = json!({ "jobs": self.objects });
        let lines = self.lines.join("\n");
        let told = match json || !lines.is_empty() {
            true => out::answer(json, &object, &lines),
            false => Ok(()),
        };
        outcome?;
        match self.refusal {
            Some(refusal) => Err(refusal.into()),
            None => told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse_with_ledger;
    use uuid::Uuid;

    #[test]
    fn at_least_one_job_is_named() {
        let id = Uuid::from_u128(7).to_string();
        let args: Args = parse_with_ledger(&[&id, &id]).expect("two ids");
        assert_eq!(args.jobs.len(), 2);
        assert!(parse_with_ledger::<Args>(&[]).is_err());
        assert!(parse_with_ledger::<Args>(&["7"]).is_err());
    }

    #[test]
    fn the_first_refusal_is_the_error_and_the_others_are_lines() {
        let job = JobId::from_uuid(Uuid::from_u128(7));
        let mut report = Report::default();
        report.push(job, Told::done("cancelled", "done".into()));
        report.push(job, Told::refused("ended", "too late".into()));
        report.push(job, Told::unknown(job));
        assert_eq!(
            report.lines,
            ["done".to_owned(), format!("there is no job {job}")]
        );
        assert_eq!(report.objects[1], json!({ "id": job, "outcome": "ended" }));
        let refusal = report.refusal.expect("a refusal");
        assert_eq!(refusal.to_string(), "too late");
    }
}
