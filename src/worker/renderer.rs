//! Runs a render in a process of its own, within its limits of time and memory.

use super::analyses::Analyses;
use super::error::{AttemptError, RenderClass};
use super::stop::Stop;
use super::workspace::Workspace;
use crate::config;
use gildhall_proto::EventProgress;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;

/// How often the memory of a render is looked at.
const MEMORY_CHECK: Duration = Duration::from_millis(250);
/// How much of a render's error stream is kept for the failure message, in bytes.
const KEPT_ERROR_BYTES: usize = 2048;
/// Longest line that a render may say, in bytes.
const MAX_LINE_BYTES: u64 = 4 << 20;

/// How renders are run.
#[derive(Clone, Debug)]
pub struct Renderer {
    /// The `gildhall` binary.
    program: PathBuf,
    time_limit: Duration,
    memory_limit_mb: u64,
    encoder: String,
    threads: Option<u8>,
    /// What renders tell each other about their music, if they may.
    analyses: Option<Analyses>,
}

/// What a render says of itself when it is done (`gildhall render --json`).
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    /// The video.
    pub video: ReportedFile,
    /// The poster.
    pub poster: ReportedFile,
    /// Thumbnails.
    pub thumbnails: Vec<ReportedFile>,
    /// Further sizes.
    pub renditions: Vec<ReportedFile>,
    /// Length in seconds.
    pub duration_s: f64,
    /// Length in frames.
    pub frames: u32,
    /// The encoder used.
    pub encoder: String,
    /// What was degraded.
    pub warnings: Vec<serde_json::Value>,
    /// Milliseconds each stage was busy.
    pub timings: serde_json::Map<String, serde_json::Value>,
}

/// A file that a render made.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A line of a render's output.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Progress { progress: Shown },
    Error { error: Described },
    Report(Box<Report>),
}

/// How far a render says it is; it says more for people.
#[derive(Debug, Deserialize)]
struct Shown {
    stage: String,
    frames: u32,
    total: u32,
}

