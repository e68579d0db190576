//! The `gildhall` command beside this program.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::error::DemoError;

/// Settings that are taken over from whoever runs the demo; all others are the demo's own.
const KEPT: [&str; 4] = [
    "GILDHALL_ENCODER",
    "GILDHALL_THREADS",
    "GILDHALL_LOG",
    "GILDHALL_LOG_FORMAT",
];

/// The command with the settings of this fleet.
pub struct Gildhall {
    program: PathBuf,
    settings: Vec<(&'static str, String)>,
}

impl Gildhall {
    /// Finds the program.
    pub fn find(settings: Vec<(&'static str, String)>) -> Result<Gildhall, DemoError> {
        let demo = env::current_exe().map_err(DemoError::io("find this program"))?;
        let program = demo.with_file_name("gildhall");
        match program.is_file() {
            true => Ok(Gildhall { program, settings }),
            false => Err(DemoError::NotBuilt(program)),
        }
    }

    /// A command that is about to be started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in env::vars_os() {
            let known = name.to_str().unwrap_or_default();
            if known.starts_with("GILDHALL_") && !KEPT.contains(&known) {
                command.env_remove(&name);
            }
        }
        let settings = self.settings.iter().map(|(name, value)| (*name, value));
        command.args(args).envs(settings).stdin(Stdio::null());
        command
    }

    /// Runs a short command to its end and gives what it printed.
    pub fn run(&self, args: &[&str]) -> Result<String, DemoError> {
        let output = self.command(args).output();
        let output = output.map_err(DemoError::io(format!("start {}", self.program.display())))?;
        if !output.status.success() {
            return Err(failed(args, &output));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a short command with `--json` and reads what it printed.
    pub fn ask(&self, args: &[&str]) -> Result<Value, DemoError> {
        let printed = self.run(&[args, &["--json"]].concat())?;
        serde_json::from_str(&printed).map_err(|error| DemoError::Answer {
            request: format!("gildhall {} --json", args.join(" ")),
            why: error.to_string(),
        })
    }
}

fn failed(args: &[&str], output: &Output) -> DemoError {
    DemoError::Command {
        command: args.join(" "),
        how: format!("failed with {}", output.status),
        said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    }
}
