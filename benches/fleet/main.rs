//! The fleet under load: real processes of the `gildhall` command on private RabbitMQ, PostgreSQL (which waits for the
//! disk) and S3, all on this machine, driven over HTTP and heard over AMQP as an integrator would.
//!
//! `cargo bench --bench fleet [-- OPTIONS]`; `-- --help` lists the options. Build the services' keeper first:
//! `cargo build --release --package gildhall-devstack --bins`. Workers pretend to render, so what is measured is
//! everything else; each part has a database, a virtual host and processes of its own.
//!
//! Reading order: [`parts`] says what is measured, each in a file; [`bench`], [`fleet`] and [`process`] are what runs,
//! [`http`] and [`ends`] how it is driven and heard; [`celery`] is the peer, [`report`] prints.

mod args;
mod bench;
mod celery;
mod cpu;
mod ends;
mod fleet;
mod http;
mod machine;
mod parts;
mod process;
mod report;
mod submission;

use args::{Command, Options};
use bench::Bench;
use report::Report;
use std::error::Error;
use std::process::ExitCode;

/// Everything here ends in a message for the person at the terminal.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let done = args::parse(std::env::args().skip(1)).and_then(|command| match command {
        Command::Help => {
            print!("{}", args::USAGE);
            Ok(())
        }
        Command::Measure(options) => measure(&options),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fleet: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

/// What was measured before a failure is printed all the same. What goes on is told on the error stream, so that the
/// output is the report alone.
fn measure(options: &Options) -> Result<()> {
    eprintln!("starting RabbitMQ, PostgreSQL and S3 ...");
    let bench = Bench::start(options)?;
    let mut report = Report::new(&bench);
    let outcome = measure_parts(&bench, options, &mut report);
    if options.celery && outcome.is_ok() {
        eprintln!("Celery ...");
        match celery::measure(&bench) {
            Ok(peer) => report.peer = Some(peer),
            Err(error) => eprintln!("Celery was not measured: {}", with_causes(&*error)),
        }
    }
    report.print(options.json)?;
    outcome
}

fn measure_parts(bench: &Bench, options: &Options, report: &mut Report) -> Result<()> {
    for part in &options.parts {
        eprintln!("{}: {} ...", part.name(), part.about());
        report.rows.extend(part.measure(bench)?);
    }
    Ok(())
}

fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
