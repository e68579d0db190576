//! The whole of Gildhall on one machine: private services, the API and two workers, and a job from upload to download.
//!
//! It is a client like any other: what it does with the fleet goes through the `gildhall` command, HTTP and RabbitMQ.
//! Reading order: [`options`], [`fleet`] (what is started), [`journey`] (the way of the sample job), [`up`].

mod api;
mod assets;
mod download;
mod error;
mod fleet;
mod follow;
mod gildhall;
mod journey;
mod log;
mod options;
mod port;
mod rabbitmq;
mod roles;
mod services;
mod sse;
mod steps;
mod stop;
mod tenant;
mod up;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use error::DemoError;
use options::Options;
use stop::Stop;

/// The exit code of a command that SIGINT ended, as shells have it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(DemoError::Interrupted) => {
            println!("\nInterrupted. Everything that was started has been stopped.");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            eprintln!("\n{}", error::tell(&error, &options.logs()));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), DemoError> {
    let stop = Stop::listen().map_err(DemoError::io("listen for signals"))?;
    if options.up {
        up::run(options, &stop)
    } else {
        journey::run(options, &stop)
    }
}
