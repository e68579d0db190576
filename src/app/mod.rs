//! Wires the rooms into roles: what each long-lived process connects to, starts, and how it ends.

pub mod api;
mod health;
pub mod relay;
pub mod worker;

use crate::broker::{Broker, BrokerError};
use crate::config;
use crate::telemetry::{self, Telemetry};
use anyhow::Context;
use std::future::Future;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Runs a role to its end on a runtime of its own, with logs and traces.
fn run_role(
    role: &str,
    config: &config::Telemetry,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let _telemetry: Telemetry = telemetry::init(config, role)?;
    runtime.block_on(work)
}

/// The name of this process among its like: host and process id, and a word that no other start has. In a container
/// every start has the same host and id, and a worker that came back after a crash must not be taken for the one before.
fn process_name(role: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => "localhost",
        host => host,
    };
    format!(
        "{role}-{host}-{}-{:08x}",
        std::process::id(),
        fastrand::u32(..)
    )
}

/// Waits until somebody wants this process to end: SIGTERM or SIGINT.
fn shutdown() -> anyhow::Result<impl Future<Output = ()>> {
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
        Err(error) => tracing::warn!(%error, "the broker is away: going on without it for now"),
        Ok(()) => {}
    }
    Ok(broker)
}
