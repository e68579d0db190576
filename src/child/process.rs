//! One child, from its start to its end.

use super::error::ChildError;
use super::fate::Fate;
use super::limits::Limits;
use super::lines::each_line;
use super::meter::Meter;
use super::tail::tail;
use super::watch::passed;
use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io;
use std::process::{ExitStatus, Stdio};
use tokio::process::{self, Command};

/// A process and those that it may have started. Dropping it kills them all.
#[derive(Debug)]
pub struct Child {
    process: process::Child,
    /// Also the number of its process group.
    pid: Pid,
    meter: Meter,
}

/// How a child ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// The last it wrote to its error stream.
    pub complaint: String,
}

impl Ended {
    /// What this end means where the child gave no result.
    pub fn without_result(&self) -> ChildError {
        ChildError::Ended {
            fate: Fate::of(self.status, &self.complaint),
            how: match self.complaint.is_empty() {
                true => self.status.to_string(),
                false => format!("{}: {}", self.status, self.complaint),
            },
        }
    }
}

/// Starts a child, gives each of its lines to `hear`, and waits for its end.
///
/// # Errors
/// As [`Child::outcome`]; it has ended then as well.
pub async fn run(
    command: Command,
    limits: &Limits,
    hear: impl FnMut(&[u8]),
) -> Result<Ended, ChildError> {
    let mut child = Child::start(command)?;
    let outcome = child.outcome(limits, hear).await;
    child.end().await;
    outcome
}

impl Child {
    /// Starts it with an empty environment, an empty input and a process group of its own.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn start(mut command: Command) -> io::Result<Child> {
        command
            .env_clear()
            .env("LANG", "C.UTF-8")
            // Photos of tens of megabytes go back to the system as soon as they are freed: without this, glibc raises its
            // own threshold and keeps them (mallopt(3), M_MMAP_THRESHOLD).
            .env("MALLOC_MMAP_THRESHOLD_", "262144")
            // Each arena sets 64 MiB of address space aside, of which a sandbox gives a bounded amount (M_ARENA_MAX).
            .env("MALLOC_ARENA_MAX", "8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let process = command.spawn()?;
        let pid = process
            .id()
            .and_then(|id| Pid::from_raw(id.try_into().ok()?))
            .ok_or_else(|| io::Error::other("the process has no id"))?;
        Ok(Child {
            process,
            pid,
            meter: Meter::default(),
        })
    }

    /// What it uses, for as long as somebody wants to know.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// Gives each line that it says to `hear`, until it ends. To be called once.
    ///
    /// # Errors
    /// When it passes one of its limits or the system loses it; it may still run then, until [`Child::end`].
    pub async fn outcome(
        &mut self,
        limits: &Limits,
        hear: impl FnMut(&[u8]),
    ) -> Result<Ended, ChildError> {
        let (pid, meter) = (self.pid, self.meter());
        tokio::select! {
            ended = self.listen(hear) => ended,
            error = passed(pid, limits, &meter) => Err(error),
        }
    }

    async fn listen(&mut self, hear: impl FnMut(&[u8])) -> Result<Ended, ChildError> {
        let lost = || io::Error::other("the process was listened to before");
        let stdout = self.process.stdout.take().ok_or_else(lost)?;
        let stderr = self.process.stderr.take().ok_or_else(lost)?;
        let ((), complaint, ()) =
            tokio::try_join!(each_line(stdout, hear), tail(stderr), exited(self.pid))?;
        // It is not reaped yet.
        self.meter.look(self.pid);
        let status = self.process.wait().await?;
        Ok(Ended { status, complaint })
    }

    /// Makes sure that nothing of it runs on.
    pub async fn end(mut self) {
        if self.process.id().is_some() {
            self.meter.look(self.pid);
        }
        self.kill_group();
        // It fails for a process only that somebody else has reaped.
        let _ = self.process.wait().await;
    }

    /// Kills the group, unless its leader was reaped: from then on the number may be somebody else's.
    fn kill_group(&self) {
        if self.process.id().is_some() {
            kill_group(self.pid);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // The runtime reaps the leader afterwards.
        self.kill_group();
    }
}

/// Waits until a child has ended, and ends those that it started: they could hold its output open. It is not reaped yet, so
/// that its number is still its own, and its group's.
async fn exited(pid: Pid) -> Result<(), ChildError> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let wait = move || retry_on_intr(|| waitid(WaitId::Pid(pid), options)).map(drop);
    let waited = tokio::task::spawn_blocking(wait).await;
    waited.map_err(io::Error::other)?.map_err(io::Error::from)?;
    kill_group(pid);
    Ok(())
}

