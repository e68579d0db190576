//! `gildhall api`: the HTTP API, with a relay beside it.

use super::relay::relay;
use super::{process_name, run_role, shutdown};
use crate::api::{self, Api, Probe, Services};
use crate::broker::Broker;
use crate::config;
use crate::ledger::{ApiLedger, Ledger};
use crate::objects::Objects;
use crate::telemetry::Metrics;
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
    relay: config::Relay,
    #[command(flatten)]
    database: config::Database,
    #[command(flatten)]
    broker: config::Broker,
    #[command(flatten)]
    objects: config::Objects,
    #[command(flatten)]
    telemetry: config::Telemetry,
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When something that it cannot start without is missing.
pub fn run(args: &Args) -> anyhow::Result<()> {
    run_role("api", &args.telemetry, work(args))
}

async fn work(args: &Args) -> anyhow::Result<()> {
    let shutdown = shutdown()?;
    let name = process_name("api");
    let metrics = Metrics::install()?;
    tokio::spawn(metrics.clone().keep_up());
    let wake = Arc::new(Notify::new());
    let uploads = tempfile::Builder::new()
        .prefix("gildhall-uploads-")
        .tempdir()
        .context("cannot make the folder of uploads")?;
    let state = Api::new(Services {
        ledger: ApiLedger::connect(&args.database, &name).await?,
        objects: Objects::connect(&args.objects)?,
        metrics,
        wake: Arc::clone(&wake),
        upload_dir: uploads.path().to_owned(),
        probes: vec![rabbitmq(Broker::lazy(
            &args.broker,
            &format!("{name} probe"),
        )?)],
    });
    let listener = TcpListener::bind(args.listen.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen.listen))?;
    tracing::info!(address = %listener.local_addr()?, "the API listens");
    let (ending, ended) = watch::channel(false);
    let relaying = start_relay(args, &name, wake, ended).await?;
    let serving = api::run(listener, state, shutdown);
    let Some(mut relaying) = relaying else {
        serving.await;
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
    relaying.await.context("the relay failed")
}

async fn start_relay(
    args: &Args,
    name: &str,
    wake: Arc<Notify>,
    mut ended: watch::Receiver<bool>,
) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    if args.no_relay {
        return Ok(None);
    }
    let ledger = Arc::new(Ledger::connect(&args.database, name).await?);
    let relay = relay(ledger, &args.broker, &args.relay, name, wake).await?;
    let until = async move {
        // The sender lives until the server has ended.
        let _ = ended.wait_for(|ended| *ended).await;
    };
    Ok(Some(tokio::spawn(relay.run(until))))
}

/// Jobs are accepted without the broker, so it is only reported.
fn rabbitmq(broker: Broker) -> Probe {
    Probe::optional("rabbitmq", move || {
        let broker = broker.clone();
        async move { broker.ping().await.map_err(|error| error.to_string()) }
    })
}
