//! The `gildhall` command: one binary, one subcommand per role.

use gildhall::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse() {
        Ok(cli) => cli::run(cli),
        Err(code) => code,
    }
}
