//! The worker: takes jobs off the broker, renders them, and settles them in the ledger.
//!
//! The way of a job: `slot` receives its message, `way` decodes it, claims the job and settles it, `attempt` fetches,
//! renders and uploads. Whatever goes wrong is an `error`, and `outcome` alone decides what follows. A worker may be
//! killed at any instruction: its message comes again, the claim takes the job over, and the fencing number refuses whatever
//! the old attempt still does.

mod analyses;
mod assets;
mod attempt;
mod cache;
mod code;
mod drill;
mod error;
mod fetch;
mod gauges;
mod keeper;
mod numbers;
mod outcome;
mod renderer;
mod report;
mod slot;
mod stages;
mod standing;
mod stop;
mod trace;
mod upload;
mod way;
mod workspace;

use crate::breaker::Breaker;
use crate::broker::{Broker, BrokerError, Listening, Publisher};
use crate::config;
use crate::courier::Courier;
use crate::ledger::Ledger;
use crate::objects::Objects;
use crate::telemetry::{Labels, chain};
use analyses::Analyses;
use cache::Cache;
use drill::Drills;
use gildhall_proto::Event;
use renderer::Renderer;
use slot::{Phase, serve};
use std::future::{Future, ready};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use workspace::WorkerFolder;

pub use code::Code;
pub use standing::{Need, Standing};

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{
    error::AttemptError,
    report::{Hearing, Report},
};

/// How long the confirm of a progress event is waited for.
const TELLING: Duration = Duration::from_millis(200);

