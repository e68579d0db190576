//! Logs, traces and metrics: how a process tells what it does.
//!
//! Logs go to the error stream. Traces go to an OTLP collector when OpenTelemetry's own variables ask for it, and
//! cost nothing otherwise: there is not even a layer for them, so their spans are never made. Metrics wait to be fetched.
//!
//! A job's trace: the request that submits it; below it each publish of its message (relay); below that each time a worker
//! has the message in hand, with the steps of the attempt; and the publishes of its events, below whatever gave rise to them.
//! Messages, the ledger and events carry its `traceparent` from one process to the next. Logs have spans of their own, which
//! say whose lines they are.

mod buckets;
mod chain;
mod host;
mod json;
mod labels;
mod logs;
mod messages;
mod metrics;
pub mod names;
mod otlp;
mod panics;
mod past;
mod proc;
mod process;
mod redact;
mod space;
mod trace;
mod traceparent;

pub use buckets::Scale;
pub use chain::chain;
pub use host::host;
pub use labels::{BoundedLabel, Labels, OTHER};
pub use messages::{Outbound, processing, publishing};
pub use metrics::Metrics;
pub use past::{Past, tell_past};
pub use proc::ProcessUse;
pub use redact::Redactor;
pub use space::{bytes_below, free_bytes};
pub use trace::{
    SPANS, carried, continue_from, failed, failed_for, is_traced, mark, mark_number, onward, step,
    trace_id, traceparent_of_current,
};
pub use traceparent::{BadTraceparent, Traceparent};

use crate::config;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::time::Duration;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// How long the last spans may take to reach the collector.
const LAST_WORDS: Duration = Duration::from_secs(5);

type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Keep it until the end: when it is dropped, the spans that wait are sent, for up to 5 s.
#[derive(Debug)]
#[must_use = "spans are lost unless this is kept until the end"]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// This process has logs already.
    #[error("logs are set up already")]
    Logs(#[from] TryInitError),
    /// This process has metrics already.
    #[error("metrics are set up already")]
    Metrics,
}

/// Sets up logs and, where they are asked for, traces of this process, and logs its panics. `role` names the process in
/// traces as `gildhall-{role}`, unless the environment does; what `redactor` knows stands in no line of the log.
///
/// Traces that cannot be exported are no reason not to work: a warning says so.
///
/// # Errors
/// When it was called before.
pub fn init(
    config: &config::Telemetry,
    role: &str,
    redactor: Redactor,
) -> Result<Telemetry, TelemetryError> {
    let (traces, fault) = match otlp::start(role) {
        Ok(traces) => (traces, None),
        Err(fault) => (None, Some(fault)),
    };
    let mut layers = vec![logs::layer(config, redactor)];
    layers.extend(traces.as_ref().map(otlp::layer));
    tracing_subscriber::registry().with(layers).try_init()?;
    panics::log();
    if let Some(error) = fault {
        tracing::warn!(error = chain(&error), "traces are not exported");
    }
    Ok(Telemetry { traces })
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(Err(error)) = self
            .traces
            .take()
            .map(|traces| traces.shutdown_with_timeout(LAST_WORDS))
        {
            tracing::warn!(error = chain(&error), "the last spans were not exported");
        }
    }
}
