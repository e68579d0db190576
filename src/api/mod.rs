//! The HTTP API. [`router`] is its table of contents: one file for each thing that can be asked for.
//!
//! The way of a request: `server` takes the connection and bounds its headers; `guards` gives it a task, a deadline and
//! safe headers; `caller` finds out whose key it bears, whether it is the tenant's turn, and whether the key may do this;
//! the handler reads its input into types, makes one call to the ledger or the object store, and answers. Whatever goes
//! wrong on the way is a `problem`, told in one form.
//!
//! Jobs come in through `process` and `submitter`, which brings many of them into the ledger with one commit.

mod assets;
mod body;
mod caller;
mod cancel;
mod docs;
mod guards;
mod health;
mod id;
mod job_events;
mod job_view;
mod jobs;
mod links;
mod observe;
mod openapi;
mod problem;
mod process;
mod query;
mod renditions;
mod replay;
mod schemas;
mod server;
mod submitter;

pub use caller::{Scope, UnknownScope};
pub use health::{Probe, routes as health_routes};
pub use openapi::document;
pub use server::run;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, map_response};
use axum::routing::{get, post};
use tokio::sync::{Notify, Semaphore, watch};

use self::caller::{KeyCache, RateLimits};
use self::health::Readiness;
use self::job_events::Places;
use self::submitter::Submitter;
use crate::ledger::ApiLedger;
use crate::objects::Objects;
use crate::telemetry::Metrics;

/// Most uploads at a time at one replica; each may fill 100 MB of the disk.
const MAX_UPLOADS: usize = 16;

/// What the API stands on.
pub struct Services {
    /// The ledger.
    pub ledger: ApiLedger,
    /// The object store.
    pub objects: Objects,
    /// What `/metrics` shows.
    pub metrics: Metrics,
    /// Told of jobs that wait to be dispatched, for the relay of this process.
    pub wake: Arc<Notify>,
    /// A folder of this process's own for files that are being uploaded.
    pub upload_dir: PathBuf,
    /// Further dependencies that `/readyz` names, beside ledger and object store.
    pub probes: Vec<Probe>,
}

/// What every handler has at hand.
pub struct Api {
    ledger: ApiLedger,
    objects: Objects,
    metrics: Metrics,
    wake: Arc<Notify>,
    upload_dir: PathBuf,
    keys: KeyCache,
    limits: RateLimits,
    submit: Submitter,
    uploads: Semaphore,
    places: Places,
    readiness: Readiness,
    /// Becomes true when the event streams are to end.
    end: watch::Sender<bool>,
}

/// The API's state, shared by all requests.
pub type ApiState = Arc<Api>;

impl Api {
    /// An API on these services.
    pub fn new(services: Services) -> ApiState {
        let (ledger, objects) = (services.ledger, services.objects);
        let mut probes = vec![probe_ledger(&ledger), probe_objects(&objects)];
        probes.extend(services.probes);
        Arc::new(Api {
            submit: Submitter::new(ledger.clone(), Arc::clone(&services.wake)),
            ledger,
            objects,
            metrics: services.metrics,
            wake: services.wake,
            upload_dir: services.upload_dir,
            keys: KeyCache::default(),
            limits: RateLimits::default(),
            uploads: Semaphore::new(MAX_UPLOADS),
            places: Places::default(),
            readiness: Readiness::new(probes),
            end: watch::Sender::new(false),
        })
    }

    /// Ends all event streams; their clients come back to another replica.
    fn end_streams(&self) {
        self.end.send_replace(true);
    }

    /// Becomes true when the event streams are to end.
    fn streams_end(&self) -> watch::Receiver<bool> {
        self.end.subscribe()
    }
}

fn probe_ledger(ledger: &ApiLedger) -> Probe {
    let ledger = ledger.clone();
    Probe::required("postgresql", move || {
        let ledger = ledger.clone();
        async move { ledger.ping().await.map_err(|error| error.to_string()) }
    })
}

fn probe_objects(objects: &Objects) -> Probe {
    let objects = objects.clone();
    Probe::required("s3", move || {
        let objects = objects.clone();
        async move { objects.ping().await.map_err(|error| error.to_string()) }
    })
}

/// Every address of the API.
pub fn router(state: ApiState) -> Router {
    let quick = Router::new()
        .route(links::PROCESS, post(process::submit))
        .route(links::JOBS, get(jobs::list))
        .route("/api/v1/video/jobs/{id}", get(jobs::show))
        .route("/api/v1/video/jobs/{id}/events", get(job_events::follow))
        .route("/api/v1/video/jobs/{id}/cancel", post(cancel::cancel))
        .route("/api/v1/video/jobs/{id}/replay", post(replay::replay))
        .route(links::ASSETS, get(assets::list::list))
        .route(
            "/api/v1/video/assets/{id}",
            get(assets::get::get).delete(assets::delete::delete),
        )
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(openapi::serve))
        .route("/problems/{slug}", get(problem::page))
        .merge(docs::routes())
        .layer(from_fn(guards::detached_with_deadline));
    let uploads = Router::new()
        .route(links::ASSETS, post(assets::upload::upload))
        .layer(from_fn(guards::detached));
    quick
        .merge(uploads)
        .layer(from_fn(problem::tell))
        .layer(map_response(guards::safe_headers))
        .layer(from_fn(observe::observe))
        .with_state(state)
}
