//! `gildhall worker`.

use super::health::{self, Behind, Health};
use super::notify::Supervisor;
use super::presence::Presence;
use super::{broker, numbers, process_name, run_role, sandbox, shutdown};
use crate::config;
use crate::courier::Courier;
use crate::ledger::{ActorKind, Ledger};
use crate::objects::Objects;
use crate::worker::{Connections, Worker};
use std::sync::Arc;
use std::time::Duration;

/// For giving back a job after the grace time.
const GIVING_BACK: Duration = Duration::from_secs(60);

/// Arguments of `gildhall worker`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    worker: config::Worker,
    #[command(flatten)]
    sandbox: config::Sandbox,
    #[command(flatten)]
    health: config::Health,
    #[command(flatten)]
    metrics: config::Metrics,
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
    let objects = &args.objects;
    let secrets = [
        &args.database.url,
        &args.broker.url,
        &objects.access_key,
        &objects.secret_key,
    ];
    run_role("worker", &args.telemetry, &secrets, work(args))
}

async fn work(args: &Args) -> anyhow::Result<()> {
    let sandbox = sandbox::look(&args.sandbox, Some(&args.worker.encoder))?;
    let supervisor = Supervisor::of_process().ending_within(end(&args.worker));
    let shutdown = supervisor.at(shutdown()?);
    let name = process_name("worker");
    let health = Health::begin(&args.health, "worker", &name)?;
    let ledger = Arc::new(Ledger::connect(&args.database, &name).await?);
    let labels = numbers::labels(&args.metrics);
    if let Some(metrics) = health.metrics() {
        numbers::seat_tenants(&labels, &args.metrics, &ledger).await;
        let pool = Arc::clone(&ledger);
        numbers::pool(metrics, "fleet", move || pool.connections());
    }
    let presence = Presence::of(&ledger, ActorKind::Worker, &name).await;
    let broker = broker(&args.broker, &name).await?;
    let publisher = broker.publisher();
    let objects = Objects::connect(&args.objects)?;
    let behind = Behind {
        ledger: Arc::clone(&ledger),
        broker: broker.clone(),
        objects: objects.clone(),
    };
    let connections = Connections {
        courier: Courier::start(Arc::clone(&ledger), publisher.clone(), labels.clone()),
        labels,
        ledger,
        objects,
        publisher,
        broker: broker.clone(),
    };
    let worker = Worker::new(name, &args.worker, &args.sandbox, connections)?;
    if let Some(metrics) = health.metrics() {
        metrics.sample(worker.sampler());
    }
    let probes = health::of_worker(&worker.standing(), &behind);
    let _serving = health.serve(probes, Some(sandbox)).await?;
    tracing::info!("the worker takes jobs");
    supervisor.ready();
    worker.run(shutdown).await?;
    presence.end().await;
    broker.close().await;
    Ok(())
}

/// How long the end may take: the grace time, and what it takes to give back a job that outlasts it.
fn end(config: &config::Worker) -> Duration {
    Duration::from_millis(config.grace_ms.into()) + GIVING_BACK
}
