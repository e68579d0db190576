//! What workers and relays tell those who look after them, on a socket of their own: `/healthz`, `/readyz` and `/metrics`,
//! as the API does.

use crate::api::{self, Probe, SandboxState};
use crate::broker::Broker;
use crate::config;
use crate::ledger::Ledger;
use crate::objects::Objects;
use crate::telemetry::{Metrics, TelemetryError};
use crate::worker::{Need, Standing};
use anyhow::Context;
use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Where health is told, if anywhere, and what is counted for it.
pub(super) struct Health(Option<(SocketAddr, Metrics)>);

impl Health {
    /// Begins to count for a process of this role and name, where somebody can ask for the numbers; nothing should have
    /// counted before.
    pub fn begin(config: &config::Health, role: &str, name: &str) -> anyhow::Result<Health> {
        let told = |address| Ok::<_, TelemetryError>((address, Metrics::install(role, name)?));
        Ok(Health(config.health_listen.map(told).transpose()?))
    }

    /// What is counted, where somebody can ask for it.
    pub fn metrics(&self) -> Option<&Metrics> {
        self.0.as_ref().map(|(_, metrics)| metrics)
    }

    /// Serves until what it returns is dropped.
    pub async fn serve(
        self,
        probes: Vec<Probe>,
        sandbox: Option<SandboxState>,
    ) -> anyhow::Result<JoinSet<()>> {
        let mut serving = JoinSet::new();
        let Some((address, metrics)) = self.0 else {
            return Ok(serving);
        };
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        tracing::info!(address = %listener.local_addr()?, "health is told");
        serving.spawn(metrics.clone().keep_up());
        let routes = api::health_routes(probes, sandbox, metrics);
        serving.spawn(async move {
            // It never gives up.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(serving)
    }
}

/// The services behind a worker.
#[derive(Clone)]
pub(super) struct Behind {
    pub ledger: Arc<Ledger>,
    pub broker: Broker,
    pub objects: Objects,
}

impl Behind {
    /// Whether what the worker itself found nothing wrong with is there. Its breakers count what it tries, and an idle worker
    /// tries nothing; the subscription tells of the broker, and one that wants no messages has none.
    async fn answers(&self, need: Need, standing: &Standing) -> Result<(), String> {
        match need {
            Need::Ledger => told(self.ledger.ping().await),
            Need::Objects => told(self.objects.ping().await),
            Need::Broker if !standing.is_subscribed() => told(self.broker.ping().await),
            Need::Running | Need::Broker | Need::Folder => Ok(()),
        }
    }
}

/// What a worker needs in order to take jobs, whether there are any or not.
pub(super) fn of_worker(standing: &Standing, behind: &Behind) -> Vec<Probe> {
    let probe = |need: Need| {
        let (standing, behind) = (standing.clone(), behind.clone());
        Probe::required(name(need), move || {
            let (standing, behind) = (standing.clone(), behind.clone());
            async move {
                standing.has(need)?;
                behind.answers(need, &standing).await
            }
        })
    };
    Need::ALL.into_iter().map(probe).collect()
}

/// The names that the API gives to the same things.
fn name(need: Need) -> &'static str {
    match need {
        Need::Running => "worker",
        Need::Broker => "rabbitmq",
        Need::Ledger => "postgresql",
        Need::Objects => "s3",
        Need::Folder => "working folder",
    }
}

/// What a relay stands between.
pub(super) fn of_relay(ledger: &Arc<Ledger>, broker: &Broker) -> Vec<Probe> {
    let (ledger, broker) = (Arc::clone(ledger), broker.clone());
    vec![
        Probe::required("postgresql", move || {
            let ledger = Arc::clone(&ledger);
            async move { told(ledger.ping().await) }
        }),
        Probe::required("rabbitmq", move || {
            let broker = broker.clone();
            async move { told(broker.ping().await) }
        }),
    ]
}

/// Why there was no answer, for those who look after the process.
fn told<E: Display>(answer: Result<(), E>) -> Result<(), String> {
    answer.map_err(|error| error.to_string())
}
