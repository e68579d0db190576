//! `gildhall relay`.

use super::health::{self, Health};
use super::notify::Supervisor;
use super::presence::Presence;
use super::{broker, numbers, process_name, quarantine, run_role, shutdown};
use crate::broker::Broker;
use crate::config;
use crate::courier::Courier;
use crate::ledger::{ActorKind, Ledger};
use crate::objects::Objects;
use crate::relay::Relay;
use crate::telemetry::Labels;
use futures_util::FutureExt;
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
    metrics: config::Metrics,
    #[command(flatten)]
    database: config::Database,
    #[command(flatten)]
    broker: config::Broker,
    #[command(flatten)]
    objects: config::Objects,
    #[command(flatten)]
    scan: config::Scan,
    #[command(flatten)]
    telemetry: config::Telemetry,
}

/// Relays until SIGTERM or SIGINT.
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
    run_role("relay", &args.telemetry, &secrets, work(args))
}

async fn work(args: &Args) -> anyhow::Result<()> {
    let supervisor = Supervisor::of_process();
    let shutdown = supervisor.at(shutdown()?);
    let name = process_name("relay");
    let health = Health::begin(&args.health, "relay", &name)?;
    let ledger = Arc::new(Ledger::connect(&args.database, &name).await?);
    let labels = numbers::labels(&args.metrics);
    if let Some(metrics) = health.metrics() {
        numbers::seat_tenants(&labels, &args.metrics, &ledger).await;
        let pool = Arc::clone(&ledger);
        numbers::pool(metrics, "fleet", move || pool.connections());
    }
    let probe = Broker::lazy(&args.broker, &format!("{name} probe"))?;
    let probes = health::of_relay(&ledger, &probe);
    let _serving = health.serve(probes, None).await?;
    let scanner = quarantine::scanner(&args.scan);
    let porter = quarantine::porter(&name, &ledger, Objects::connect(&args.objects)?, scanner)?;
    let wake = Arc::default();
    let presence = Presence::of(&ledger, ActorKind::Relay, &name).await;
    let relay = relay(ledger, &args.broker, &args.relay, &name, wake, labels).await?;
    tracing::info!("the relay hands out jobs");
    supervisor.ready();
    let shutdown = shutdown.shared();
    tokio::join!(relay.run(shutdown.clone()), porter.run(shutdown));
    presence.end().await;
    Ok(())
}

/// A relay with connections of its own; `wake` tells it of jobs that were accepted in this process, `labels` whom its
/// numbers tell apart.
pub(super) async fn relay(
    ledger: Arc<Ledger>,
    broker_config: &config::Broker,
    config: &config::Relay,
    name: &str,
    wake: Arc<Notify>,
    labels: Labels,
) -> anyhow::Result<Relay> {
    let broker = broker(broker_config, name).await?;
    let publisher = broker.publisher();
    let courier = Courier::start(Arc::clone(&ledger), publisher.clone(), labels.clone());
    Ok(Relay::new(
        ledger,
        broker,
        publisher,
        courier,
        wake,
        labels,
        config.clone(),
    ))
}