/// Why a worker cannot start.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Its folder cannot be used.
    #[error("the worker's folder cannot be used")]
    Folder(#[from] std::io::Error),
    /// A part of it broke down; the others have finished what they had.
    #[error("a slot of the worker panicked")]
    SlotLost,
    /// The broker does not let it consume.
    #[error("the broker cannot be used")]
    Broker(#[from] BrokerError),
}

/// What every slot of a worker shares.
struct Deps {
    ledger: Arc<Ledger>,
    objects: Objects,
    publisher: Publisher,
    courier: Courier,
    renderer: Renderer,
    cache: Cache,
    folder: WorkerFolder,
    ledger_breaker: Breaker,
    objects_breaker: Breaker,
    /// Of this machine: a worker whose disk is full would fail job after job, faster than the others render them.
    folder_breaker: Breaker,
    lease: Duration,
    max_attempts: u32,
    pretend: Option<Duration>,
    drills: Drills,
    /// What its numbers tell apart.
    labels: Labels,
    /// Where this worker is on its way to its end.
    phase: watch::Receiver<Phase>,
}

impl Deps {
    fn is_paused(&self) -> bool {
        self.ledger_breaker.is_open()
            || self.objects_breaker.is_open()
            || self.folder_breaker.is_open()
    }

    async fn paused(&self) {
        tokio::select! {
            () = self.ledger_breaker.opened() => {}
            () = self.objects_breaker.opened() => {}
            () = self.folder_breaker.opened() => {}
        }
    }

    async fn resumed(&self) {
        while self.is_paused() {
            self.ledger_breaker.closed().await;
            self.objects_breaker.closed().await;
            self.folder_breaker.closed().await;
        }
    }

    /// Tells an event that is not kept: whoever misses it hears the next one. A broker that does not answer is not waited
    /// for, since whoever calls has a lease to keep.
    async fn tell(&self, event: &Event) {
        match tokio::time::timeout(TELLING, self.publisher.event(event)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(error = chain(&error), "progress was not told"),
            Err(_) => tracing::debug!("progress is still on its way"),
        }
    }

    /// Probes what is down; never ends.
    async fn probe(&self) {
        tokio::join!(
            self.ledger_breaker.probe(|| self.ledger.ping()),
            self.objects_breaker.probe(|| self.objects.ping()),
            self.folder_breaker.probe(|| ready(self.folder.probe())),
        );
    }
}

/// A worker that is ready to run.
pub struct Worker {
    name: String,
    deps: Arc<Deps>,
    broker: Broker,
    concurrency: usize,
    grace: Duration,
    phase: watch::Sender<Phase>,
    /// What the slots hear, once they have begun.
    listening: Arc<OnceLock<Vec<Listening>>>,
}

/// What a worker works with.
pub struct Connections {
    /// The ledger.
    pub ledger: Arc<Ledger>,
    /// The broker.
    pub broker: Broker,
    /// Where it publishes.
    pub publisher: Publisher,
    /// Who carries its events.
    pub courier: Courier,
    /// What its numbers tell apart.
    pub labels: Labels,
    /// The store.
    pub objects: Objects,
}

impl Worker {
    /// Prepares a worker of this name.
    ///
    /// # Errors
    /// When its folder cannot be made or its own executable not be found.
    pub fn new(
        name: String,
        config: &config::Worker,
        sandbox: &config::Sandbox,
        connections: Connections,
    ) -> Result<Worker, WorkerError> {
        let phase = watch::Sender::new(Phase::Running);
        let folder = WorkerFolder::take(&config.work_dir, &name)?;
        let cache = Cache::new(folder.cache(), config.cache_bytes)?;
        let analyses = Analyses::below(&folder.cache(), config.cache_bytes);
        let deps = Deps {
            ledger: connections.ledger,
            objects: connections.objects,
            publisher: connections.publisher,
            courier: connections.courier,
            renderer: Renderer::new(config, sandbox, analyses)?,
            cache,
            folder,
            ledger_breaker: Breaker::new("ledger"),
            objects_breaker: Breaker::new("objects"),
            folder_breaker: Breaker::new("working folder"),
            lease: Duration::from_millis(config.lease_ms.into()),
            max_attempts: config.max_attempts,
            drills: Drills::new(config.drill),
            labels: connections.labels,
            pretend: config.pretend_ms.map(|ms| Duration::from_millis(ms.into())),
            phase: phase.subscribe(),
        };
        Ok(Worker {
            name,
            deps: Arc::new(deps),
            broker: connections.broker,
            concurrency: usize::from(config.concurrency),
            grace: Duration::from_millis(config.grace_ms.into()),
            phase,
            listening: Arc::default(),
        })
    }

    /// A view of how it stands, which outlives it.
    pub fn standing(&self) -> Standing {
        Standing {
            phase: self.phase.subscribe(),
            slots: Arc::clone(&self.listening),
            ledger_open: self.deps.ledger_breaker.subscribe(),
            objects_open: self.deps.objects_breaker.subscribe(),
            folder_open: self.deps.folder_breaker.subscribe(),
        }
    }

    /// Sets those of its numbers that are looked up when somebody asks for them, for as long as it lives.
    pub fn sampler(&self) -> impl Fn() + Send + Sync + use<> {
        gauges::sampler(&self.deps)
    }

    /// Works until `shutdown`, then finishes what it has begun within the grace time, or gives it back.
    ///
    /// # Errors
    /// When the broker does not let it consume to begin with, or a slot panicked.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), WorkerError> {
        numbers::begin();
        gauges::slots(self.concurrency);
        let phase = &self.phase;
        let mut slots = JoinSet::new();
        let mut listening = Vec::new();
        for number in 1..=self.concurrency {
            let consumer = self.broker.consume_jobs().await?;
            listening.push(consumer.listening());
            let name = format!("{}/{number}", self.name);
            let deps = Arc::clone(&self.deps);
            slots.spawn(serve(deps, name, consumer, phase.subscribe()));
        }
        // It is set once, here: a worker runs once.
        let _ = self.listening.set(listening);
        let deps = Arc::clone(&self.deps);
        let probes = tokio::spawn(async move { deps.probe().await });
        let is_told = tokio::select! {
            () = shutdown => true,
            // Only a panic ends a slot that was not told to end, and it was logged: a new process has all slots again.
            _ = slots.join_next() => false,
        };
        tracing::info!("draining: no new job is taken");
        phase.send_replace(Phase::Draining);
        if tokio::time::timeout(self.grace, all(&mut slots))
            .await
            .is_err()
        {
            tracing::warn!("the grace time is over: the job is given back");
            phase.send_replace(Phase::GivingBack);
            all(&mut slots).await;
        }
        probes.abort();
        self.deps.courier.flush().await;
        match is_told {
            true => Ok(()),
            false => Err(WorkerError::SlotLost),
        }
    }
}

async fn all(slots: &mut JoinSet<()>) {
    while slots.join_next().await.is_some() {}
}
