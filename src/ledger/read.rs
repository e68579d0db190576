//! From columns to types. What the database's CHECKs allow reads; anything else was written by another release.

use std::str::FromStr;
use std::time::Duration;

use gildhall_proto::{Failure, FailureClass, JobStatus, Priority, Quality, TenantId};

use super::LedgerError;

/// Longest time that is given to the database: ten years are for ever here, and its intervals hold them.
const MAX_MS: i64 = 10 * 365 * 24 * 3_600_000;

/// A duration as milliseconds for the database.
pub(super) fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).map_or(MAX_MS, |ms| ms.min(MAX_MS))
}

/// Milliseconds of the database as a duration.
pub(super) fn duration(ms: i64) -> Duration {
    Duration::from_millis(ms.try_into().unwrap_or(0))
}

/// A number that a CHECK keeps from being negative.
pub(super) fn count(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(0)
}

pub(super) fn tenant(name: &str) -> Result<TenantId, LedgerError> {
    TenantId::parse(name).map_err(|fault| LedgerError::corrupt("tenant_id", fault))
}

pub(super) fn status(word: &str) -> Result<JobStatus, LedgerError> {
    JobStatus::from_str(word).map_err(|fault| LedgerError::corrupt("status", fault))
}

pub(super) fn priority(number: i16) -> Result<Priority, LedgerError> {
    let priority = u8::try_from(number).ok().and_then(Priority::new);
    priority.ok_or_else(|| LedgerError::corrupt("priority", number))
}

pub(super) fn quality(word: &str) -> Result<Quality, LedgerError> {
    let found = Quality::ALL.iter().find(|quality| quality.as_str() == word);
    found
        .copied()
        .ok_or_else(|| LedgerError::corrupt("quality", word))
}

/// A failure from its three columns, which are filled together or not at all.
pub(super) fn failure(
    class: Option<&str>,
    code: Option<String>,
    message: Option<String>,
) -> Result<Option<Failure>, LedgerError> {
    let (Some(class), Some(code), Some(message)) = (class, code, message) else {
        return Ok(None);
    };
    let class: FailureClass = class
        .parse()
        .map_err(|fault| LedgerError::corrupt("failure_class", fault))?;
    Ok(Some(Failure {
        class,
        code,
        message,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fit_into_an_interval() {
        assert_eq!(ms(Duration::from_millis(1_500)), 1_500);
        assert_eq!(ms(Duration::MAX), MAX_MS);
        assert_eq!(duration(ms(Duration::from_secs(8))), Duration::from_secs(8));
        assert_eq!(duration(-1), Duration::ZERO);
    }

    #[test]
    fn every_quality_reads_back() {
        for quality_ in Quality::ALL {
            assert_eq!(quality(quality_.as_str()).ok(), Some(*quality_));
        }
        assert!(quality("lavish").is_err());
    }

    #[test]
    fn a_failure_is_whole_or_none() {
        let some = |text: &str| Some(text.to_owned());
        let whole = failure(Some("poison"), some("worker_killed"), some("gone"));
        assert_eq!(
            whole.expect("a class").expect("a failure").code,
            "worker_killed"
        );
        assert!(failure(None, None, None).expect("none").is_none());
        assert!(failure(Some("bad luck"), some("a"), some("b")).is_err());
    }
}
