//! What a process tells of itself, whatever its role.

use std::fs;
use std::time::Instant;

use super::names;
use super::proc::ProcessUse;

/// Who a process is among its like.
#[derive(Clone, Debug)]
pub(super) struct Process {
    /// `gildhall-{role}`.
    pub service: String,
    /// Its own name.
    pub instance: String,
    pub began: Instant,
}

impl Process {
    /// Says who it is and what it uses at this moment.
    pub fn look(&self) {
        metrics::gauge!(
            names::TARGET_INFO,
            "service_name" => self.service.clone(),
            "service_instance_id" => self.instance.clone(),
            "service_version" => env!("CARGO_PKG_VERSION"),
        )
        .set(1.0);
        metrics::gauge!(names::UPTIME_S).set(self.began.elapsed());
        if let Some(used) = ProcessUse::own() {
            // Counters are whole numbers, and Prometheus wants seconds.
            metrics::counter!(names::CPU_S, "cpu_mode" => "user").absolute(used.user.as_secs());
            metrics::counter!(names::CPU_S, "cpu_mode" => "system").absolute(used.system.as_secs());
            metrics::gauge!(names::MEMORY_BYTES).set(used.resident_bytes as f64);
            metrics::gauge!(names::THREADS).set(used.threads as f64);
        }
        if let Ok(open) = fs::read_dir("/proc/self/fd") {
            metrics::gauge!(names::OPEN_FILES).set(open.count() as f64);
        }
    }
}
