//! What a relay counts, for `/metrics`.

use super::RoundError;
use crate::telemetry::names;

/// What a relay does over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// Hands jobs out.
    Dispatch,
    /// Mends what crashes left behind.
    Repair,
    /// Looks how much there is to do.
    Measure,
}

impl Round {
    const ALL: [Round; 3] = [Round::Dispatch, Round::Repair, Round::Measure];

    /// Its name in numbers and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Round::Dispatch => "dispatch",
            Round::Repair => "repair",
            Round::Measure => "measure",
        }
    }
}

/// A round came to its end, or failed on the way.
pub(super) fn ended(round: Round, result: &Result<(), RoundError>) {
    rounds(round, if result.is_ok() { "done" } else { "failed" }).increment(1);
}

fn rounds(round: Round, outcome: &'static str) -> metrics::Counter {
    metrics::counter!(names::ROUNDS, "round" => round.as_str(), "outcome" => outcome)
}

/// A job was sent to the broker; `new`, or `overdue`.
pub(super) fn dispatched(reason: &'static str) {
    sent(reason).increment(1);
}

fn sent(reason: &'static str) -> metrics::Counter {
    metrics::counter!(names::DISPATCHED, "reason" => reason)
}

/// Jobs were taken back from workers that fell silent: so many run again, so many ended.
pub(super) fn reaped(again: usize, ended: usize) {
    taken_back("again").increment(again as u64);
    taken_back("ended").increment(ended as u64);
}

fn taken_back(result: &'static str) -> metrics::Counter {
    metrics::counter!(names::REAPED, "result" => result)
}

/// Begins all counters at nothing, so that the first time shows as a rise.
pub(super) fn begin() {
    for round in Round::ALL {
        rounds(round, "done").increment(0);
        rounds(round, "failed").increment(0);
    }
    sent("new").increment(0);
    sent("overdue").increment(0);
    reaped(0, 0);
}
