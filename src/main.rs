//! The `gildhall` command: one binary, one subcommand per role.

use clap::Parser;
use gildhall::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(cli::Cli::parse())
}
