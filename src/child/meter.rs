//! What a child uses, for whoever counts it.

use crate::telemetry::ProcessUse;
use rustix::process::Pid;
use std::sync::{Arc, Mutex, PoisonError};

/// What one child has used as far as it was looked at: while it runs, and once more between its end and its being reaped, when
/// the system still tells its times but no memory any more. Clones share what they have seen.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<ProcessUse>>);

impl Meter {
    /// Looks at the child. What it no longer tells stays as it was.
    pub(super) fn look(&self, pid: Pid) {
        let pid = pid.as_raw_nonzero().get();
        if let Some(now) = u32::try_from(pid).ok().and_then(ProcessUse::of) {
            self.note(now);
        }
    }

    fn note(&self, now: ProcessUse) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = ProcessUse {
            user: seen.user.max(now.user),
            system: seen.system.max(now.system),
            resident_bytes: now.resident_bytes,
            peak_bytes: seen.peak_bytes.max(now.peak_bytes),
            threads: now.threads,
        };
    }

    /// What has been seen so far.
    pub fn used(&self) -> ProcessUse {
        // Plain numbers are whole whatever happened to their last holder.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_last_look_adds_times_and_keeps_the_peak() {
        let meter = Meter::default();
        meter.note(ProcessUse {
            user: Duration::from_secs(1),
            peak_bytes: 1 << 20,
            threads: 9,
            ..ProcessUse::default()
        });
        meter.clone().note(ProcessUse {
            user: Duration::from_secs(2),
            system: Duration::from_secs(1),
            ..ProcessUse::default()
        });
        let used = meter.used();
        assert_eq!(used.user, Duration::from_secs(2));
        assert_eq!(used.system, Duration::from_secs(1));
        assert_eq!(used.peak_bytes, 1 << 20);
    }

    #[test]
    fn a_process_that_never_was_has_used_nothing() {
        let meter = Meter::default();
        // Beyond the system's largest (proc(5), pid_max).
        meter.look(Pid::from_raw(i32::MAX).expect("it is positive"));
        assert_eq!(meter.used(), ProcessUse::default());
    }
}
