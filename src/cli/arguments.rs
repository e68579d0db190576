//! The command line, read.

use super::Cli;
use super::operator::text::plain_lines;
use clap::Parser;
use std::io::{self, Write};
use std::process::ExitCode;

/// Exit code of a command line that is wrong.
const WRONG: u8 = 2;

/// Reads the command line of this process.
///
/// # Errors
/// Where it is wrong or asks for help, that is said, and this is the code to end with.
pub fn parse() -> Result<Cli, ExitCode> {
    Cli::try_parse().map_err(|error| tell(&error))
}

/// The parser repeats what it was given, which may have been pasted from anywhere: a terminal shows it, and does not obey. So
/// its errors come without colours.
fn tell(error: &clap::Error) -> ExitCode {
    // Where the stream is closed, the exit code has to do.
    let _ = match error.use_stderr() {
        true => write!(io::stderr(), "{}", plain_lines(&error.render().to_string())),
        false => error.print(),
    };
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(WRONG))
}
