//! Which program children run, and what all of them are told.

use gildhall_sandbox::Mode;
use std::io;
use std::path::PathBuf;
use tokio::process::Command;

/// A `gildhall` that children run.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    sandbox: Mode,
}

impl Program {
    /// The running binary itself; its children close their sandboxes by this mode.
    ///
    /// # Errors
    /// When the running executable cannot be found.
    pub fn this(sandbox: Mode) -> io::Result<Program> {
        Ok(Program::at(std::env::current_exe()?, sandbox))
    }

    /// Another program that takes the same arguments.
    pub fn at(path: PathBuf, sandbox: Mode) -> Program {
        Program { path, sandbox }
    }

    /// Begins the command line of a role that has a sandbox.
    pub fn command(&self, role: &str) -> Command {
        let mut command = Command::new(&self.path);
        command
            .arg(role)
            .args(["--sandbox", &self.sandbox.to_string()])
            .args(["--parent", &std::process::id().to_string()]);
        command
    }
}
