//! Looks at a running child and says when it has taken more than it may.

use super::disk::DiskWatch;
use super::error::ChildError;
use super::limits::{Limits, MAX_THREADS};
use super::meter::Meter;
use super::status::Status;
use rustix::process::Pid;
use std::time::Duration;

/// How often a child is looked at.
const EVERY: Duration = Duration::from_millis(250);

/// Waits until a child has passed one of its limits; for ever if it never does. What it uses meanwhile is noted.
pub async fn passed(pid: Pid, limits: &Limits, meter: &Meter) -> ChildError {
    let disk = limits.disk.as_ref().map(DiskWatch::begin);
    let watching = async {
        loop {
            tokio::time::sleep(EVERY).await;
            meter.look(pid);
            let passed = over(Status::of(pid), limits.memory_mb);
            if let Some(error) = passed.or_else(|| disk.as_ref()?.look()) {
                return error;
            }
        }
    };
    let over_time = ChildError::OverTime {
        limit_s: limits.time.as_secs(),
    };
    tokio::time::timeout(limits.time, watching)
        .await
        .unwrap_or(over_time)
}

fn over(status: Status, limit_mb: u64) -> Option<ChildError> {
    if status.resident_mb > limit_mb {
        return Some(ChildError::OverMemory {
            used_mb: status.resident_mb,
            limit_mb,
        });
    }
    let count = status.threads;
    (count > MAX_THREADS).then_some(ChildError::OverThreads { count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_threads_hold_at_their_limits() {
        let status = |resident_mb, threads| Status {
            resident_mb,
            threads,
            ..Status::default()
        };
        assert!(over(status(100, MAX_THREADS), 100).is_none());
        assert!(matches!(
            over(status(101, 1), 100),
            Some(ChildError::OverMemory {
                used_mb: 101,
                limit_mb: 100
            })
        ));
        assert!(matches!(
            over(status(1, MAX_THREADS + 1), 100),
            Some(ChildError::OverThreads { .. })
        ));
    }
}