impl From<Shown> for EventProgress {
    fn from(shown: Shown) -> EventProgress {
        EventProgress {
            stage: shown.stage,
            frames: shown.frames,
            total_frames: shown.total,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Described {
    code: String,
    class: RenderClass,
    message: String,
}

impl Renderer {
    /// A renderer by this very binary.
    ///
    /// # Errors
    /// When the running executable cannot be found.
    pub fn new(config: &config::Worker, analyses: Option<Analyses>) -> std::io::Result<Renderer> {
        Ok(Renderer {
            program: std::env::current_exe()?,
            time_limit: Duration::from_secs(config.render_timeout_s.into()),
            memory_limit_mb: config.memory_limit_mb.into(),
            encoder: config.encoder.clone(),
            threads: config.threads,
            analyses,
        })
    }

    /// Renders the job file of a workspace into its outputs.
    ///
    /// # Errors
    /// When the render fails, dies, passes a limit or is stopped; it has ended then.
    pub async fn render(
        &self,
        workspace: &Workspace,
        progress: &watch::Sender<EventProgress>,
        mut stop: Stop,
    ) -> Result<Report, AttemptError> {
        let mut running = Running::start(self.command(workspace))?;
        let pid = running.pid;
        let ended = tokio::select! {
            ended = running.listen(progress) => ended,
            reason = stop.requested() => Err(AttemptError::Stopped(reason)),
            used_mb = over_memory(pid, self.memory_limit_mb) => Err(AttemptError::OverMemory {
                used_mb,
                limit_mb: self.memory_limit_mb,
            }),
            () = tokio::time::sleep(self.time_limit) => Err(AttemptError::OverTime {
                limit_s: self.time_limit.as_secs(),
            }),
        };
        running.end().await;
        if let Some(analyses) = &self.analyses {
            analyses.trim();
        }
        ended
    }

    fn command(&self, workspace: &Workspace) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("render")
            .arg(workspace.job_file())
            .arg("--assets")
            .arg(workspace.inputs())
            .arg("--output")
            .arg(workspace.outputs().join("video.mp4"))
            .args(["--json", "--progress", "json", "--encoder", &self.encoder])
            .args(["--parent", &std::process::id().to_string()]);
        if let Some(threads) = self.threads {
            command.args(["--threads", &threads.to_string()]);
        }
        if let Some(analyses) = &self.analyses {
            command.arg("--cache").arg(analyses.folder());
        }
        command
            .env_clear()
            .env("LANG", "C.UTF-8")
            // Photos of tens of megabytes go back to the system as soon as they are freed: without this, glibc raises its
            // own threshold and keeps them (mallopt(3), M_MMAP_THRESHOLD).
            .env("MALLOC_MMAP_THRESHOLD_", "262144")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

/// A render process and those that it may have started.
struct Running {
    child: Child,
    pid: Pid,
}

impl Running {
    fn start(mut command: Command) -> Result<Running, AttemptError> {
        let child = command.spawn()?;
        let pid = child
            .id()
            .and_then(|id| Pid::from_raw(id.try_into().ok()?))
            .ok_or_else(|| std::io::Error::other("the render process has no id"))?;
        Ok(Running { child, pid })
    }

    /// Reads what the render says until it ends.
    async fn listen(
        &mut self,
        progress: &watch::Sender<EventProgress>,
    ) -> Result<Report, AttemptError> {
        let stdout = self.child.stdout.take().expect("piped above");
        let stderr = self.child.stderr.take().expect("piped above");
        let (last, complaint) = tokio::join!(said(stdout, progress), tail(stderr));
        let status = self.child.wait().await?;
        match last? {
            Some(Line::Report(report)) if status.success() => Ok(*report),
            Some(Line::Error { error }) => Err(AttemptError::Render {
                code: error.code,
                class: error.class,
                message: error.message,
            }),
            _ => Err(AttemptError::Crashed {
                how: format!("{status}: {}", complaint.trim()),
            }),
        }
    }

    /// Makes sure that nothing of it runs on.
    async fn end(mut self) {
        // It fails where all of the group has ended already.
        let _ = kill_process_group(self.pid, Signal::KILL);
        let _ = self.child.wait().await;
    }
}

/// Passes progress on and gives the last line that was something else.
async fn said(
    stdout: ChildStdout,
    progress: &watch::Sender<EventProgress>,
) -> std::io::Result<Option<Line>> {
    let mut lines = BufReader::new(stdout.take(MAX_LINE_BYTES)).lines();
    let mut last = None;
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line) {
            Ok(Line::Progress { progress: now }) => {
                progress.send_replace(now.into());
            }
            Ok(other) => last = Some(other),
            Err(error) => tracing::warn!(%error, "the render said something unknown"),
        }
    }
    Ok(last)
}

/// The last part of an error stream.
async fn tail(mut stderr: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..count]);
        let surplus = kept.len().saturating_sub(KEPT_ERROR_BYTES);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// Waits until a process has more than `limit_mb` resident, and says how much.
async fn over_memory(pid: Pid, limit_mb: u64) -> u64 {
    loop {
        tokio::time::sleep(MEMORY_CHECK).await;
        let used_mb = resident_mb(pid);
        if used_mb > limit_mb {
            return used_mb;
        }
    }
}

/// Megabytes that a process has resident; 0 where the system does not tell (proc(5), `VmRSS`).
fn resident_mb(pid: Pid) -> u64 {
    let path = format!("/proc/{}/status", pid.as_raw_nonzero());
    let status = std::fs::read_to_string(path).unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_understood_as_the_renderer_writes_it() {
        let line = r#"{"progress": {"stage": "render", "frames": 123, "total": 900, "fps": 61.2, "eta_s": null}}"#;
        let Ok(Line::Progress { progress }) = serde_json::from_str(line) else {
            panic!("no progress");
        };
        let expected = EventProgress {
            stage: "render".to_owned(),
            frames: 123,
            total_frames: 900,
        };
        assert_eq!(EventProgress::from(progress), expected);
    }
}
