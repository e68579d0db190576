//! What every role tells of itself.

use super::{ALL, Kind, Metric};

/// Who this process is.
pub const TARGET_INFO: &str = "target_info";
/// Seconds on processors.
pub const CPU_S: &str = "process_cpu_time_seconds_total";
/// Memory in use.
pub const MEMORY_BYTES: &str = "process_memory_usage_bytes";
/// Files and sockets that are open.
pub const OPEN_FILES: &str = "process_open_file_descriptor_count";
/// Threads.
pub const THREADS: &str = "process_thread_count";
/// Seconds since the process began.
pub const UPTIME_S: &str = "process_uptime_seconds";
/// Whether the process is ready.
pub const READY: &str = "gildhall_ready";
/// Whether a dependency is there.
pub const DEPENDENCY_UP: &str = "gildhall_dependency_up";

pub(super) const PROCESS_METRICS: &[Metric] = &[
    Metric::new(
        TARGET_INFO,
        Kind::Gauge,
        ALL,
        "Always 1; its labels say which process and which release this is",
    )
    .by(&["service_name", "service_instance_id", "service_version"])
    .known_as("target.info"),
    Metric::new(
        CPU_S,
        Kind::Counter,
        ALL,
        "Time on processors, in whole seconds; renders are not in it",
    )
    .by(&["cpu_mode"])
    .known_as("process.cpu.time"),
    Metric::new(
        MEMORY_BYTES,
        Kind::Gauge,
        ALL,
        "Resident memory; renders are not in it",
    )
    .known_as("process.memory.usage"),
    Metric::new(OPEN_FILES, Kind::Gauge, ALL, "Open files and sockets")
        .known_as("process.open_file_descriptor.count"),
    Metric::new(THREADS, Kind::Gauge, ALL, "Threads").known_as("process.thread.count"),
    Metric::new(UPTIME_S, Kind::Gauge, ALL, "Time since the process began")
        .known_as("process.uptime"),
    Metric::new(
        READY,
        Kind::Gauge,
        ALL,
        "1 while `/readyz` says that the process is ready, else 0",
    ),
    Metric::new(
        DEPENDENCY_UP,
        Kind::Gauge,
        ALL,
        "1 while `/readyz` says that this dependency is there, else 0",
    )
    .by(&["dependency"]),
];
