//! `/healthz`, `/readyz` and `/metrics`: what operators and their machines look at.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::future::join_all;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use utoipa::ToSchema;

use super::{ApiState, headers, numbers};
use crate::telemetry::Metrics;

/// How long a dependency has to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long an answer counts: probing the API does not load what is behind it.
const KEPT: Duration = Duration::from_secs(1);

type Answer = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// A dependency, and how to ask whether it is there.
#[derive(Clone)]
pub struct Probe {
    name: &'static str,
    required: bool,
    ask: Arc<dyn Fn() -> Answer + Send + Sync>,
}

impl Probe {
    /// A dependency without which the process is not ready. Its `ask` says why it is away, without secrets.
    pub fn required<F, A>(name: &'static str, ask: F) -> Probe
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<(), String>> + Send + 'static,
    {
        Probe {
            name,
            required: true,
            ask: Arc::new(move || -> Answer { Box::pin(ask()) }),
        }
    }

    /// A dependency that is only reported: jobs are accepted without the broker, for instance.
    pub fn optional<F, A>(name: &'static str, ask: F) -> Probe
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<(), String>> + Send + 'static,
    {
        Probe {
            required: false,
            ..Probe::required(name, ask)
        }
    }

    async fn state(&self) -> DependencyState {
        let answer = timeout(PATIENCE, (self.ask)()).await;
        let late = || Err("no answer within 1 s".to_owned());
        let why = answer.unwrap_or_else(|_| late()).err();
        DependencyState {
            name: self.name.to_owned(),
            ok: why.is_none(),
            required: self.required,
            why,
        }
    }
}

/// Whether requests can be served.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadyState {
    /// Whether every required dependency is there.
    pub ready: bool,
    /// Every dependency.
    pub dependencies: Vec<DependencyState>,
    /// What holds the processes that handle tenants' files; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<SandboxState>,
}

/// What of the sandbox is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SandboxState {
    /// `required` where all of it has to be, `best-effort` where that may be less.
    #[schema(example = "required")]
    pub mode: String,
    /// The version of Landlock that keeps files closed; absent where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landlock_abi: Option<u8>,
    /// Whether seccomp keeps system calls closed.
    pub seccomp: bool,
    /// Whether graphics cards, their drivers and `ioctl` are open to renders, for a hardware encoder. The sandbox is not whole
    /// then, whatever else is in force.
    pub devices: bool,
}

impl IntoResponse for ReadyState {
    fn into_response(self) -> Response {
        let status = match self.ready {
            true => StatusCode::OK,
            false => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, Json(self)).into_response()
    }
}

/// A dependency and whether it is there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DependencyState {
    /// Its name.
    #[schema(example = "postgresql")]
    pub name: String,
    /// Whether it is there.
    pub ok: bool,
    /// Whether it has to be there for the process to be ready.
    pub required: bool,
    /// Why it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Asks all dependencies, at most once a second.
pub struct Readiness {
    probes: Vec<Probe>,
    sandbox: Option<SandboxState>,
    last: Mutex<Option<(Instant, ReadyState)>>,
}

impl Readiness {
    /// Readiness by these dependencies.
    pub fn new(probes: Vec<Probe>) -> Readiness {
        Readiness {
            probes,
            sandbox: None,
            last: Mutex::new(None),
        }
    }

    /// The same of a process whose children are in this sandbox.
    pub fn in_sandbox(self, sandbox: impl Into<Option<SandboxState>>) -> Readiness {
        Readiness {
            sandbox: sandbox.into(),
            ..self
        }
    }

    /// How things are. Whoever comes while they are being asked waits for that answer.
    pub async fn state(&self) -> ReadyState {
        let mut last = self.last.lock().await;
        if let Some((_, state)) = last.as_ref().filter(|(at, _)| at.elapsed() < KEPT) {
            return state.clone();
        }
        let dependencies = join_all(self.probes.iter().map(Probe::state)).await;
        let state = ReadyState {
            ready: dependencies.iter().all(|one| one.ok || !one.required),
            dependencies,
            sandbox: self.sandbox.clone(),
        };
        numbers::readiness(&state);
        *last = Some((Instant::now(), state.clone()));
        state
    }
}

