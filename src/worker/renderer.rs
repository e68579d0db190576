//! Runs a render in a process of its own, within its limits.

use super::analyses::Analyses;
use super::error::AttemptError;
use super::numbers;
use super::report::{Hearing, Report};
use super::stop::Stop;
use super::workspace::Workspace;
use crate::child::{Child, ChildError, DiskLimit, Limits, Program};
use crate::config;
use gildhall_proto::{EventProgress, Quality, TenantId};
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::watch;

/// Most bytes of all files of a render together: the longest video in the best quality and all of its sizes need less.
const MAX_OUTPUT_BYTES: u64 = 8 << 30;
/// Seconds on the processors that a render gets beside those of its time limit.
const CPU_SLACK_S: u64 = 60;

/// How renders are run.
#[derive(Clone, Debug)]
pub struct Renderer {
    program: Program,
    time_limit: Duration,
    memory_limit_mb: u64,
    cpu_limit_s: u64,
    encoder: String,
    threads: Option<u8>,
    /// What renders of a tenant tell each other about their music, if they may.
    analyses: Option<Analyses>,
}

impl Renderer {
    /// A renderer by this very binary, unless the configuration names another.
    ///
    /// # Errors
    /// When the running executable cannot be found.
    pub fn new(
        config: &config::Worker,
        sandbox: &config::Sandbox,
        analyses: Option<Analyses>,
    ) -> std::io::Result<Renderer> {
        let program = match &config.render_program {
            Some(path) => Program::at(path.clone(), sandbox.sandbox),
            None => Program::this(sandbox.sandbox)?,
        };
        let time_limit = Duration::from_secs(config.render_timeout_s.into());
        Ok(Renderer {
            program,
            time_limit,
            memory_limit_mb: config.memory_limit_mb.into(),
            cpu_limit_s: cpu_limit_s(time_limit),
            encoder: config.encoder.clone(),
            threads: config.threads,
            analyses,
        })
    }

    /// Renders the job file of a workspace, which asks for this quality, into its outputs.
    ///
    /// # Errors
    /// When the render fails, dies, passes a limit or is stopped; it has ended then.
    pub async fn render(
        &self,
        tenant: &TenantId,
        quality: Quality,
        workspace: &Workspace,
        progress: &watch::Sender<EventProgress>,
        mut stop: Stop,
    ) -> Result<Report, AttemptError> {
        let limits = self.limits(workspace);
        let mut hearing = Hearing::new(progress);
        let child = Child::start(self.command(tenant, workspace));
        let mut child = child.map_err(ChildError::System)?;
        let meter = child.meter();
        let ended = tokio::select! {
            ended = child.outcome(&limits, |line| hearing.line(line)) => ended.map_err(AttemptError::from),
            reason = stop.requested() => Err(AttemptError::Stopped(reason)),
        };
        child.end().await;
        numbers::used(meter.used(), quality);
        if let Some(analyses) = &self.analyses {
            analyses.trim();
        }
        hearing.conclude(&ended?, &workspace.outputs())
    }

    fn limits(&self, workspace: &Workspace) -> Limits {
        Limits {
            time: self.time_limit,
            memory_mb: self.memory_limit_mb,
            disk: Some(DiskLimit {
                folder: workspace.outputs(),
                max_bytes: MAX_OUTPUT_BYTES,
            }),
        }
    }

    fn command(&self, tenant: &TenantId, workspace: &Workspace) -> Command {
        let mut command = self.program.command("render");
        command
            .args(["--memory-limit-mb", &self.memory_limit_mb.to_string()])
            .args(["--cpu-limit-s", &self.cpu_limit_s.to_string()])
            .arg(workspace.job_file())
            .arg("--assets")
            .arg(workspace.inputs())
            .arg("--output")
            .arg(workspace.outputs().join("video.mp4"))
            .args(["--json", "--progress", "json", "--encoder", &self.encoder]);
        if let Some(threads) = self.threads {
            command.args(["--threads", &threads.to_string()]);
        }
        if let Some(analyses) = &self.analyses {
            command.arg("--cache").arg(analyses.folder_of(tenant));
        }
        command
    }
}

/// As much as all processors give within the time limit, so that no honest render meets it. It ends the others where nobody
/// looks at the clock: their worker may have been stopped.
fn cpu_limit_s(time_limit: Duration) -> u64 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // A part of a core, as containers may have one, is not counted there.
    time_limit.as_secs() * (cores as u64 + 1) + CPU_SLACK_S
}
