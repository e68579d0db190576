//! How a worker is started.

use std::path::Path;

/// What of a worker's settings differs between tests.
#[derive(Clone, Copy)]
pub struct WorkerOptions {
    /// Sleeps for so long instead of rendering.
    pub pretend_ms: Option<u32>,
    pub lease_ms: u32,
    pub grace_ms: u32,
    /// A fault on purpose.
    pub drill: Option<&'static str>,
}

impl WorkerOptions {
    /// A worker that renders.
    pub fn rendering() -> WorkerOptions {
        WorkerOptions {
            pretend_ms: None,
            lease_ms: 15_000,
            grace_ms: 30_000,
            drill: None,
        }
    }

    /// A worker that sleeps instead.
    pub fn pretending(ms: u32) -> WorkerOptions {
        WorkerOptions {
            pretend_ms: Some(ms),
            ..WorkerOptions::rendering()
        }
    }

    pub fn lease_ms(self, lease_ms: u32) -> WorkerOptions {
        WorkerOptions { lease_ms, ..self }
    }

    pub fn grace_ms(self, grace_ms: u32) -> WorkerOptions {
        WorkerOptions { grace_ms, ..self }
    }

    pub fn drill(self, drill: &'static str) -> WorkerOptions {
        WorkerOptions {
            drill: Some(drill),
            ..self
        }
    }

    /// As variables.
    pub fn env(self, work_folder: &Path) -> Vec<(&'static str, String)> {
        let mut env = vec![
            ("GILDHALL_LEASE_MS", self.lease_ms.to_string()),
            ("GILDHALL_GRACE_MS", self.grace_ms.to_string()),
            ("GILDHALL_THREADS", "2".to_owned()),
            ("GILDHALL_WORK_DIR", work_folder.display().to_string()),
        ];
        if let Some(ms) = self.pretend_ms {
            env.push(("GILDHALL_PRETEND_MS", ms.to_string()));
        }
        if let Some(drill) = self.drill {
            env.push(("GILDHALL_DRILL", drill.to_owned()));
        }
        env
    }
}
