//! `gildhall-samples`: makes the project's default assets, and the benchmark's inputs.
//!
//! Exit codes: 0 done, 1 a file could not be made (the reason is on standard error), 2 wrong usage.

use clap::{Parser, Subcommand, ValueEnum};
use gildhall_samples::error::Error;
use gildhall_samples::{assets, canonical};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Makes Gildhall's own media from a seed: overlays, frame, photos, music.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Folder for the default assets.
    #[arg(long, default_value = "assets")]
    out: PathBuf,
    /// Make only these parts.
    #[arg(long, value_enum)]
    part: Vec<Part>,
    /// Another seed gives other glitter and other bokeh.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
}

#[derive(Subcommand)]
enum Command {
    /// The inputs of the canonical benchmark: 12-megapixel photos, track, overlay, job.
    Canonical {
        /// Folder for the files (about 60 MB).
        #[arg(long)]
        out: PathBuf,
        /// Another seed gives other inputs, and numbers that cannot be compared.
        #[arg(long, default_value_t = SEED)]
        seed: u64,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    Overlays,
    Frames,
    Products,
    Audio,
    Job,
}

impl From<Part> for assets::Part {
    fn from(part: Part) -> Self {
        match part {
            Part::Overlays => Self::Overlays,
            Part::Frames => Self::Frames,
            Part::Products => Self::Products,
            Part::Audio => Self::Audio,
            Part::Job => Self::Job,
        }
    }
}

/// The seed of everything that is shipped.
const SEED: u64 = 7;

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gildhall-samples: {error}{}", causes(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), Error> {
    let started = Instant::now();
    let mut report = |path: &Path| {
        let bytes = std::fs::metadata(path).map_or(0, |meta| meta.len());
        println!(
            "{:7.1} s  {:8} KiB  {}",
            started.elapsed().as_secs_f32(),
            bytes.div_ceil(1024),
            path.display()
        );
    };
    if let Some(Command::Canonical { out, seed }) = args.command {
        return canonical::write(&out, seed, &mut report);
    }
    let parts = if args.part.is_empty() {
        assets::Part::ALL.to_vec()
    } else {
        args.part.into_iter().map(Into::into).collect()
    };
    parts
        .into_iter()
        .try_for_each(|part| assets::write(part, &args.out, args.seed, &mut report))
}

/// The chain of sources, which `Display` leaves out.
fn causes(error: &Error) -> String {
    let first = std::error::Error::source(error);
    std::iter::successors(first, |cause| cause.source())
        .map(|cause| format!(": {cause}"))
        .collect()
}
