//! Processes of the fleet.

use crate::Result;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How much of a log is shown after a failure, in lines.
const SHOWN_LINES: usize = 12;

/// A variable with its value.
pub type Setting = (&'static str, String);

/// A `gildhall` command with these settings and none that the benchmark itself was started with.
pub fn gildhall(args: &[&str], settings: &[Setting]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gildhall"));
    let ours = |name: &str| name.starts_with("GILDHALL_") || name.starts_with("OTEL_");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    let settings = settings.iter().map(|(name, value)| (*name, value));
    command.args(args).envs(settings).stdin(Stdio::null());
    command
}

/// Runs a short command to its end and gives what it printed.
pub fn run(args: &[&str], settings: &[Setting]) -> Result<Vec<u8>> {
    let output = gildhall(args, settings).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("gildhall {} failed: {}", args.join(" "), said.trim()).into());
    }
    Ok(output.stdout)
}

/// A running role. It is killed when this is dropped.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a role, with its output in a log of that name.
    pub fn start(
        name: &str,
        args: &[&str],
        settings: &[Setting],
        folder: &Path,
    ) -> Result<Process> {
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log)?;
        let child = gildhall(args, settings)
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        Ok(Process {
            name: name.to_owned(),
            child,
            log,
        })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails when it has ended.
    pub fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => Err(format!("{} has ended by itself ({status})", self.name).into()),
            None => Ok(()),
        }
    }

    /// The end of its log, under its name.
    pub fn last_words(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
        format!("--- the end of {}'s log\n{}", self.name, shown.join("\n"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It fails where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
