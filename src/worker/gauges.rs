//! How a worker stands, for `/metrics`.

use super::Deps;
use super::workspace::WorkerFolder;
use crate::telemetry::{bytes_below, free_bytes, names};
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Weak};

/// A worker can have so many jobs at once.
pub fn slots(count: usize) {
    metrics::gauge!(names::SLOTS).set(count as f64);
    busy().set(0.0);
}

fn busy() -> metrics::Gauge {
    metrics::gauge!(names::SLOTS_BUSY)
}

/// A slot has a job in hand as long as this lives.
pub struct Busy(());

impl Busy {
    /// From now on.
    pub fn begin() -> Busy {
        busy().increment(1.0);
        Busy(())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        busy().decrement(1.0);
    }
}

/// Looks at the files of a worker, which it does not keep alive.
pub fn sampler(deps: &Arc<Deps>) -> impl Fn() + Send + Sync + use<> {
    let deps: Weak<Deps> = Arc::downgrade(deps);
    move || {
        if let Some(deps) = deps.upgrade() {
            look(&deps.folder);
        }
    }
}

fn look(folder: &WorkerFolder) {
    let show = |part: &'static str, bytes: u64| {
        metrics::gauge!(names::TEMP_BYTES, "part" => part).set(bytes as f64);
    };
    let cached = bytes_below(&folder.cache(), |_| true);
    // What an attempt shares with the cache counts there, and takes room once.
    let own = bytes_below(folder.path(), |about| about.nlink() == 1);
    let own_of_cache = bytes_below(&folder.cache(), |about| about.nlink() == 1);
    show("cache", cached);
    show("attempts", own.saturating_sub(own_of_cache));
    if let Some(free) = free_bytes(folder.path()) {
        metrics::gauge!(names::TEMP_FREE_BYTES).set(free as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::workspace::Workspace;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use std::fs;

    fn shown(count: impl FnOnce()) -> String {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, count);
        handle.render()
    }

    #[test]
    fn what_an_attempt_shares_with_the_cache_counts_once() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = WorkerFolder::take(root.path(), "w").expect("free");
        fs::create_dir_all(folder.cache()).expect("room");
        let kept = folder.cache().join("1");
        fs::write(&kept, [0; 100]).expect("room");
        fs::write(folder.cache().join("2"), [0; 10]).expect("room");
        let attempt = Workspace::create(&folder).expect("room");
        fs::hard_link(&kept, attempt.inputs().join("ring.jpg")).expect("the same file system");
        fs::write(attempt.job_file(), [0; 7]).expect("room");
        let text = shown(|| look(&folder));
        for line in [
            r#"gildhall_temp_bytes{part="cache"} 110"#,
            r#"gildhall_temp_bytes{part="attempts"} 7"#,
        ] {
            assert!(text.contains(line), "{line} in:\n{text}");
        }
        assert!(text.contains("gildhall_temp_free_bytes "), "{text}");
    }

    #[test]
    fn a_slot_is_busy_until_its_job_is_gone() {
        let text = shown(|| {
            slots(2);
            let first = Busy::begin();
            let second = Busy::begin();
            drop(first);
            std::mem::forget(second);
        });
        assert!(text.contains("gildhall_slots 2"), "{text}");
        assert!(text.contains("gildhall_slots_busy 1"), "{text}");
    }
}
