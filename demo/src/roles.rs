//! Long-lived processes of the fleet, which end with the demo however it ends.
//!
//! In order, they are told to stop and waited for. Should the demo be killed or panic, the kernel kills them.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal};

use crate::error::DemoError;
use crate::gildhall::Gildhall;
use crate::log;

/// How long the roles may take to stop; longer than the workers' own grace.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// The running roles. Dropping it stops them.
#[derive(Default)]
pub struct Roles(Vec<Role>);

struct Role {
    name: String,
    child: Child,
}

impl Roles {
    /// Starts `gildhall args`, with its output in a log of the role's name.
    ///
    /// Call it from the main thread: to the kernel, the thread that starts a process is its parent.
    pub fn start(
        &mut self,
        name: &str,
        gildhall: &Gildhall,
        args: &[&str],
        logs: &Path,
    ) -> Result<(), DemoError> {
        let mut command = gildhall.command(args);
        let launch = |command: &mut Command| -> io::Result<Child> {
            let log = File::create(log::path(logs, name))?;
            command.stdout(log.try_clone()?).stderr(log);
            // Ctrl-C is for the demo alone, which then stops the roles before the services.
            command.process_group(0);
            die_with_demo(command);
            command.spawn()
        };
        let child = launch(&mut command).map_err(DemoError::io(format!("start {name}")))?;
        self.0.push(Role {
            name: name.to_owned(),
            child,
        });
        Ok(())
    }

    /// Fails when one of them has ended.
    pub fn check(&mut self) -> Result<(), DemoError> {
        for role in &mut self.0 {
            let ended = role.child.try_wait();
            let ended = ended.map_err(DemoError::io(format!("look after {}", role.name)))?;
            if let Some(status) = ended {
                return Err(DemoError::Ended {
                    role: role.name.clone(),
                    how: status.to_string(),
                });
            }
        }
        Ok(())
    }

    /// Stops them in order, and by force what takes too long.
    pub fn stop(&mut self) {
        for role in &mut self.0 {
            role.signal(Signal::TERM);
        }
        let deadline = Instant::now() + STOP_PATIENCE;
        while Instant::now() < deadline && self.0.iter_mut().any(Role::is_running) {
            thread::sleep(POLL);
        }
        for role in &mut self.0 {
            role.signal(Signal::KILL);
            // It fails only for a process that was waited for before.
            let _ = role.child.wait();
        }
        self.0.clear();
    }
}

impl Drop for Roles {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Role {
    fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Signals the process unless it has ended and its number may be another's.
    fn signal(&mut self, signal: Signal) {
        if self.is_running() {
            // It fails only for a process that has just ended.
            let _ = rustix::process::kill_process(Pid::from_child(&self.child), signal);
        }
    }
}

/// Has the kernel kill the process when the demo dies.
fn die_with_demo(command: &mut Command) {
    let demo = rustix::process::getpid();
    let in_child = move || -> io::Result<()> {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        // Had the demo died before that call, no signal would come any more.
        match rustix::process::getppid() == Some(demo) {
            true => Ok(()),
            false => Err(Errno::SRCH.into()),
        }
    };
    // SAFETY: only what is safe in a signal handler may run between fork and exec. The closure makes two system calls,
    // takes no lock and allocates nothing: an error is kept as its number.
    unsafe { command.pre_exec(in_child) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    fn sleep(seconds: &str) -> Command {
        let mut command = Command::new("sleep");
        command.arg(seconds);
        command
    }

    /// A thread stands for the demo: to the kernel, it is the parent of what it starts.
    #[test]
    fn a_role_dies_with_the_demo() {
        let demo = thread::spawn(|| {
            let mut role = sleep("20");
            die_with_demo(&mut role);
            role.spawn().expect("sleep is everywhere")
        });
        let mut role = demo.join().expect("it started the role and ended");
        let ended = role.wait().expect("it is ours");
        assert_eq!(ended.signal(), Some(Signal::KILL.as_raw()));
    }

    #[test]
    fn a_role_that_ends_is_noticed_and_the_others_are_stopped() {
        let role = |name: &str, seconds| Role {
            name: name.to_owned(),
            child: sleep(seconds).spawn().expect("sleep is everywhere"),
        };
        let mut roles = Roles(vec![role("api", "600"), role("worker-1", "0")]);
        let deadline = Instant::now() + STOP_PATIENCE;
        while roles.check().is_ok() {
            assert!(Instant::now() < deadline, "nothing was noticed");
            thread::sleep(POLL);
        }
        let error = roles.check().expect_err("it has ended").to_string();
        assert!(error.starts_with("worker-1 has ended"), "{error}");
        roles.stop();
        assert!(roles.0.is_empty());
    }
}
