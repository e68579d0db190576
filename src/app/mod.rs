//! Wires the rooms into roles: what each long-lived process connects to, starts, and how it ends.

pub mod api;
mod health;
mod notify;
mod numbers;
mod open_files;
mod presence;
mod quarantine;
pub mod relay;
mod sandbox;
pub mod worker;

use crate::broker::{Broker, BrokerError};
use crate::config;
use crate::telemetry::{self, Redactor, Telemetry, chain};
use anyhow::Context;
use std::future::Future;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// The log has a line about it already, with its whole chain.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct Told(anyhow::Error);

/// Runs a role to its end on a runtime of its own, with logs and traces. What it fails for is the last line of its log;
/// `secrets` are in none.
fn run_role(
    role: &str,
    config: &config::Telemetry,
    secrets: &[&config::Secret],
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let redactor = Redactor::new(secrets.iter().map(|secret| secret.expose()));
    let _telemetry: Telemetry = telemetry::init(config, role, redactor)?;
    runtime.block_on(work).map_err(|error| {
        tracing::error!(
            role,
            error = chain(&*error),
            "the process ends with an error"
        );
        Told(error).into()
    })
}

/// The name of this process among its like: host and process id, and a word that no other start has. In a container
/// every start has the same host and id, and a worker that came back after a crash must not be taken for the one before.
fn process_name(role: &str) -> String {
    format!(
        "{role}-{}-{}-{:08x}",
        telemetry::host(),
        std::process::id(),
        fastrand::u32(..)
    )
}

/// Waits until somebody wants this process to end: SIGTERM or SIGINT.
pub fn shutdown() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// A broker whose topology this process looks after. One that is away is waited for; one that contradicts is not.
async fn broker(config: &config::Broker, name: &str) -> anyhow::Result<Broker> {
    let broker = Broker::lazy(config, name)?;
    match broker.declare().await {
        Err(error @ BrokerError::Mismatch { .. }) => return Err(error.into()),
        Err(error) => tracing::warn!(
            error = chain(&error),
            "the broker is away: going on without it for now"
        ),
        Ok(()) => {}
    }
    Ok(broker)
}
