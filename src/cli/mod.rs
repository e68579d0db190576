//! The command line: arguments in, exit codes out.

mod doctor;
mod exit;
mod failure;
mod job_file;
mod progress;
mod render;
mod summary;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Renders Luxury Golden Frame product videos.
#[derive(Debug, Parser)]
#[command(name = "gildhall", version, propagate_version = true, after_help = exit::HELP)]
pub struct Cli {
    #[command(subcommand)]
    role: Role,
}

/// What this process is to do.
#[derive(Debug, Subcommand)]
enum Role {
    /// Render one job file into a video, a poster and thumbnails.
    Render(render::Args),
    /// Tell what this machine offers for rendering, and what is missing.
    Doctor(doctor::Args),
}

/// Runs the role that was asked for.
pub fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.role {
        Role::Render(args) => render::run(&args),
        Role::Doctor(args) => doctor::run(&args),
    };
    exit::code(outcome)
}
