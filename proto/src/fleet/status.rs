//! Where a job stands, and where it may go from there.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a job stands.
///
/// ```text
///            ┌───────── given back ─────────┐
///            v                              │
/// submit → pending → queued → processing → completed
///            ^         ^ │       │  ^  └──→ failed ──┐
///            │ replay  │ └deferred  │                │ replay
///            └─────────│─────────┘  v                v
///                      └──────── retrying         pending
/// ```
/// Anything that is not terminal may become cancelled; a cancelled job can be replayed as a failed one can.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(description = "Where a job stands.")]
pub enum JobStatus {
    /// Accepted; waits in the ledger until its tenant may run another job.
    Pending,
    /// Handed to the broker; waits for a worker.
    Queued,
    /// A worker renders it.
    Processing,
    /// An attempt failed; the next one waits for its time.
    Retrying,
    /// The video is there.
    Completed,
    /// There will be no video, for a stated reason, unless somebody replays the job.
    Failed,
    /// Somebody wanted it to stop.
    Cancelled,
}

use JobStatus::{Cancelled, Completed, Failed, Pending, Processing, Queued, Retrying};

impl JobStatus {
    /// Every status.
    pub const ALL: [JobStatus; 7] = [
        Pending, Queued, Processing, Retrying, Completed, Failed, Cancelled,
    ];

    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Pending => "pending",
            Queued => "queued",
            Processing => "processing",
            Retrying => "retrying",
            Completed => "completed",
            Failed => "failed",
            Cancelled => "cancelled",
        }
    }

    /// Whether the job has ended. Only a replay leads out of failed and cancelled, nothing out of completed.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Completed | Failed | Cancelled)
    }

    /// The state diagram: whether a job may go from here to there. A step to the same status is none.
    pub const fn may_become(self, next: JobStatus) -> bool {
        match self {
            Pending => matches!(next, Queued | Cancelled | Failed),
            Queued => matches!(next, Processing | Pending | Cancelled | Failed),
            Processing => matches!(
                next,
                Completed | Failed | Cancelled | Retrying | Pending | Queued
            ),
            Retrying => matches!(next, Processing | Queued | Pending | Cancelled | Failed),
            Failed | Cancelled => matches!(next, Pending),
            Completed => false,
        }
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No such status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a status is one of pending, queued, processing, retrying, completed, failed, cancelled")]
pub struct UnknownStatus;

impl FromStr for JobStatus {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<JobStatus, UnknownStatus> {
        JobStatus::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or(UnknownStatus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for status in JobStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            let json = serde_json::to_string(&status).expect("a word");
            assert_eq!(json, format!("\"{status}\""));
        }
        assert_eq!("done".parse::<JobStatus>(), Err(UnknownStatus));
    }

    #[test]
    fn only_a_replay_leads_out_of_an_end() {
        for from in JobStatus::ALL.into_iter().filter(|from| from.is_terminal()) {
            for to in JobStatus::ALL {
                let replay = to == Pending && from != Completed;
                assert_eq!(from.may_become(to), replay, "{from} to {to}");
            }
        }
    }

    #[test]
    fn whatever_runs_can_be_cancelled_and_can_fail() {
        for from in JobStatus::ALL
            .into_iter()
            .filter(|from| !from.is_terminal())
        {
            assert!(
                from.may_become(Cancelled) && from.may_become(Failed),
                "{from}"
            );
            assert!(!from.may_become(from), "{from}");
        }
    }
}
