//! A child behind its sandbox, started as workers and the API start theirs.

use anyhow::{Context, ensure};
use gildhall::child::Program;
use gildhall_sandbox::Mode;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// All of its environment: that of [`gildhall::child::Child::start`], since it decides which system calls memory takes.
const ENVIRONMENT: [(&str, &str); 3] = [
    ("LANG", "C.UTF-8"),
    ("MALLOC_MMAP_THRESHOLD_", "262144"),
    ("MALLOC_ARENA_MAX", "8"),
];
/// How long a child may take. One that waits for a thread that it could not start would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether one has ended.
const LOOK: Duration = Duration::from_millis(5);

/// Begins the command line of a role, with the whole sandbox required.
pub fn command(role: &str) -> Command {
    let gildhall = PathBuf::from(env!("CARGO_BIN_EXE_gildhall"));
    Program::at(gildhall, Mode::Required)
        .command(role)
        .into_std()
}

/// Runs it to its end, which has to be a success behind a sandbox, and gives what it said. `folder` gets that as a file.
pub fn run(mut command: Command, folder: &Path) -> anyhow::Result<String> {
    let [said, complaint] = ["said", "complaint"].map(|name| folder.join(name));
    let child = command
        .env_clear()
        .envs(ENVIRONMENT)
        .stdin(Stdio::null())
        .stdout(File::create(&said)?)
        .stderr(File::create(&complaint)?)
        .spawn()
        .context("it cannot be started")?;
    let mut running = Running(child);
    let filters = running.filters_at_the_end()?;
    let status = running.0.wait()?;
    let [said, complaint] = [said, complaint].map(fs::read_to_string);
    let (said, complaint) = (said?, complaint?);
    ensure!(status.success(), "{status}: {complaint}{said}");
    // A container may have filters of its own, which its processes inherit.
    let inherited = filters_in(&fs::read_to_string("/proc/self/status")?)?;
    ensure!(filters > inherited, "no sandbox was in force");
    Ok(said)
}

/// A child that is killed where nobody waits for it any more.
struct Running(Child);

impl Running {
    /// Waits for its end, and tells how many seccomp filters it had. They are the last layer of the sandbox, put in force when
    /// all others are, so a process that has them has all.
    fn filters_at_the_end(&self) -> anyhow::Result<u32> {
        let pid = Pid::from_child(&self.0);
        // It is not reaped, so that the system still knows of it.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let deadline = Instant::now() + PATIENCE;
        while waitid(WaitId::Pid(pid), options)?.is_none() {
            ensure!(Instant::now() < deadline, "it does not end");
            thread::sleep(LOOK);
        }
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        filters_in(&status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail for a process only that has ended and was waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The number of filters in a process's `status` (proc(5)); kernels with Landlock tell it.
fn filters_in(status: &str) -> anyhow::Result<u32> {
    let mut lines = status.lines();
    let count = lines.find_map(|line| line.strip_prefix("Seccomp_filters:"));
    let count = count.context("the system tells no filters")?;
    Ok(count.trim().parse()?)
}
