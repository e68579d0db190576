//! Looks at the memory of the fleet's processes and of their children while the corpus goes through.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often. What a process had at most is told by the kernel itself, as long as the process is there to be asked.
const LOOK: Duration = Duration::from_millis(20);
/// Most memory of an inspection, in MB: one image, and the program around it.
const INSPECTION_MB: u64 = 512 + 256;
/// Most memory of the API and of a worker, in MB: neither ever looks into a file.
const PARENT_MB: u64 = 512;

/// Most memory that was seen, in MB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub api: u64,
    pub worker: u64,
    pub inspection: u64,
    pub render: u64,
}

/// A thread that looks.
pub struct Watch {
    stop: Arc<AtomicBool>,
    looking: JoinHandle<Memory>,
}

impl Watch {
    /// Looks at the processes that this one has started, from now on.
    pub fn begin() -> Watch {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let looking = thread::spawn(move || {
            let mut memory = Memory::default();
            while !seen.load(Ordering::Relaxed) {
                memory.look();
                thread::sleep(LOOK);
            }
            memory
        });
        Watch { stop, looking }
    }

    /// Ends it.
    pub fn end(self) -> Memory {
        self.stop.store(true, Ordering::Relaxed);
        self.looking.join().expect("it only reads")
    }
}

impl Memory {
    fn look(&mut self) {
        let running = processes();
        let of = |parent: u32| {
            running
                .iter()
                .filter(move |process| process.parent == parent)
        };
        for parent in of(std::process::id()) {
            let (own, of_children) = match role(parent.pid).as_deref() {
                Some("api") => (&mut self.api, &mut self.inspection),
                Some("worker") => (&mut self.worker, &mut self.render),
                _ => continue,
            };
            *own = (*own).max(parent.peak_mb);
            for child in of(parent.pid) {
                *of_children = (*of_children).max(child.peak_mb);
            }
        }
    }

    /// That nobody had more than it may.
    pub fn check(&self, render_mb: u64) {
        // A worker looks a few times a second, so that a render may pass its limit for a moment.
        let render_mb = render_mb + render_mb / 2;
        for (who, most, limit) in [
            ("the API", self.api, PARENT_MB),
            ("a worker", self.worker, PARENT_MB),
            ("an inspection", self.inspection, INSPECTION_MB),
            ("a render", self.render, render_mb),
        ] {
            assert!(most > 0, "{who} was never seen");
            assert!(most <= limit, "{who} had {most} MB of {limit}");
        }
    }
}

/// A running process.
#[derive(Clone, Copy)]
struct Running {
    pid: u32,
    parent: u32,
    peak_mb: u64,
}

/// What a `gildhall` does: the first of its arguments.
fn role(pid: u32) -> Option<String> {
    let arguments = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
    let mut arguments = arguments.split('\0');
    let is_ours = arguments.next()?.ends_with("gildhall");
    arguments.next().filter(|_| is_ours).map(str::to_owned)
}

/// All there are (proc(5), `status`). One that ends meanwhile is passed over.
fn processes() -> Vec<Running> {
    let entries = fs::read_dir("/proc").expect("this is Linux").flatten();
    let running = entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let status = fs::read_to_string(entry.path().join("status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_ascii_whitespace().next()?.parse::<u64>().ok()
        };
        Some(Running {
            pid,
            parent: u32::try_from(field("PPid:")?).ok()?,
            // A process that is ending has no memory any more.
            peak_mb: field("VmHWM:")? >> 10,
        })
    });
    running.collect()
}
