//! `gildhall api`: the HTTP API, with a relay beside it.

use super::notify::Supervisor;
use super::presence::Presence;
use super::relay::relay;
use super::{numbers, open_files, process_name, quarantine, run_role, sandbox, shutdown};
use crate::api::{self, Api, Probe, Services};
use crate::broker::Broker;
use crate::child::Program;
use crate::config;
use crate::inspect::Inspector;
use crate::ledger::{ApiLedger, Ledger};
use crate::objects::Objects;
use crate::scan::Scanner;
use crate::telemetry::{Labels, Metrics};
use anyhow::Context;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

/// Arguments of `gildhall api`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only serve the API: relays run elsewhere.
    #[arg(long, env = "GILDHALL_NO_RELAY")]
    no_relay: bool,
    #[command(flatten)]
    listen: config::Listen,
    #[command(flatten)]
    callers: config::Callers,
    #[command(flatten)]
    relay: config::Relay,
    #[command(flatten)]
    sandbox: config::Sandbox,
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

/// Serves until SIGTERM or SIGINT.
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
    run_role("api", &args.telemetry, &secrets, work(args))
}

async fn work(args: &Args) -> anyhow::Result<()> {
    let sandbox = sandbox::look(&args.sandbox, None)?;
    let supervisor = Supervisor::of_process();
    let shutdown = supervisor.at(shutdown()?);
    let name = process_name("api");
    open_files::raise();
    let metrics = Metrics::install("api", &name)?;
    tokio::spawn(metrics.clone().keep_up());
    let labels = numbers::labels(&args.metrics);
    let wake = Arc::new(Notify::new());
    let scanner = quarantine::scanner(&args.scan);
    let uploads = tempfile::Builder::new()
        .prefix("gildhall-uploads-")
        .tempdir()
        .context("cannot make the folder of uploads")?;
    numbers::uploads(&metrics, uploads.path().to_owned());
    let ledger = ApiLedger::connect(&args.database, &name).await?;
    let (pool, log) = (ledger.clone(), ledger.clone());
    numbers::pool(&metrics, "api", move || pool.connections());
    let state = Api::new(Services {
        ledger,
        objects: Objects::connect(&args.objects)?,
        metrics: metrics.clone(),
        labels: labels.clone(),
        wake: Arc::clone(&wake),
        upload_dir: uploads.path().to_owned(),
        inspector: inspector(&args.sandbox)?,
        sandbox,
        callers: args.callers.clone(),
        scanner: Arc::clone(&scanner),
        probes: probes(args, &name, &scanner)?,
    });
    let listener = TcpListener::bind(args.listen.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen.listen))?;
    tracing::info!(address = %listener.local_addr()?, "the API listens");
    let (ending, ended) = watch::channel(false);
    let relaying = start_relay(args, &name, wake, scanner, metrics, labels, ended).await?;
    let presence = Presence::of_api(log, &name).await;
    supervisor.ready();
    let serving = api::run(listener, state, shutdown);
    let Some(mut relaying) = relaying else {
        serving.await;
        presence.end().await;
        return Ok(());
    };
    tokio::select! {
        () = serving => {}
        // It ends only when it is told to, or by a fault: without it no job would leave the ledger.
        ended = &mut relaying => {
            ended.context("the relay failed")?;
            anyhow::bail!("the relay ended by itself");
        }
    }
    ending.send_replace(true);
    relaying.await.context("the relay failed")?;
    presence.end().await;
    Ok(())
}

/// Inspects as many uploads at a time as there are cores: an inspection keeps one busy.
fn inspector(config: &config::Sandbox) -> anyhow::Result<Inspector> {
    let program = Program::this(config.sandbox).context("cannot find the running program")?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Inspector::new(program, cores))
}

async fn start_relay(
    args: &Args,
    name: &str,
    wake: Arc<Notify>,
    scanner: Arc<Scanner>,
    metrics: Metrics,
    labels: Labels,
    ended: watch::Receiver<bool>,
) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    if args.no_relay {
        return Ok(None);
    }
    let ledger = Arc::new(Ledger::connect(&args.database, name).await?);
    let objects = Objects::connect(&args.objects)?;
    let porter = quarantine::porter(name, &ledger, objects, scanner)?;
    numbers::seat_tenants(&labels, &args.metrics, &ledger).await;
    let pool = Arc::clone(&ledger);
    numbers::pool(&metrics, "fleet", move || pool.connections());
    let relay = relay(ledger, &args.broker, &args.relay, name, wake, labels).await?;
    let (relaying, portering) = (relay.run(until(ended.clone())), porter.run(until(ended)));
    Ok(Some(tokio::spawn(async move {
        tokio::join!(relaying, portering);
    })))
}

/// Waits for the end of the server.
async fn until(mut ended: watch::Receiver<bool>) {
    // The sender lives until the server has ended.
    let _ = ended.wait_for(|ended| *ended).await;
}

/// What the API is asked for beside what it cannot work without.
fn probes(args: &Args, name: &str, scanner: &Arc<Scanner>) -> anyhow::Result<Vec<Probe>> {
    let broker = Broker::lazy(&args.broker, &format!("{name} probe"))?;
    let probes = [Some(rabbitmq(broker)), quarantine::probe(scanner)];
    Ok(probes.into_iter().flatten().collect())
}

/// Jobs are accepted without the broker, so it is only reported.
fn rabbitmq(broker: Broker) -> Probe {
    Probe::optional("rabbitmq", move || {
        let broker = broker.clone();
        async move { broker.ping().await.map_err(|error| error.to_string()) }
    })
}
