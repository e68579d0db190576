//! The canonical job beside the bare encoder: same machine, same run, same frames.
//!
//! `cargo bench --bench canonical [-- OPTIONS]`; `-- --help` lists the options. Every measured piece of work runs in a
//! child process of this same program, so that its peak memory is its own; pieces alternate, so that a machine that
//! gets slower does so for all of them.
//!
//! Reading order: [`child`] says what is measured, [`bare`] is what it is measured against, [`report`] prints it.

mod args;
mod bare;
mod child;
mod folder;
mod ready;
mod report;
mod sound;

use args::{Command, Options};
use child::{Role, Round};
use folder::Folder;
use gildhall_render::media::MediaSource;
use gildhall_render::plan::SAMPLE_RATE;
use gildhall_render::{audio, beats};
use ready::Ready;
use report::Results;
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

/// Everything here ends in a message for the person at the terminal.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How often the analysis is timed.
const ANALYSES: usize = 5;

fn main() -> ExitCode {
    let done = args::parse(std::env::args().skip(1)).and_then(|command| match command {
        Command::Help => {
            print!("{}", args::USAGE);
            Ok(())
        }
        Command::Child(role, folder) => child::run(role, &Folder::new(folder)),
        Command::Compare(options) => compare(&options),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("canonical: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &Options) -> Result<()> {
    let folder = Folder::new(&options.folder);
    folder.make_inputs()?;
    report::print_introduction(&folder);
    let analysis_s = analysis_s(&folder)?;
    let ready = Ready::make(&folder)?;
    let mut rounds = Vec::new();
    for number in 0..options.runs {
        println!("run {} of {} ...", number + 1, options.runs);
        rounds.push(Round::measure(number, &folder)?);
    }
    drop(ready);
    let long = match options.long {
        true => Some(child::measure(Role::RenderLong, &folder)?),
        false => None,
    };
    report::print_results(&Results {
        rounds,
        long,
        analysis_s,
    });
    Ok(())
}

/// Seconds from the music's file to its beats, decoding included.
fn analysis_s(folder: &Folder) -> Result<f64> {
    let source = MediaSource::path(folder.music()?);
    let mut times_s = Vec::new();
    for _ in 0..ANALYSES {
        let started = Instant::now();
        let mut mono = Vec::new();
        audio::scan(&source, None, |block| mono.extend_from_slice(block))?;
        beats::analyse(&mono, SAMPLE_RATE)?;
        times_s.push(started.elapsed().as_secs_f64());
    }
    Ok(report::median(times_s))
}

fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
