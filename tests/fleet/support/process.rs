//! Processes of the fleet.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How much of a log is printed when a test fails, in lines.
const SHOWN_LINES: usize = 60;
const POLL: Duration = Duration::from_millis(10);

/// A running `gildhall`. It is killed when this is dropped; if the test is failing by then, the end of its log is printed.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `gildhall` with these arguments and variables, and none of the variables of `gildhall` that the test itself
    /// was started with. Its output goes to a log in `folder`.
    pub fn start(name: &str, args: &[&str], env: &[(&str, String)], folder: &Path) -> Process {
        let output = File::create(log_in(folder, name)).expect("the test's folder can be written");
        let errors = output.try_clone().expect("files can be shared");
        Process::spawn(name, args, env, folder, [output.into(), errors.into()])
    }

    /// The same, where nobody reads what it says: both of its streams are broken pipes.
    pub fn start_unheard(
        name: &str,
        args: &[&str],
        env: &[(&str, String)],
        folder: &Path,
    ) -> Process {
        let broken = || {
            let (reader, writer) = io::pipe().expect("there are descriptors left");
            drop(reader);
            Stdio::from(writer)
        };
        Process::spawn(name, args, env, folder, [broken(), broken()])
    }

    /// As [`Process::start`], of another program: that of another release.
    pub fn start_program(
        program: &Path,
        name: &str,
        args: &[&str],
        env: &[(&str, String)],
        folder: &Path,
    ) -> Process {
        let output = File::create(log_in(folder, name)).expect("the test's folder can be written");
        let errors = output.try_clone().expect("files can be shared");
        let streams = [output.into(), errors.into()];
        Process::spawn_program(program, name, args, env, folder, streams)
    }

    fn spawn(
        name: &str,
        args: &[&str],
        env: &[(&str, String)],
        folder: &Path,
        streams: [Stdio; 2],
    ) -> Process {
        let program = Path::new(env!("CARGO_BIN_EXE_gildhall"));
        Process::spawn_program(program, name, args, env, folder, streams)
    }

    fn spawn_program(
        program: &Path,
        name: &str,
        args: &[&str],
        env: &[(&str, String)],
        folder: &Path,
        [output, errors]: [Stdio; 2],
    ) -> Process {
        let mut command = Command::new(program);
        let settings = |name: &str| name.starts_with("GILDHALL_") || name.starts_with("OTEL_");
        for (variable, _) in std::env::vars_os() {
            if variable.to_str().is_some_and(settings) {
                command.env_remove(variable);
            }
        }
        let child = command
            .args(args)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .expect("the command was built with this test");
        Process {
            name: name.to_owned(),
            child,
            log: log_in(folder, name),
        }
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it was not waited for yet, so its id is its own");
    }

    /// Kills it with SIGKILL, whether it is stopped or not, and returns when it is gone.
    pub fn kill9(&mut self) {
        // It fails where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is our child")
    }

    /// Waits for its end; fails the test after `patience`.
    #[track_caller]
    pub fn ends_within(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            let name = &self.name;
            assert!(
                Instant::now() < deadline,
                "{name} is still there after {patience:?}"
            );
            thread::sleep(POLL);
        }
    }

    /// The processes that it started and that still run (proc(5), the field `ppid` of `stat`).
    pub fn children(&self) -> Vec<Pid> {
        let parent = self.child.id().to_string();
        let entries = fs::read_dir("/proc").expect("this is Linux");
        let pids = entries.flatten().filter_map(|entry| {
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name in brackets may hold anything, so what follows is counted from its end.
            let (_, rest) = stat.rsplit_once(')')?;
            let mut fields = rest.split_ascii_whitespace();
            let (state, ppid) = (fields.next()?, fields.next()?);
            let runs = ppid == parent && state != "Z";
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            runs.then(|| Pid::from_raw(pid)).flatten()
        });
        pids.collect()
    }

    /// All lines that it has said so far. They are text, whatever they are about.
    pub fn log(&self) -> String {
        let mut bytes = fs::read(&self.log).unwrap_or_default();
        // It may be in the middle of one.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        bytes.truncate(whole.map_or(0, |end| end + 1));
        String::from_utf8(bytes).expect("a log is UTF-8")
    }

    /// The end of what it has said so far.
    pub fn log_tail(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

fn log_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.log"))
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill9();
        if thread::panicking() {
            eprintln!("--- the end of {}'s log\n{}", self.name, self.log_tail());
        }
    }
}