/// Alive
///
/// Answers as long as the process does.
#[utoipa::path(get, path = "/healthz", operation_id = "health", tag = "operation",
    responses((status = 200, description = "The process is alive.", body = String)), security(()))]
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Ready
///
/// Names each dependency and whether it is there.
#[utoipa::path(get, path = "/readyz", operation_id = "readiness", tag = "operation",
    responses(
        (status = 200, description = "Requests can be served.", body = ReadyState),
        (status = 503, description = "A required dependency is away.", body = ReadyState),
    ), security(()))]
pub async fn ready(State(api): State<ApiState>) -> Response {
    api.readiness.state().await.into_response()
}

/// Metrics
///
/// What this process has counted, for Prometheus.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "operation",
    responses((status = 200, description = "The metrics as text.", body = String)), security(()))]
pub async fn metrics(State(api): State<ApiState>) -> Response {
    shown(&api.readiness, &api.metrics).await
}

async fn shown(readiness: &Readiness, metrics: &Metrics) -> Response {
    // Readiness is among the numbers, and nobody else may have asked for it.
    readiness.state().await;
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics.show().await).into_response()
}

/// The three addresses alone, for processes that serve nothing else, with the headers that every answer of the API has.
pub fn routes(probes: Vec<Probe>, sandbox: Option<SandboxState>, metrics: Metrics) -> Router {
    let readiness = Arc::new(Readiness::new(probes).in_sandbox(sandbox));
    let asked = Arc::clone(&readiness);
    let ready = move || {
        let readiness = Arc::clone(&readiness);
        async move { readiness.state().await.into_response() }
    };
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route(
            "/metrics",
            get(move || async move { shown(&asked, &metrics).await }),
        )
        .layer(map_response(headers::safe))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn probe(required: bool, answer: Result<(), &'static str>) -> Probe {
        let ask = move || std::future::ready(answer.map_err(str::to_owned));
        match required {
            true => Probe::required("thing", ask),
            false => Probe::optional("thing", ask),
        }
    }

    #[tokio::test]
    async fn only_what_is_required_decides() {
        for (required, answer, ready) in [
            (true, Ok(()), true),
            (true, Err("gone"), false),
            (false, Err("gone"), true),
        ] {
            let state = Readiness::new(vec![probe(required, answer)]).state().await;
            assert_eq!(state.ready, ready);
            assert_eq!(state.dependencies[0].why.as_deref(), answer.err());
        }
    }

    #[tokio::test]
    async fn the_sandbox_is_told_where_there_is_one() {
        let without = Readiness::new(Vec::new()).state().await;
        let text = serde_json::to_value(&without).expect("plain data");
        assert_eq!(text.get("sandbox"), None);
        let sandbox = SandboxState {
            mode: "required".to_owned(),
            landlock_abi: Some(7),
            seccomp: true,
            devices: false,
        };
        let with = Readiness::new(Vec::new()).in_sandbox(sandbox).state().await;
        let text = serde_json::to_value(&with).expect("plain data");
        let expected = serde_json::json!({
            "mode": "required", "landlock_abi": 7, "seccomp": true, "devices": false,
        });
        assert_eq!(text["sandbox"], expected);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_told_as_such() {
        let silent = Probe::required("silent", std::future::pending);
        let state = Readiness::new(vec![silent]).state().await;
        assert_eq!(
            state.dependencies[0].why.as_deref(),
            Some("no answer within 1 s")
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_counts_for_a_second() {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let probe = Probe::required("thing", move || {
            counter.fetch_add(1, Ordering::Relaxed);
            std::future::ready(Ok(()))
        });
        let readiness = Readiness::new(vec![probe]);
        readiness.state().await;
        readiness.state().await;
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        tokio::time::advance(KEPT).await;
        readiness.state().await;
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
