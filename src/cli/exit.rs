//! How the command ends.

use super::failure::words;
use super::inspect::NotTaken;
use super::operator::OperatorError;
use super::operator::text::plain_lines;
use super::sandbox::Violation;
use crate::app::Told;
use crate::inspect::Refusal;
use gildhall_proto::SpecFaults;
use gildhall_render::job::{ErrorClass, RenderError};
use std::io::{self, Write};
use std::process::ExitCode;

/// Shown below `--help`.
pub const HELP: &str = "Exit codes:
  0    done
  1    something needed is missing: on this machine (doctor), to the role that was asked (health)
  2    the command line is wrong
  3    the job file is not valid; every fault is listed
  4    the job's media cannot be used
  5    the machine or a service failed: disk, files, encoder, database, broker, or nobody answers (health); trying again may help
  6    memory or time (--time-limit) ran out; a lower quality may help
  7    there is no such tenant, key, job or dead letter
  8    it is not in a state for this: a job that has ended, a tenant that exists, a letter that names no job
  130  interrupted";

/// Nothing went wrong, but not everything needed is there.
#[derive(Debug, thiserror::Error)]
#[error("something needed is missing")]
pub struct Incomplete;

/// Somebody stopped the command, and it ended in order before it was done.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Reports an error, once, and turns the outcome into an exit code.
pub fn code(outcome: anyhow::Result<()>) -> ExitCode {
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    if is_closed_pipe(&error) {
        // Whoever read the output has seen enough.
        return ExitCode::SUCCESS;
    }
    if error.is::<Incomplete>() {
        return ExitCode::from(1);
    }
    if !error.is::<Told>() {
        // If even the error stream is closed, the exit code has to do.
        let _ = writeln!(io::stderr(), "error: {}", plain_lines(&words(&error)));
    }
    ExitCode::from(number(&error))
}

fn number(error: &anyhow::Error) -> u8 {
    if error.is::<SpecFaults>() {
        return 3;
    }
    if error.is::<Interrupted>() {
        return 130;
    }
    if let Some(error) = error.downcast_ref::<OperatorError>() {
        return error.exit_code();
    }
    match class(error) {
        ErrorClass::Rejected => 4,
        ErrorClass::Recoverable => 5,
        ErrorClass::Resource => 6,
        ErrorClass::Cancelled => 130,
    }
}

/// Who is to act on an error of the command. What is neither the job's fault nor the renderer's is the machine's: a job
/// file or a folder that cannot be read.
pub fn class(error: &anyhow::Error) -> ErrorClass {
    if error.is::<SpecFaults>() || error.is::<Violation>() {
        return ErrorClass::Rejected;
    }
    if let Some(NotTaken(refusal)) = error.downcast_ref::<NotTaken>() {
        return match refusal {
            Refusal::OverLimits => ErrorClass::Resource,
            _ => ErrorClass::Rejected,
        };
    }
    error
        .downcast_ref::<RenderError>()
        .map_or(ErrorClass::Recoverable, RenderError::class)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
}
