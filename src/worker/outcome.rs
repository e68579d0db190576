//! From what went wrong to what happens next: the one place that decides.

use super::code::Code;
use super::error::{AttemptError, RenderClass};
use super::stop::StopReason;
use crate::child::{ChildError, Fate};
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
    /// Whether this worker is on its way to its end.
    pub draining: bool,
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
        AttemptError::Ledger(error) if error.is_outage() => {
            Outcome::Postpone { after: OUTAGE_WAIT }
        }
        // It is the scanner that is away, which is no fault of the job's.
        AttemptError::Quarantined { .. } => Outcome::Postpone { after: OUTAGE_WAIT },
        // Whoever stopped the render stops this worker too. Else that is just something that renders can say.
        AttemptError::Render {
            class: RenderClass::Cancelled,
            ..
        } if situation.draining => Outcome::GiveBack,
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

/// What the ledger keeps of an error, and its owner hears: see [`AttemptError::brief`].
fn failure(error: &AttemptError) -> Failure {
    let message = keepable(error.brief());
    let code = match error {
        AttemptError::Render { code, class, .. } => {
            return Failure::new(class_of(*class), code, message);
        }
        AttemptError::Objects { source, .. } => match source {
            ObjectsError::TooLarge { .. } => Code::AssetTooLarge,
            _ => Code::Storage,
        },
        AttemptError::Ledger(_) => Code::Ledger,
        AttemptError::Refused { .. } => Code::AssetRefused,
        AttemptError::Altered { .. } => Code::AssetAltered,
        AttemptError::Workspace(_) => Code::Workspace,
        AttemptError::Child(error) => of_child(error),
        AttemptError::Lied => Code::SandboxViolation,
        // Neither spends an attempt, so that neither comes here.
        AttemptError::Quarantined { .. } | AttemptError::Stopped(_) => Code::Stopped,
    };
    code.failure(message)
}

fn class_of(class: RenderClass) -> FailureClass {
    match class {
        RenderClass::Rejected => FailureClass::Rejected,
        RenderClass::Recoverable | RenderClass::Cancelled => FailureClass::Recoverable,
        RenderClass::Resource => FailureClass::Resource,
    }
}

/// What it is worth that a render gave no result.
fn of_child(error: &ChildError) -> Code {
    match error {
        ChildError::System(_) => Code::RenderNotRun,
        ChildError::DiskFull { .. } => Code::Workspace,
        ChildError::OverTime { .. } => Code::TimeLimit,
        ChildError::OverMemory { .. } => Code::MemoryLimit,
        ChildError::OverThreads { .. } => Code::ThreadLimit,
        ChildError::OverDisk { .. } => Code::DiskLimit,
        ChildError::OverOutput => Code::OutputLimit,
        ChildError::Ended { fate, .. } => match fate {
            Fate::Violation => Code::SandboxViolation,
            Fate::OutOfMemory => Code::MemoryLimit,
            Fate::OverCpu => Code::CpuLimit,
            Fate::OverFileSize => Code::FileSizeLimit,
            Fate::Killed | Fate::Crashed => Code::RenderKilled,
        },
    }
}

