//! From what went wrong to what happens next: the one place that decides.

use super::error::{AttemptError, RenderClass};
use super::stop::StopReason;
use crate::objects::ObjectsError;
use gildhall_proto::{Failure, FailureClass, Quality};
use std::time::Duration;

/// What happens to a job whose attempt gave no video.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Another attempt after a while; this one is spent.
    Retry {
        /// Why this one failed.
        failure: Failure,
        /// How long to wait.
        after: Duration,
        /// The quality of the next attempt.
        quality: Quality,
    },
    /// No further attempt: the job fails and is dead-lettered.
    Reject(Failure),
    /// Something outside is down: again later, and no attempt is spent.
    Postpone {
        /// How long to wait.
        after: Duration,
    },
    /// This worker cannot go on: back to the ledger, and no attempt is spent.
    GiveBack,
    /// The job was cancelled.
    Cancelled,
    /// The job belongs to another worker now: drop the work.
    LeaseLost,
}

/// What the decision depends on beside the error.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// Attempts of this job that have failed already, this one not counted.
    pub failed_attempts: u32,
    /// Attempts a job gets.
    pub max_attempts: u32,
    /// The quality of this attempt.
    pub quality: Quality,
    /// A random number from 0 to 1, for the jitter.
    pub random: f64,
}

/// How long a job waits while something outside is down.
pub const OUTAGE_WAIT: Duration = Duration::from_secs(8);

/// Longest message that is kept of a failure, in bytes.
const MAX_MESSAGE_BYTES: usize = 4096;

/// What follows from an error.
pub fn outcome(error: &AttemptError, situation: Situation) -> Outcome {
    match error {
        AttemptError::Stopped(StopReason::Cancelled) => Outcome::Cancelled,
        AttemptError::Stopped(StopReason::LeaseLost) => Outcome::LeaseLost,
        AttemptError::Stopped(StopReason::Drained) => Outcome::GiveBack,
        AttemptError::Objects { source, .. } if source.is_outage() => {
            Outcome::Postpone { after: OUTAGE_WAIT }
        }
        // A render stops itself only when this worker or its machine says so.
        AttemptError::Render {
            class: RenderClass::Cancelled,
            ..
        } => Outcome::GiveBack,
        _ => spend(failure(error), situation),
    }
}

/// Spends an attempt on a failure, if one is left.
fn spend(failure: Failure, situation: Situation) -> Outcome {
    let spent = situation.failed_attempts + 1;
    let quality = match failure.class {
        FailureClass::Recoverable => situation.quality,
        FailureClass::Resource if situation.quality == Quality::Full => Quality::Reduced,
        FailureClass::Resource | FailureClass::Rejected | FailureClass::Poison => {
            return Outcome::Reject(failure);
        }
    };
    if spent >= situation.max_attempts {
        return Outcome::Reject(failure);
    }
    Outcome::Retry {
        failure,
        after: backoff(spent, situation.random),
        quality,
    }
}

/// 1, 2, 4, then 8 s after the first, second, third and each later failed attempt, shortened by up to a fifth so that
/// jobs that failed together do not come back together.
pub fn backoff(failed_attempts: u32, random: f64) -> Duration {
    let doublings = failed_attempts.saturating_sub(1).min(3);
    Duration::from_secs(1 << doublings).mul_f64(1.0 - 0.2 * random.clamp(0.0, 1.0))
}

fn failure(error: &AttemptError) -> Failure {
    use FailureClass::{Recoverable, Rejected, Resource};
    let (class, code) = match error {
        AttemptError::Objects { source, .. } => match source {
            ObjectsError::TooLarge { .. } => (Rejected, "asset_too_large"),
            ObjectsError::Missing { .. } => (Rejected, "asset_missing"),
            _ => (Recoverable, "storage"),
        },
        AttemptError::Workspace(_) => (Recoverable, "workspace"),
        AttemptError::Render { class, code, .. } => match class {
            RenderClass::Rejected => (Rejected, code.as_str()),
            RenderClass::Recoverable | RenderClass::Cancelled => (Recoverable, code.as_str()),
            RenderClass::Resource => (Resource, code.as_str()),
        },
        AttemptError::Crashed { .. } => (Resource, "render_killed"),
        AttemptError::OverMemory { .. } => (Resource, "memory_limit"),
        AttemptError::OverTime { .. } => (Resource, "time_limit"),
        AttemptError::Stopped(_) => (Recoverable, "stopped"),
    };
    Failure::new(class, code, keepable(chain(error)))
}

