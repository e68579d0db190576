//! `gildhall render`.

use super::parent::end_with;
use super::progress::{Display, Style};
use super::sandbox::{self, Touched};
use super::{failure, job_file, summary};
use anyhow::Context;
use gildhall_proto::JobSpec;
use gildhall_render::assets::AssetRoot;
use gildhall_render::encode::EncoderChoice;
use gildhall_render::job::{self, RenderOptions, RenderRequest};
use gildhall_render::text::FontLibrary;
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
    #[command(flatten)]
    sandbox: sandbox::Asked,
}

/// A render that has read its job, behind its sandbox where it has one, and has opened nothing else yet.
pub struct Begun<'a> {
    /// The job.
    pub spec: &'a JobSpec,
    /// Its file.
    pub job: &'a Path,
    /// The folder of its assets.
    pub assets: &'a Path,
    /// The video that it is to write.
    pub output: &'a Path,
}

/// Renders, or prints the plan; `then` is called in between. With `--json` a failure is told on standard output too.
pub fn run(args: &Args, then: &dyn Fn(&Begun<'_>)) -> anyhow::Result<()> {
    let outcome = answer(args, then);
    if let Err(error) = &outcome
        && args.json
    {
        // Where the output is closed, the exit code and the error stream have to do.
        let _ = print(&failure_text(args, error));
    }
    outcome
}

fn answer(args: &Args, then: &dyn Fn(&Begun<'_>)) -> anyhow::Result<()> {
    if let Some(parent) = args.parent {
        end_with(parent)?;
    }
    let folder = args
        .assets
        .as_deref()
        .unwrap_or_else(|| folder_of(&args.job));
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| default_output(&args.job));
    // The number of cores stands in files that the sandbox keeps closed.
    let options = options(args);
    if !args.sandbox.is_wanted() {
        return work(args, folder, &output, &options, then);
    }
    args.sandbox.close(touched(args, folder, &output)?)?;
    work(args, folder, &output, &options, then).map_err(sandbox::blamed)
}

/// Everything that looks at the job and its files.
fn work(
    args: &Args,
    folder: &Path,
    output: &Path,
    options: &RenderOptions,
    then: &dyn Fn(&Begun<'_>),
) -> anyhow::Result<()> {
    let spec = job_file::read(&args.job)?;
    then(&Begun {
        spec: &spec,
        job: &args.job,
        assets: folder,
        output,
    });
    let assets = AssetRoot::open(folder)
        .with_context(|| format!("cannot open the asset folder {}", folder.display()))?;
    cancel_on_signals(&options.cancel).context("cannot listen for signals")?;
    let request = RenderRequest {
        spec: &spec,
        assets: &assets,
        output,
        options,
    };
    if args.plan {
        let plan = job::plan(request)?;
        return print(&serde_json::to_string_pretty(&plan)?);
    }
    create(folder_of(output))?;
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

fn options(args: &Args) -> RenderOptions {
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
    options
}

/// What the sandbox has to leave open. The default overlay is part of the program. Folders are made here, since only what is
/// there can be left open.
fn touched(args: &Args, assets: &Path, output: &Path) -> anyhow::Result<Touched> {
    let mut read = FontLibrary::read_dirs();
    read.push(assets.to_owned());
    if args.job != Path::new("-") {
        read.push(args.job.clone());
    }
    let mut write = vec![folder_of(output).to_owned()];
    write.extend(args.cache.clone());
    for folder in &write {
        create(folder)?;
    }
    Ok(Touched {
        read,
        write,
        devices: args.encoder != EncoderChoice::X264,
    })
}

fn create(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot create the folder {}", folder.display()))
}

/// The first signal asks the render to stop and clean up; a second one ends the process at once.
fn cancel_on_signals(cancel: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_conditional_default(signal, Arc::clone(cancel))?;
        signal_hook::flag::register(signal, Arc::clone(cancel))?;
    }
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
