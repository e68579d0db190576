//! The summary: what became of the files of each family.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use gildhall_samples::hostile::Family;

use crate::render::{REJECTED, RESOURCE, Rendered};
use crate::upload::{Door, PROBLEMS, Upload};
use crate::watch::Memory;

/// How a file that was taken ended up.
const ENDS: [&str; 3] = ["used", "left-out", "job-failed"];

/// Counts by family and outcome, and what was the most of everything.
pub struct Table {
    rows: BTreeMap<Family, BTreeMap<String, u32>>,
    failures: BTreeMap<String, u32>,
    slowest: (Duration, String),
    memory: Memory,
}

impl Table {
    pub fn of(uploads: &[Upload], rendered: &[Rendered], memory: &Memory) -> Table {
        let mut rows: BTreeMap<Family, BTreeMap<String, u32>> = BTreeMap::new();
        for upload in uploads {
            let outcome = match &upload.end {
                Door::Refused(kind) => kind.clone(),
                Door::Taken(key) => ENDS[end_of(key, rendered)].to_owned(),
            };
            let row = rows.entry(upload.family).or_default();
            *row.entry(outcome).or_default() += 1;
        }
        let mut failures: BTreeMap<String, u32> = BTreeMap::new();
        for code in rendered.iter().filter_map(Rendered::failure) {
            *failures.entry(code.to_owned()).or_default() += 1;
        }
        let slowest = uploads.iter().max_by_key(|upload| upload.took);
        Table {
            rows,
            failures,
            slowest: slowest.map_or_else(Default::default, |one| (one.took, one.name.clone())),
            memory: *memory,
        }
    }
}

/// Used where any video was made with it, left out where all were made without.
fn end_of(key: &str, rendered: &[Rendered]) -> usize {
    let with = |job: &&Rendered| job.keys.contains(key) && job.failure().is_none();
    let mut videos = rendered.iter().filter(with).peekable();
    match videos.peek() {
        None => 2,
        Some(_) => usize::from(videos.all(|job| job.left_out(key))),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<&str> = ENDS.into_iter().chain(PROBLEMS).collect();
        write!(f, "{:<10} {:>6}", "family", "files")?;
        for column in &columns {
            write!(f, " {column:>19}")?;
        }
        for (family, row) in &self.rows {
            let files: u32 = row.values().sum();
            write!(f, "\n{:<10} {files:>6}", family.word())?;
            for column in &columns {
                write!(f, " {:>19}", row.get(*column).unwrap_or(&0))?;
            }
            let listed = |kind: &&String| !columns.contains(&kind.as_str());
            for odd in row.keys().filter(listed) {
                write!(f, " {odd}: {}", row[odd])?;
            }
        }
        writeln!(f, "\nfailed jobs: {}", self.failed())?;
        let (took, name) = &self.slowest;
        writeln!(f, "slowest upload: {:.1} s, {name}", took.as_secs_f32())?;
        let Memory {
            api,
            worker,
            inspection,
            render,
        } = self.memory;
        writeln!(
            f,
            "most memory in MB: API {api}, worker {worker}, inspection {inspection}, render {render}"
        )
    }
}

impl Table {
    fn failed(&self) -> String {
        let known = REJECTED.iter().chain(&RESOURCE);
        let counts: Vec<String> = self
            .failures
            .iter()
            .map(
                |(code, count)| match known.clone().any(|known| known == code) {
                    true => format!("{count} {code}"),
                    false => format!("{count} {code} (!)"),
                },
            )
            .collect();
        match counts.is_empty() {
            true => "none".to_owned(),
            false => counts.join(", "),
        }
    }
}
