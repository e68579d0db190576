//! What is measured.

mod latency;
mod overhead;
mod sleepers;
mod submit;
mod throughput;

use crate::Result;
use crate::bench::Bench;
use crate::report::Row;

/// Jobs that a tenant may run at a time where nothing is to wait for others: the highest limit there is.
const UNLIMITED: u32 = 1000;

/// One measurement, independent of the others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the API accepts at most.
    Submit,
    /// How long the API takes to answer at half of what it should accept.
    Latency,
    /// What a job costs beside its render.
    Overhead,
    /// How many such jobs two workers do.
    Throughput,
    /// Whether many workers are kept busy.
    Sleepers,
}

impl Part {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 5] = [
        Self::Submit,
        Self::Latency,
        Self::Overhead,
        Self::Throughput,
        Self::Sleepers,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Latency => "latency",
            Self::Overhead => "overhead",
            Self::Throughput => "throughput",
            Self::Sleepers => "sleepers",
        }
    }

    /// What it does, for whoever waits.
    pub fn about(self) -> &'static str {
        match self {
            Self::Submit => "clients submit as fast as they get answers",
            Self::Latency => "submissions at a constant rate",
            Self::Overhead => "jobs without a render, one at a time",
            Self::Throughput => "two workers do jobs without a render",
            Self::Sleepers => "32 workers whose renders are a sleep of one second",
        }
    }

    /// Measures it.
    pub fn measure(self, bench: &Bench) -> Result<Vec<Row>> {
        match self {
            Self::Submit => submit::measure(bench),
            Self::Latency => latency::measure(bench),
            Self::Overhead => overhead::measure(bench),
            Self::Throughput => throughput::measure(bench),
            Self::Sleepers => sleepers::measure(bench),
        }
    }
}
