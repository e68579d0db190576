//! The command line: arguments in, exit codes out.

mod arguments;
mod audit;
mod dlq;
mod doctor;
mod exit;
mod failure;
mod health;
mod inspect;
mod janitor;
mod job;
mod job_file;
mod key;
mod migrate;
mod operator;
mod parent;
mod progress;
mod render;
mod sandbox;
mod summary;
mod tenant;

pub use arguments::parse;
pub use render::Begun;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{
    dlq::{Rate, Which},
    health::{Answer, place, ready},
    key::Pasted,
    operator::when::{Moment, shown, span},
    tenant::{AuditDays, Days, Quota},
};

use crate::app;
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
    /// Serve the HTTP API, and relay jobs to the broker.
    Api(app::api::Args),
    /// Relay jobs to the broker, and repair what crashes left behind.
    Relay(app::relay::Args),
    /// Take jobs off the broker and render them.
    Worker(app::worker::Args),
    /// Tell what this machine offers for rendering, and what is missing.
    Doctor(doctor::Args),
    /// Ask an API, a relay or a worker whether it is ready, or alive.
    Health(health::Args),
    /// Tell what an upload is, from inside the sandbox; the API runs this.
    #[command(hide = true)]
    Inspect(inspect::Args),
    /// Bring the ledger's tables up to date.
    Migrate(migrate::Args),
    /// Manage tenants and their limits.
    Tenant(tenant::Args),
    /// Manage the API keys of tenants.
    Key(key::Args),
    /// Remove what is past its time: uploads, videos, old jobs with their history, idempotency keys, lines of the audit log.
    Janitor(janitor::Args),
    /// Look at jobs, cancel them, or let them start over.
    Job(job::Args),
    /// Look at dead letters, replay or drop them.
    Dlq(dlq::Args),
    /// See who did what.
    Audit(audit::Args),
}

/// Runs the role that was asked for.
pub fn run(cli: Cli) -> ExitCode {
    run_then(cli, &|_| {})
}

/// The same, with a deed of every render after it has closed its sandbox and read its job: how tests take a render over.
pub fn run_then(cli: Cli, then: &dyn Fn(&Begun<'_>)) -> ExitCode {
    let outcome = match cli.role {
        Role::Render(args) => render::run(&args, then),
        Role::Api(args) => app::api::run(&args),
        Role::Relay(args) => app::relay::run(&args),
        Role::Worker(args) => app::worker::run(&args),
        Role::Doctor(args) => doctor::run(&args),
        Role::Health(args) => health::run(&args),
        Role::Inspect(args) => inspect::run(&args),
        Role::Migrate(args) => migrate::run(&args),
        Role::Tenant(args) => tenant::run(&args),
        Role::Key(args) => key::run(&args),
        Role::Janitor(args) => janitor::run(&args),
        Role::Job(args) => job::run(&args),
        Role::Dlq(args) => dlq::run(&args),
        Role::Audit(args) => audit::run(&args),
    };
    exit::code(outcome)
}
