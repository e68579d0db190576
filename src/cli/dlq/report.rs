//! What was done to letters.

use super::letter::Letter;
use crate::cli::operator::out;
use gildhall_proto::JobStatus;
use serde_json::{Value, json};

/// What came of one letter, or of one job's letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its job runs again, and the letter is gone.
    Replayed {
        /// The job's which run this is.
        run: u32,
    },
    /// Its job is no longer failed: the letter is gone, and that is all.
    Stale(JobStatus),
    /// It names no job; what it holds was published again, and the letter is gone.
    Republished,
    /// It is gone.
    Dropped,
    /// Nothing was done, for this reason.
    Left(String),
}

impl Outcome {
    /// In a word of ours; also that of the audit log.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Replayed { .. } => "replayed",
            Outcome::Stale(_) => "stale",
            Outcome::Republished => "republished",
            Outcome::Dropped => "dropped",
            Outcome::Left(_) => "left",
        }
    }

    fn note(&self) -> String {
        match self {
            Outcome::Replayed { run } => format!("run {run}"),
            Outcome::Stale(status) => {
                format!("the job is {status}: the letter is removed, nothing is run")
            }
            Outcome::Republished => "published again as it came".to_owned(),
            Outcome::Dropped => "removed for good".to_owned(),
            Outcome::Left(reason) => reason.clone(),
        }
    }
}

/// Every outcome, as it comes and in sum.
#[derive(Debug)]
pub struct Report {
    json: bool,
    is_dry: bool,
    objects: Vec<Value>,
    /// How often each word came, in the order of their first.
    counts: Vec<(&'static str, usize)>,
}

impl Report {
    /// An empty report. A dry one tells what would be done.
    pub fn new(json: bool, is_dry: bool) -> Report {
        Report {
            json,
            is_dry,
            objects: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Takes in what came of letters about one thing, and tells people at once.
    pub fn push(&mut self, letters: &[&Letter], outcome: &Outcome) {
        let names: Vec<String> = letters
            .iter()
            .map(|letter| letter.name.to_string())
            .collect();
        let job = letters.first().and_then(|letter| letter.job_id());
        let word = outcome.word();
        self.count(word, letters.len());
        if !self.json {
            let subject = job.map_or_else(
                || format!("letter {}", names.join(" ")),
                |job| format!("job {job}"),
            );
            out::tell(&format!("{word:<11}  {subject}  {}", outcome.note()));
        }
        self.objects.push(json!({
            "letters": names,
            "job": job,
            "outcome": word,
            "note": outcome.note(),
        }));
    }

    /// How many letters were left where they are.
    pub fn left(&self) -> usize {
        self.counts
            .iter()
            .find(|(word, _)| *word == "left")
            .map_or(0, |(_, count)| *count)
    }

    /// Tells the sum to people, and everything to programs.
    pub fn end(&self) -> anyhow::Result<()> {
        let object = json!({ "dry_run": self.is_dry, "results": self.objects });
        out::answer(self.json, &object, &self.sum())
    }

    fn count(&mut self, word: &'static str, letters: usize) {
        match self.counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += letters,
            None => self.counts.push((word, letters)),
        }
    }

    fn sum(&self) -> String {
        let words = self
            .counts
            .iter()
            .map(|(word, count)| format!("{count} {word}"));
        let words = words.collect::<Vec<_>>().join(", ");
        match (self.counts.is_empty(), self.is_dry) {
            (true, _) => "no dead letters".to_owned(),
            (false, true) => format!("letters: {words} (dry run: nothing was done)"),
            (false, false) => format!("letters: {words}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::letter;
    use super::*;

    #[test]
    fn letters_are_counted_by_what_came_of_them() {
        let mut report = Report::new(true, false);
        assert_eq!(report.sum(), "no dead letters");
        let (seven, eight) = (letter(7), letter(8));
        report.push(&[&seven, &seven], &Outcome::Replayed { run: 2 });
        report.push(&[&eight], &Outcome::Left("no".into()));
        report.push(&[&eight], &Outcome::Replayed { run: 3 });
        assert_eq!(report.sum(), "letters: 3 replayed, 1 left");
        assert_eq!(report.left(), 1);
        let first = &report.objects[0];
        assert_eq!(first["letters"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            (&first["outcome"], &first["note"]),
            (&json!("replayed"), &json!("run 2"))
        );
    }
}
