//! `gildhall-samples`: makes the project's default assets, the benchmark's inputs, and hostile files.
//!
//! Exit codes: 0 done, 1 a file could not be made (the reason is on standard error), 2 wrong usage.

use clap::{Parser, Subcommand, ValueEnum};
use gildhall_samples::error::Error;
use gildhall_samples::{assets, canonical, hostile};
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
    /// Files as an attacker would send them: cut, spliced, lying, inflating. Their names tell what was done to them.
    Hostile {
        /// Folder for the files.
        #[arg(long)]
        out: PathBuf,
        /// Another seed gives other files.
        #[arg(long, default_value_t = SEED)]
        seed: u64,
        /// How many; 5000 have some hundred MB.
        #[arg(long, default_value_t = 500)]
        count: u32,
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
    match args.command {
        Some(Command::Canonical { out, seed }) => {
            return canonical::write(&out, seed, &mut report);
        }
        Some(Command::Hostile { out, seed, count }) => {
            return hostile::write(seed, count, &out, &mut report);
        }
        None => {}
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
