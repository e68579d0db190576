//! Which jobs a list shows.

use gildhall_proto::JobStatus;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::job::JobRow;
use super::{Cursor, JobRecord, LedgerError};

/// Which jobs; as it comes, all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobFilter {
    /// Only jobs that stand here; none: anywhere.
    pub statuses: Vec<JobStatus>,
    /// Only jobs submitted then or later.
    pub from: Option<OffsetDateTime>,
    /// Only jobs submitted before.
    pub to: Option<OffsetDateTime>,
    /// Only jobs whose metadata has all of this, at its places.
    pub metadata: Map<String, Value>,
}

impl JobFilter {
    /// The words of the statuses; `None` for all.
    pub(super) fn words(&self) -> Option<Vec<&'static str>> {
        let words = self.statuses.iter().map(|status| status.as_str());
        (!self.statuses.is_empty()).then(|| words.collect())
    }

    /// The metadata to look for, if any.
    pub(super) fn wanted(&self) -> Option<&Map<String, Value>> {
        (!self.metadata.is_empty()).then_some(&self.metadata)
    }
}

/// A page of a list, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; nothing on the last one.
    pub next: Option<Cursor>,
}

/// A page out of rows of which one more than its length was asked for.
pub(super) fn page(mut rows: Vec<JobRow>, length: u16) -> Result<Page<JobRecord>, LedgerError> {
    let more = rows.len() > usize::from(length);
    rows.truncate(length.into());
    let items = rows.into_iter().map(JobRecord::try_from);
    let items: Vec<JobRecord> = items.collect::<Result<_, _>>()?;
    let last = items.last().filter(|_| more);
    let next = last.map(|job| Cursor::new(job.created_at, job.id.uuid()));
    Ok(Page { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_filter_asks_for_everything() {
        let filter = JobFilter::default();
        assert_eq!(filter.words(), None);
        assert_eq!(filter.wanted(), None);
    }

    #[test]
    fn statuses_become_words() {
        let filter = JobFilter {
            statuses: vec![JobStatus::Failed, JobStatus::Cancelled],
            ..JobFilter::default()
        };
        assert_eq!(filter.words(), Some(vec!["failed", "cancelled"]));
    }
}
