//! Starting one process under the keeper.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::io::Errno;
use rustix::process::{Pid, Signal};

use super::protocol::Launch;

/// Starts the process. Its end is learnt by waiting for any child, so no handle is kept.
pub(super) fn spawn(launch: &Launch) -> io::Result<Pid> {
    let log = File::options()
        .append(true)
        .create(true)
        .open(&launch.log)?;
    let mut command = Command::new(&launch.program);
    command
        .args(&launch.args)
        .env_clear()
        .envs(launch.env.iter().map(|(name, value)| (name, value)))
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0);
    if let Some(user) = launch.user {
        command.uid(user.uid).gid(user.gid);
    }
    die_with_keeper(&mut command);
    Ok(Pid::from_child(&command.spawn()?))
}

/// Has the kernel kill the process when the keeper dies by other means than its own. The keeper has one thread, so
/// "the parent thread ended" means the same as "the keeper ended". The user is changed before the closure runs, and
/// that change would clear the setting.
fn die_with_keeper(command: &mut Command) {
    let keeper = rustix::process::getpid();
    let in_child = move || -> io::Result<()> {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        // Had the keeper died before that call, no signal would come any more.
        if rustix::process::getppid() != Some(keeper) {
            return Err(Errno::SRCH.into());
        }
        Ok(())
    };
    // SAFETY: between fork and exec only calls that are safe in a signal handler are sound. The closure makes two
    // system calls, takes no lock, and allocates nothing: an error is kept as its number.
    unsafe { command.pre_exec(in_child) };
}