/// A message as the ledger can keep it: PostgreSQL's text has no NUL, and a dying render may write anything.
pub fn keepable(message: String) -> String {
    let mut message = message.replace('\0', "\u{fffd}");
    message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
    message
}

/// An error with its sources, on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn situation(failed_attempts: u32, quality: Quality) -> Situation {
        Situation {
            failed_attempts,
            max_attempts: 3,
            quality,
            random: 0.0,
        }
    }

    fn render(class: RenderClass) -> AttemptError {
        AttemptError::Render {
            code: "some_code".into(),
            class,
            message: "why".into(),
        }
    }

    fn over_time() -> AttemptError {
        AttemptError::OverTime { limit_s: 1 }
    }

    #[test]
    fn waits_double_up_to_eight_seconds() {
        let seconds: Vec<u64> = (1..7).map(|n| backoff(n, 0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 8, 8]);
        assert_eq!(backoff(2, 1.0), Duration::from_millis(1600));
    }

    #[test]
    fn a_recoverable_failure_comes_back_until_its_attempts_are_spent() {
        let error = AttemptError::Workspace(std::io::Error::other("disk"));
        for (failed, seconds) in [(0, 1), (1, 2)] {
            let Outcome::Retry { after, quality, .. } =
                outcome(&error, situation(failed, Quality::Full))
            else {
                panic!("no retry after {failed}");
            };
            assert_eq!((after.as_secs(), quality), (seconds, Quality::Full));
        }
        let last = outcome(&error, situation(2, Quality::Full));
        let Outcome::Reject(failure) = last else {
            panic!("{last:?}");
        };
        assert_eq!(failure.class, FailureClass::Recoverable);
        assert!(failure.message.contains("disk"), "{failure}");
    }

    #[test]
    fn bad_media_never_come_back() {
        let rejected = outcome(&render(RenderClass::Rejected), situation(0, Quality::Full));
        let Outcome::Reject(failure) = rejected else {
            panic!("{rejected:?}");
        };
        assert_eq!(failure.class, FailureClass::Rejected);
        assert_eq!(failure.code, "some_code");
    }

    #[test]
    fn too_much_for_the_machine_comes_back_once_smaller() {
        let first = outcome(&over_time(), situation(0, Quality::Full));
        assert!(
            matches!(
                first,
                Outcome::Retry {
                    quality: Quality::Reduced,
                    ..
                }
            ),
            "{first:?}"
        );
        let second = outcome(&over_time(), situation(1, Quality::Reduced));
        assert!(
            matches!(&second, Outcome::Reject(failure) if failure.class == FailureClass::Resource),
            "{second:?}"
        );
    }

    #[test]
    fn a_message_is_kept_without_what_the_ledger_refuses() {
        let how = format!("signal: 6: \0{}", "é".repeat(MAX_MESSAGE_BYTES));
        let crashed = outcome(&AttemptError::Crashed { how }, situation(2, Quality::Full));
        let Outcome::Reject(failure) = crashed else {
            panic!("{crashed:?}");
        };
        assert!(!failure.message.contains('\0'), "{failure}");
        assert!((MAX_MESSAGE_BYTES - 1..=MAX_MESSAGE_BYTES).contains(&failure.message.len()));
    }

    #[test]
    fn stops_spend_no_attempt() {
        for (reason, expected) in [
            (StopReason::Cancelled, Outcome::Cancelled),
            (StopReason::LeaseLost, Outcome::LeaseLost),
            (StopReason::Drained, Outcome::GiveBack),
        ] {
            let error = AttemptError::Stopped(reason);
            assert_eq!(outcome(&error, situation(2, Quality::Full)), expected);
        }
    }
}
