//! Processes that must not outlive the one that started them: how a worker that is killed takes its render along.

use anyhow::Context;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

/// Lets the system end this process with its parent (prctl(2), `PR_SET_PDEATHSIG`).
///
/// # Errors
/// When the system refuses, or `parent` is not this process's parent any more.
pub fn end_with(parent: i32) -> anyhow::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).context("cannot follow the parent")?;
    // It may have ended before this process asked.
    let current = getppid().map_or(0, Pid::as_raw_pid);
    anyhow::ensure!(current == parent, "the parent has ended");
    Ok(())
}
