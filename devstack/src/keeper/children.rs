//! The processes that the keeper has started, by name.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};

use super::protocol::{Launch, Sign, State};
use super::{spawn, tree};

/// How long a process may take to vanish after SIGKILL. It takes milliseconds unless it hangs in the kernel.
const KILL_PATIENCE: Duration = Duration::from_secs(10);
/// How long a process may take to follow its farewell before it is killed.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(2);

#[derive(Default)]
pub(super) struct Children {
    by_name: BTreeMap<String, Child>,
}

struct Child {
    pid: Pid,
    farewell: Option<Sign>,
    ended: Option<WaitStatus>,
}

impl Children {
    pub(super) fn spawn(&mut self, name: String, launch: &Launch) -> Result<(), String> {
        self.reap();
        if self
            .by_name
            .get(&name)
            .is_some_and(|child| child.ended.is_none())
        {
            return Err(format!("{name} is running already"));
        }
        let pid = spawn::spawn(launch)
            .map_err(|e| format!("cannot start {}: {e}", launch.program.display()))?;
        self.by_name.insert(
            name,
            Child {
                pid,
                farewell: launch.farewell,
                ended: None,
            },
        );
        Ok(())
    }

    pub(super) fn state(&mut self, name: &str) -> State {
        self.reap();
        match self.by_name.get(name) {
            None => State::Unknown,
            Some(Child { ended: None, .. }) => State::Running,
            Some(Child {
                ended: Some(status),
                ..
            }) => State::Ended {
                success: status.exit_status() == Some(0),
                how: in_words(*status),
            },
        }
    }

    pub(super) fn signal(&mut self, name: &str, sign: Sign) -> Result<(), String> {
        self.reap();
        let Some(Child {
            pid, ended: None, ..
        }) = self.by_name.get(name)
        else {
            return Ok(());
        };
        let pid = *pid;
        match sign {
            Sign::Interrupt => tree::send(pid, Signal::INT),
            Sign::Terminate => tree::send(pid, Signal::TERM),
            Sign::Quit => tree::send(pid, Signal::QUIT),
            Sign::Freeze => drop(tree::freeze(pid)),
            Sign::Thaw => thaw(pid),
            Sign::Kill => {
                return self
                    .kill(pid)
                    .map_err(|()| format!("{name} outlives SIGKILL"));
            }
        }
        Ok(())
    }

    /// Kills a process with all its descendants, and returns when none of them is alive.
    fn kill(&mut self, root: Pid) -> Result<(), ()> {
        let mut victims = tree::freeze(root);
        victims.push(root);
        for &pid in &victims {
            tree::send(pid, Signal::KILL);
        }
        self.wait_for(KILL_PATIENCE, |children| {
            // A process whose first thread is dead cannot be reaped before its last one is: until then it would count as
            // running.
            let mut named = children.by_name.values();
            let reaped = named.all(|child| child.pid != root || child.ended.is_some());
            reaped && !victims.iter().any(|&pid| tree::is_alive(pid))
        })
    }

    /// The owner is gone: whoever has a farewell gets it, then everything below the keeper is killed.
    pub(super) fn end(&mut self) {
        self.say_farewell();
        let keeper = rustix::process::getpid();
        let _ = self.wait_for(KILL_PATIENCE, |_| {
            let rest = tree::freeze_below(keeper);
            for &pid in &rest {
                tree::send(pid, Signal::KILL);
            }
            rest.is_empty()
        });
    }

    fn say_farewell(&mut self) {
        self.reap();
        let names: Vec<(String, Sign)> = self
            .by_name
            .iter()
            .filter(|(_, child)| child.ended.is_none())
            .filter_map(|(name, child)| Some((name.clone(), child.farewell?)))
            .collect();
        for (name, sign) in &names {
            // A paused process would not hear it. Errors come from Kill alone, and killing is what follows.
            let _ = self.signal(name, Sign::Thaw);
            let _ = self.signal(name, *sign);
        }
        let _ = self.wait_for(FAREWELL_PATIENCE, |children| {
            names.iter().all(|(name, _)| {
                children
                    .by_name
                    .get(name)
                    .is_none_or(|child| child.ended.is_some())
            })
        });
    }

    /// Reaps until `done`, or fails when `patience` has passed.
    fn wait_for(&mut self, patience: Duration, done: impl Fn(&Self) -> bool) -> Result<(), ()> {
        let deadline = Instant::now() + patience;
        loop {
            self.reap();
            if done(self) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(());
            }
            thread::sleep(POLL);
        }
    }

    /// Takes note of every child that has ended, and of orphans that have become children.
    fn reap(&mut self) {
        loop {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => {
                    if let Some(child) = self
                        .by_name
                        .values_mut()
                        .find(|c| c.pid == pid && c.ended.is_none())
                    {
                        child.ended = Some(status);
                    }
                }
                Err(Errno::INTR) => {}
                // None has ended, or there are none.
                Ok(None) | Err(_) => return,
            }
        }
    }
}

fn thaw(root: Pid) {
    for pid in tree::descendants(root) {
        tree::send(pid, Signal::CONT);
    }
    tree::send(root, Signal::CONT);
}

fn in_words(status: WaitStatus) -> String {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("it ended with exit code {code}"),
        (_, Some(signal)) => format!("it was ended by signal {signal}"),
        _ => "it ended".to_owned(),
    }
}
