//! Traces on their way to a collector (OTLP over HTTP).
//!
//! The standard variables decide, and are read here or by the OpenTelemetry SDK: endpoint, headers, time-out, service
//! name and attributes, sampler, batch sizes.

use super::past::SCOPE;
use super::{BoxedLayer, SPANS};
use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::blocking::Client;
use std::env;
use std::thread;
use std::time::Duration;
use tracing::Metadata;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::Layer;

const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_PROTOCOL: &str = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const TRACES_TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT";
const TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TIMEOUT";

/// What the specification says for the export of a batch.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Traces were asked for and cannot be exported.
#[derive(Debug, thiserror::Error)]
pub(super) enum OtlpError {
    /// We speak HTTP with Protocol Buffers only.
    #[error("the protocol {0:?} is not built in; set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")]
    Protocol(String),
    /// The HTTP client cannot be made: most likely the machine has no root certificates.
    #[error("there is no HTTP client for traces")]
    Client(#[from] reqwest::Error),
    /// A variable has a bad value.
    #[error("the settings of the exporter cannot be used")]
    Settings(#[from] ExporterBuildError),
}

/// Starts the exporter if the environment asks for it.
pub(super) fn start(role: &str) -> Result<Option<SdkTracerProvider>, OtlpError> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    if !is_wanted(variable) {
        return Ok(None);
    }
    if let Some(protocol) = variable(TRACES_PROTOCOL).or_else(|| variable(PROTOCOL))
        && protocol != "http/protobuf"
    {
        return Err(OtlpError::Protocol(protocol));
    }
    let endpoint = variable(TRACES_ENDPOINT).or_else(|| variable(ENDPOINT));
    let is_plain = endpoint.is_none_or(|endpoint| endpoint.starts_with("http://"));
    let client = client(is_plain, timeout(variable))?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource(role, variable));
    let provider = provider.build();
    // For spans that are told of when they are over, which `tracing` has no way to say.
    global::set_tracer_provider(provider.clone());
    Ok(Some(provider))
}

/// Turns the spans that are made for traces into OpenTelemetry's, and what we log into their events. What libraries say
/// stays out: among it is what the exporter says itself, which would go on for ever.
pub(super) fn layer(provider: &SdkTracerProvider) -> BoxedLayer {
    let ours = filter_fn(is_ours).with_max_level_hint(LevelFilter::INFO);
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(SCOPE))
        .with_target(false)
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(ours)
        .boxed()
}

fn is_ours(about: &Metadata<'_>) -> bool {
    // A prefix: of all crates of the workspace.
    let is_ours = about.target().starts_with("gildhall");
    let is_wanted = is_ours && (about.is_event() || about.target() == SPANS);
    is_wanted && *about.level() <= tracing::Level::INFO
}

/// Whether an endpoint is set, or the exporter is asked for by name, and nothing switches it off.
fn is_wanted(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_disabled =
        variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let has_endpoint = || {
        variable(TRACES_ENDPOINT)
            .or_else(|| variable(ENDPOINT))
            .is_some()
    };
    let is_chosen = match variable("OTEL_TRACES_EXPORTER") {
        Some(exporters) => exporters
            .split(',')
            .any(|exporter| exporter.trim() == "otlp"),
        None => has_endpoint(),
    };
    is_chosen && !is_disabled
}

fn timeout(variable: impl Fn(&str) -> Option<String>) -> Duration {
    let ms = variable(TRACES_TIMEOUT).or_else(|| variable(TIMEOUT));
    ms.and_then(|ms| ms.parse().ok())
        .map_or(DEFAULT_TIMEOUT, Duration::from_millis)
}

/// The environment's name for the service goes before ours.
fn resource(role: &str, variable: impl Fn(&str) -> Option<String>) -> Resource {
    let is_named = variable("OTEL_SERVICE_NAME").is_some()
        || variable("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|list| list.contains("service.name="));
    let builder = Resource::builder()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    match is_named {
        true => builder.build(),
        false => builder
            .with_service_name(format!("gildhall-{role}"))
            .build(),
    }
}

/// A client for the exporter's own thread. Without TLS the machine's root certificates are not loaded: a container may
/// have none.
fn client(is_plain: bool, timeout: Duration) -> Result<Client, reqwest::Error> {
    // Whoever was here before has set one that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let build = move || {
        let builder = Client::builder().timeout(timeout);
        match is_plain {
            true => builder.tls_certs_only(std::iter::empty()).build(),
            false => builder.build(),
        }
    };
    // It blocks, which a thread of an async runtime must not.
    thread::spawn(build)
        .join()
        .expect("building a client does not panic once TLS has a provider")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(variables: &[(&str, &str)]) -> bool {
        is_wanted(|name| lookup(variables, name))
    }

    fn lookup(variables: &[(&str, &str)], name: &str) -> Option<String> {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn it_is_off_unless_asked_for() {
        assert!(!wanted(&[]));
        assert!(!wanted(&[("OTEL_SERVICE_NAME", "video")]));
        assert!(wanted(&[(ENDPOINT, "http://collector:4318")]));
        assert!(wanted(&[(
            TRACES_ENDPOINT,
            "http://collector:4318/v1/traces"
        )]));
        assert!(wanted(&[("OTEL_TRACES_EXPORTER", "console, otlp")]));
    }

    #[test]
    fn it_can_be_switched_off() {
        let endpoint = (ENDPOINT, "http://collector:4318");
        assert!(!wanted(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")]));
        assert!(!wanted(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")]));
        assert!(wanted(&[endpoint, ("OTEL_SDK_DISABLED", "false")]));
    }

    #[test]
    fn the_nearer_timeout_counts() {
        let timeout =
            |variables: &[(&str, &str)]| timeout(|name| lookup(variables, name)).as_millis();
        assert_eq!(timeout(&[]), 10_000);
        assert_eq!(timeout(&[(TIMEOUT, "500")]), 500);
        assert_eq!(timeout(&[(TIMEOUT, "500"), (TRACES_TIMEOUT, "700")]), 700);
        assert_eq!(timeout(&[(TIMEOUT, "soon")]), 10_000);
    }
}
