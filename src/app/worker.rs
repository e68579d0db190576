//! `gildhall worker`.

use super::health::{self, Health};
use super::{broker, process_name, run_role, shutdown};
use crate::config;
use crate::courier::Courier;
use crate::ledger::Ledger;
use crate::objects::Objects;
use crate::worker::{Connections, Worker};
use std::sync::Arc;

/// Arguments of `gildhall worker`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    worker: config::Worker,
    #[command(flatten)]
    health: config::Health,
    #[command(flatten)]
    database: config::Database,
    #[command(flatten)]
    broker: config::Broker,
    #[command(flatten)]
    objects: config::Objects,
    #[command(flatten)]
    telemetry: config::Telemetry,
}

/// Takes and renders jobs until SIGTERM or SIGINT.
///
/// # Errors
/// When something that it cannot start without is missing.
pub fn run(args: &Args) -> anyhow::Result<()> {
    run_role("worker", &args.telemetry, work(args))
}

async fn work(args: &Args) -> anyhow::Result<()> {
    let shutdown = shutdown()?;
    let health = Health::begin(&args.health)?;
    let name = process_name("worker");
    let ledger = Arc::new(Ledger::connect(&args.database, &name).await?);
    let broker = broker(&args.broker, &name).await?;
    let publisher = broker.publisher();
    let connections = Connections {
        courier: Courier::start(Arc::clone(&ledger), publisher.clone()),
        ledger,
        objects: Objects::connect(&args.objects)?,
        publisher,
        broker: broker.clone(),
    };
    let worker = Worker::new(name, &args.worker, connections)?;
    let probes = health::of_worker(&worker.standing());
    let _serving = health.serve(probes).await?;
    tracing::info!("the worker takes jobs");
    worker.run(shutdown).await?;
    broker.close().await;
    Ok(())
}
