//! The HTTP API. [`router`] is its table of contents: one file for each thing that can be asked for.
//!
//! The way of a request: `server` takes the connection and bounds its headers; `address` finds out where it comes from, and
//! whether that address has a turn; `guards` look at its form, and give it a task and a deadline; `caller` finds out whose
//! key it bears, whether it is the tenant's turn, and whether the key may do this; the handler reads its input into types,
//! makes one call to the ledger or the object store, and answers. Whatever goes wrong on the way is a `problem`, told in
//! one form.
//!
//! Jobs come in through `process` and `submitter`, which brings many of them into the ledger with one commit.

mod accept;
mod address;
mod assets;
mod audit;
mod barred;
mod body;
mod caller;
mod cancel;
mod docs;
mod guards;
mod headers;
mod health;
mod id;
mod job_events;
mod job_view;
mod jobs;
mod links;
mod numbers;
mod observe;
mod openapi;
mod places;
mod problem;
mod process;
mod query;
mod rate;
mod renditions;
mod replay;
mod schemas;
mod server;
mod stall;
mod submitter;

pub use caller::{Scope, UnknownScope};
pub use health::{Probe, SandboxState, routes as health_routes};
pub use openapi::document;
pub use server::run;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{
    accept::{check as accepts, names as accepts_by_name},
    address::{Origin, Trust},
    assets::{list::Wanted as WantedAssets, upload::Wanted as WantedUpload},
    body::{Encoding, encoding},
    caller::{PresentedKey, StoredHash, bearer},
    job_events::last_event_id,
    jobs::Wanted as WantedJobs,
    links::next_page,
    problem::Problem,
    process::idempotency_key,
};

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{get, post};
use gildhall_proto::TenantId;
use tokio::sync::{Notify, watch};

use self::address::Addresses;
use self::audit::Auditor;
use self::caller::KeyCache;
use self::health::Readiness;
use self::places::Places;
use self::rate::Buckets;
use self::submitter::Submitter;
use crate::config;
use crate::inspect::Inspector;
use crate::ledger::ApiLedger;
use crate::objects::Objects;
use crate::scan::Scanner;
use crate::telemetry::{Labels, Metrics};

/// Most tenants whose last minute is remembered.
const REMEMBERED_TENANTS: usize = 20_000;

/// What the API stands on.
pub struct Services {
    /// The ledger.
    pub ledger: ApiLedger,
    /// The object store.
    pub objects: Objects,
    /// What `/metrics` shows.
    pub metrics: Metrics,
    /// What it tells apart.
    pub labels: Labels,
    /// Told of jobs that wait to be dispatched, for the relay of this process.
    pub wake: Arc<Notify>,
    /// A folder of this process's own for files that are being uploaded.
    pub upload_dir: PathBuf,
    /// Finds out what they are.
    pub inspector: Inspector,
    /// Finds out whether they do harm.
    pub scanner: Arc<Scanner>,
    /// What of the sandbox is in force, for `/readyz`.
    pub sandbox: SandboxState,
    /// What an address may do.
    pub callers: config::Callers,
    /// Further dependencies that `/readyz` names, beside ledger and object store.
    pub probes: Vec<Probe>,
}

/// What every handler has at hand.
pub struct Api {
    ledger: ApiLedger,
    audit: Auditor,
    objects: Objects,
    metrics: Metrics,
    labels: Labels,
    wake: Arc<Notify>,
    upload_dir: PathBuf,
    inspector: Inspector,
    scanner: Arc<Scanner>,
    keys: KeyCache,
    /// How often each tenant asked lately.
    limits: Buckets<TenantId>,
    addresses: Addresses,
    submit: Submitter,
    /// Uploads under way.
    uploads: Places<TenantId>,
    /// Open event streams.
    places: Places<TenantId>,
    readiness: Readiness,
    /// Becomes true when the event streams are to end.
    end: watch::Sender<bool>,
}

/// The API's state, shared by all requests.
pub type ApiState = Arc<Api>;

impl Api {
    /// An API on these services. To be called inside the runtime, which it writes the audit log on.
    pub fn new(services: Services) -> ApiState {
        numbers::begin();
        let (ledger, objects) = (services.ledger, services.objects);
        let mut probes = vec![probe_ledger(&ledger), probe_objects(&objects)];
        probes.extend(services.probes);
        Arc::new(Api {
            submit: Submitter::new(ledger.clone(), Arc::clone(&services.wake)),
            audit: Auditor::new(ledger.clone()),
            ledger,
            objects,
            metrics: services.metrics,
            labels: services.labels,
            wake: services.wake,
            upload_dir: services.upload_dir,
            inspector: services.inspector,
            scanner: services.scanner,
            keys: KeyCache::default(),
            limits: Buckets::for_at_most(REMEMBERED_TENANTS),
            addresses: Addresses::new(services.callers, server::MAX_CONNECTIONS),
            uploads: Places::of(assets::upload::PER_TENANT, assets::upload::IN_ALL),
            places: Places::of(job_events::PER_TENANT, job_events::IN_ALL),
            readiness: Readiness::new(probes).in_sandbox(services.sandbox),
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
    let json = Router::new()
        .route(links::PROCESS, post(process::submit))
        .route(links::JOBS, get(jobs::list))
        .route("/api/v1/video/jobs/{id}", get(jobs::show))
        .route("/api/v1/video/jobs/{id}/cancel", post(cancel::cancel))
        .route("/api/v1/video/jobs/{id}/replay", post(replay::replay))
        .route(links::ASSETS, get(assets::list::list))
        .route_layer(from_fn(guards::json_accepted));
    let quick = json
        .route("/api/v1/video/jobs/{id}/events", get(job_events::follow))
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
        .route_layer(from_fn(guards::json_accepted))
        .layer(from_fn(guards::detached));
    quick
        .merge(uploads)
        .layer(from_fn(guards::well_formed))
        .layer(from_fn_with_state(Arc::clone(&state), address::admit))
        .layer(from_fn(problem::tell))
        .layer(map_response(headers::safe))
        .layer(from_fn(observe::observe))
        .with_state(state)
}