/// A message as the ledger can keep it: PostgreSQL's text has no NUL, and a dying render may write anything.
pub fn keepable(message: String) -> String {
    let mut message = message.replace('\0', "\u{fffd}");
    message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn situation(failed_attempts: u32, quality: Quality) -> Situation {
        Situation {
            failed_attempts,
            max_attempts: 3,
            quality,
            draining: false,
            random: 0.0,
        }
    }

    fn render(class: RenderClass) -> AttemptError {
        AttemptError::Render {
            code: "some_code".into(),
            class,
            brief: "why".into(),
            message: "why, in full".into(),
        }
    }

    fn over_time() -> AttemptError {
        ChildError::OverTime { limit_s: 1 }.into()
    }

    fn ended(fate: Fate, how: String) -> AttemptError {
        ChildError::Ended { fate, how }.into()
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
        assert_eq!(failure.message, "the working folder cannot be used");
    }

    #[test]
    fn bad_media_never_come_back() {
        let rejected = outcome(&render(RenderClass::Rejected), situation(0, Quality::Full));
        let Outcome::Reject(failure) = rejected else {
            panic!("{rejected:?}");
        };
        assert_eq!(failure.class, FailureClass::Rejected);
        assert_eq!(failure.code, "some_code");
        assert_eq!(failure.message, "the render failed: why");
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
        let error = AttemptError::Render {
            code: "some_code".into(),
            class: RenderClass::Rejected,
            brief: format!("\0{}", "é".repeat(MAX_MESSAGE_BYTES)),
            message: String::new(),
        };
        let rejected = outcome(&error, situation(0, Quality::Full));
        let Outcome::Reject(failure) = rejected else {
            panic!("{rejected:?}");
        };
        assert!(!failure.message.contains('\0'), "{failure}");
        assert!((MAX_MESSAGE_BYTES - 1..=MAX_MESSAGE_BYTES).contains(&failure.message.len()));
    }

    #[test]
    fn a_message_has_its_limit() {
        let kept = |bytes: usize| keepable("a".repeat(bytes)).len();
        let near = [
            MAX_MESSAGE_BYTES - 1,
            MAX_MESSAGE_BYTES,
            MAX_MESSAGE_BYTES + 1,
        ];
        let expected = [MAX_MESSAGE_BYTES - 1, MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES];
        assert_eq!(near.map(kept), expected);
    }

    #[test]
    fn each_limit_of_a_render_has_its_class_and_code() {
        use FailureClass::{Recoverable, Rejected, Resource};
        let io = || std::io::Error::other("gone");
        let of_fate = |fate| ended(fate, "signal".to_owned());
        for (error, class, code) in [
            (of_fate(Fate::Violation), Rejected, "sandbox_violation"),
            (AttemptError::Lied, Rejected, "sandbox_violation"),
            (ChildError::OverOutput.into(), Rejected, "output_limit"),
            (of_fate(Fate::OutOfMemory), Resource, "memory_limit"),
            (of_fate(Fate::OverCpu), Resource, "cpu_limit"),
            (of_fate(Fate::OverFileSize), Resource, "file_size_limit"),
            (of_fate(Fate::Killed), Resource, "render_killed"),
            (of_fate(Fate::Crashed), Resource, "render_killed"),
            (over_time(), Resource, "time_limit"),
            (
                ChildError::OverThreads { count: 513 }.into(),
                Resource,
                "thread_limit",
            ),
            (
                ChildError::OverDisk { limit_mb: 1 }.into(),
                Resource,
                "disk_limit",
            ),
            (
                ChildError::DiskFull { free_mb: 1 }.into(),
                Recoverable,
                "workspace",
            ),
            (
                ChildError::System(io()).into(),
                Recoverable,
                "render_not_run",
            ),
        ] {
            let found = failure(&error);
            assert_eq!(
                (found.class, found.code.as_str()),
                (class, code),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_render_that_says_it_was_stopped_is_believed_while_the_worker_drains() {
        let error = render(RenderClass::Cancelled);
        let running = situation(0, Quality::Full);
        let draining = Situation {
            draining: true,
            ..running
        };
        assert_eq!(outcome(&error, draining), Outcome::GiveBack);
        assert!(matches!(outcome(&error, running), Outcome::Retry { .. }));
        let last = situation(2, Quality::Full);
        assert!(matches!(outcome(&error, last), Outcome::Reject(_)));
    }

    #[test]
    fn assets_that_wait_put_the_job_off_and_bad_ones_end_it() {
        let key = || "products/ring.jpg".to_owned();
        let waiting = AttemptError::Quarantined { key: key() };
        let put_off = Outcome::Postpone { after: OUTAGE_WAIT };
        assert_eq!(outcome(&waiting, situation(2, Quality::Full)), put_off);
        let found = "Bad.Thing".to_owned();
        for (error, code) in [
            (AttemptError::Refused { key: key(), found }, "asset_refused"),
            (AttemptError::Altered { key: key() }, "asset_altered"),
        ] {
            let ended = outcome(&error, situation(0, Quality::Full));
            let Outcome::Reject(failure) = ended else {
                panic!("{ended:?}");
            };
            assert_eq!(
                (failure.class, failure.code.as_str()),
                (FailureClass::Rejected, code)
            );
        }
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
