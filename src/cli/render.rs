//! `gildhall render`.

use super::progress::{Display, Style};
use super::{failure, job_file, summary};
use anyhow::Context;
use gildhall_render::assets::AssetRoot;
use gildhall_render::encode::EncoderChoice;
use gildhall_render::job::{self, RenderOptions, RenderRequest};
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Arguments of `gildhall render`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The job file, JSON or MessagePack; - for standard input.
    job: PathBuf,
    /// The video to write; poster, thumbnails and renditions are named after it [default: the job's name with .mp4].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The folder that the job's asset keys are relative to [default: the folder of the job file].
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// The encoder: x264, auto (hardware where it works, else x264), nvenc, vaapi or qsv.
    #[arg(long, default_value = "x264", env = "GILDHALL_ENCODER")]
    encoder: EncoderChoice,
    /// Encoder threads, 1 to 64; [default: the number of cores, at most 16].
    #[arg(long, env = "GILDHALL_THREADS", value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: Option<u8>,
    /// Give up after so many seconds, 1 to 3600 [default: never].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=3600))]
    time_limit: Option<u16>,
    /// Print the result, or why there is none, as JSON.
    #[arg(long)]
    json: bool,
    /// Print the plan as JSON and render nothing.
    #[arg(long)]
    plan: bool,
    /// Keep measurements of music in this folder, for further renders with the same music [default: keep none].
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// How to show progress.
    #[arg(long, value_enum, value_name = "STYLE", default_value_t = Style::Auto, requires_if("json", "json"))]
    progress: Style,
    /// Show no progress.
    #[arg(short, long, conflicts_with = "progress")]
    quiet: bool,
    /// The process that this render must not outlive: how a worker that is killed takes its render along.
    #[arg(long, value_name = "PID", hide = true)]
    parent: Option<i32>,
}

/// Renders, or prints the plan. With `--json` a failure is told on standard output too.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let outcome = answer(args);
    if let Err(error) = &outcome
        && args.json
    {
        // Where the output is closed, the exit code and the error stream have to do.
        let _ = print(&failure_text(args, error));
    }
    outcome
}

fn answer(args: &Args) -> anyhow::Result<()> {
    if let Some(parent) = args.parent {
        end_with(parent)?;
    }
    let spec = job_file::read(&args.job)?;
    let folder = args
        .assets
        .as_deref()
        .unwrap_or_else(|| folder_of(&args.job));
    let assets = AssetRoot::open(folder)
        .with_context(|| format!("cannot open the asset folder {}", folder.display()))?;
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| default_output(&args.job));
    let options = options(args)?;
    let request = RenderRequest {
        spec: &spec,
        assets: &assets,
        output: &output,
        options: &options,
    };
    if args.plan {
        let plan = job::plan(request)?;
        return print(&serde_json::to_string_pretty(&plan)?);
    }
    let parent = folder_of(&output);
    fs::create_dir_all(parent)
        .with_context(|| format!("cannot create the folder {}", parent.display()))?;
    let display = Display::new(args.progress, args.quiet);
    let result = job::render(request, &|progress| display.update(progress));
    display.finish();
    let report = result?;
    match args.json {
        true if args.progress == Style::Json => print(&serde_json::to_string(&report)?),
        true => print(&serde_json::to_string_pretty(&report)?),
        false => print(&summary::text(&report)),
    }
}

fn options(args: &Args) -> anyhow::Result<RenderOptions> {
    let mut options = RenderOptions {
        encoder: args.encoder,
        deadline: args
            .time_limit
            .map(|seconds| Instant::now() + Duration::from_secs(seconds.into())),
        cache: args.cache.clone(),
        ..RenderOptions::default()
    };
    if let Some(threads) = args.threads {
        options.threads = usize::from(threads);
    }
    cancel_on_signals(&options.cancel).context("cannot listen for signals")?;
    Ok(options)
}

/// The first signal asks the render to stop and clean up; a second one ends the process at once.
fn cancel_on_signals(cancel: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_conditional_default(signal, Arc::clone(cancel))?;
        signal_hook::flag::register(signal, Arc::clone(cancel))?;
    }
    Ok(())
}

/// Lets the system end this process with its parent (prctl(2), `PR_SET_PDEATHSIG`).
fn end_with(parent: i32) -> anyhow::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).context("cannot follow the parent")?;
    // It may have ended before this process asked.
    let current = getppid().map_or(0, Pid::as_raw_pid);
    anyhow::ensure!(current == parent, "the parent has ended");
    Ok(())
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn default_output(job: &Path) -> PathBuf {
    match job.file_stem() {
        Some(stem) if job != Path::new("-") => Path::new(stem).with_extension("mp4"),
        _ => PathBuf::from("video.mp4"),
    }
}

/// On one line behind lines of progress, else so that a person can read it too, like the result.
fn failure_text(args: &Args, error: &anyhow::Error) -> String {
    let object = failure::object(error);
    match args.progress {
        Style::Auto => format!("{object:#}"),
        Style::Json => object.to_string(),
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}