fn kill_group(group: Pid) {
    // It fails where all of them have ended.
    let _ = kill_process_group(group, Signal::KILL);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    const PATIENCE: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    fn limits(time: Duration) -> Limits {
        Limits {
            time,
            memory_mb: 1000,
            disk: None,
        }
    }

    async fn said(script: &str, time: Duration) -> (Vec<String>, Result<Ended, ChildError>) {
        let mut lines = Vec::new();
        let hear = |line: &[u8]| lines.push(String::from_utf8_lossy(line).into_owned());
        let ended = run(shell(script), &limits(time), hear).await;
        (lines, ended)
    }

    /// Waits until a process is gone, or waits to be reaped by whoever inherited it.
    async fn is_gone(pid: Pid) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
            let state = stat.ok().and_then(|stat| {
                let (_, rest) = stat.rsplit_once(')')?;
                rest.trim_start().chars().next()
            });
            if matches!(state, None | Some('Z' | 'X')) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }

    fn pid_in(line: &str) -> Pid {
        line.parse().ok().and_then(Pid::from_raw).expect("a number")
    }

    #[tokio::test]
    async fn a_child_is_heard_out_and_its_end_is_known() {
        let (lines, ended) = said("echo one; echo two; echo bad >&2; exit 3", PATIENCE).await;
        let ended = ended.expect("it ended by itself");
        assert_eq!(lines, ["one", "two"]);
        assert_eq!(
            (ended.status.code(), ended.complaint.as_str()),
            (Some(3), "bad")
        );
        let why = ended.without_result().to_string();
        assert_eq!(why, "the process ended with exit status: 3: bad");
    }

    #[tokio::test]
    async fn its_environment_and_its_input_are_emptied() {
        let (lines, ended) = said("cat; env | cut -d= -f1 | sort", PATIENCE).await;
        assert!(ended.expect("it ended by itself").status.success());
        // The shell itself adds these.
        let given = lines
            .iter()
            .filter(|name| !["OLDPWD", "PWD", "SHLVL", "_"].contains(&name.as_str()));
        let given: Vec<&String> = given.collect();
        assert_eq!(
            given,
            ["LANG", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"]
        );
    }

    #[tokio::test]
    async fn what_a_child_started_ends_with_it_and_does_not_hold_its_output() {
        let began = Instant::now();
        let (lines, ended) = said("sleep 600 & echo $!", PATIENCE).await;
        assert!(ended.expect("it ended by itself").status.success());
        assert!(
            began.elapsed() < PATIENCE,
            "nobody waited for the other one"
        );
        assert!(is_gone(pid_in(&lines[0])).await);
    }

    #[tokio::test]
    async fn who_takes_too_long_is_killed_with_all_that_it_started() {
        let script = "sleep 600 & echo $!; wait";
        let (lines, ended) = said(script, Duration::from_secs(2)).await;
        assert!(
            matches!(ended, Err(ChildError::OverTime { limit_s: 2 })),
            "{ended:?}"
        );
        assert!(is_gone(pid_in(&lines[0])).await);
    }

    #[tokio::test]
    async fn who_babbles_is_killed() {
        let (_, ended) = said("yes", PATIENCE).await;
        assert!(matches!(ended, Err(ChildError::OverOutput)), "{ended:?}");
        let (_, ended) = said("yes >&2", PATIENCE).await;
        assert!(matches!(ended, Err(ChildError::OverOutput)), "{ended:?}");
    }

    #[tokio::test]
    async fn a_child_that_is_dropped_is_killed_with_all_that_it_started() {
        let mut child = Child::start(shell("sleep 600 & echo $!; wait")).expect("there is a shell");
        let pid = child.pid;
        let (told, hears) = tokio::sync::oneshot::channel();
        let mut told = Some(told);
        let limits = limits(PATIENCE);
        let other = tokio::select! {
            ended = child.outcome(&limits, |line| {
                let line = String::from_utf8_lossy(line).into_owned();
                if let Some(told) = told.take() {
                    let _ = told.send(line);
                }
            }) => panic!("it ended: {ended:?}"),
            line = hears => pid_in(&line.expect("it says a number")),
        };
        drop(child);
        assert!(is_gone(pid).await && is_gone(other).await);
    }
}
