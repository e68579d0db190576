//! `gildhall relay`.

use super::health::{self, Health};
use super::{broker, process_name, run_role, shutdown};
use crate::broker::Broker;
use crate::config;
use crate::courier::Courier;
use crate::ledger::Ledger;
use crate::relay::Relay;
use std::sync::Arc;
use tokio::sync::Notify;

/// Arguments of `gildhall relay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    relay: config::Relay,
    #[command(flatten)]
    health: config::Health,
    #[command(flatten)]
    database: config::Database,
    #[command(flatten)]
    broker: config::Broker,
    #[command(flatten)]
    telemetry: config::Telemetry,
}

/// Relays until SIGTERM or SIGINT.
///
/// # Errors
/// When something that it cannot start without is missing.
pub fn run(args: &Args) -> anyhow::Result<()> {
    run_role("relay", &args.telemetry, work(args))
}

async fn work(args: &Args) -> anyhow::Result<()> {
    let shutdown = shutdown()?;
    let health = Health::begin(&args.health)?;
    let name = process_name("relay");
    let ledger = Arc::new(Ledger::connect(&args.database, &name).await?);
    let probe = Broker::lazy(&args.broker, &format!("{name} probe"))?;
    let _serving = health.serve(health::of_relay(&ledger, &probe)).await?;
    let relay = relay(ledger, &args.broker, &args.relay, &name, Arc::default()).await?;
    tracing::info!("the relay hands out jobs");
    relay.run(shutdown).await;
    Ok(())
}

/// A relay with connections of its own; `wake` tells it of jobs that were accepted in this process.
pub(super) async fn relay(
    ledger: Arc<Ledger>,
    broker_config: &config::Broker,
    config: &config::Relay,
    name: &str,
    wake: Arc<Notify>,
) -> anyhow::Result<Relay> {
    let broker = broker(broker_config, name).await?;
    let publisher = broker.publisher();
    let courier = Courier::start(Arc::clone(&ledger), publisher.clone());
    Ok(Relay::new(
        ledger,
        broker,
        publisher,
        courier,
        wake,
        config.clone(),
    ))
}
