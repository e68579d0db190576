//! What roles have looked up for `/metrics`, and whom its numbers tell apart.

use crate::config;
use crate::ledger::{Ledger, PoolState};
use crate::telemetry::{Labels, Metrics, bytes_below, chain, free_bytes, names};
use std::path::PathBuf;

/// The labels of a process; tenants have places of their own as far as the configuration allows.
pub(super) fn labels(config: &config::Metrics) -> Labels {
    Labels::new(config.metrics_tenants.into())
}

/// Gives the busiest tenants their places. Without the ledger's answer, those that come first have them.
pub(super) async fn seat_tenants(labels: &Labels, config: &config::Metrics, ledger: &Ledger) {
    match ledger.busiest_tenants(config.metrics_tenants.into()).await {
        Ok(tenants) => labels.tenants.seed(tenants.iter().map(String::as_str)),
        Err(error) => tracing::warn!(
            error = chain(&error),
            "the busiest tenants are not known: the first that come have numbers of their own"
        ),
    }
}

/// Shows a pool of connections under this name.
pub(super) fn pool(
    metrics: &Metrics,
    name: &'static str,
    look: impl Fn() -> PoolState + Send + Sync + 'static,
) {
    let show = move |state: &'static str, count: u32| {
        metrics::gauge!(
            names::DB_CONNECTIONS,
            "db_client_connection_pool_name" => name,
            "db_client_connection_state" => state,
        )
        .set(count);
    };
    metrics.sample(move || {
        let now = look();
        show("used", now.used);
        show("idle", now.idle);
        metrics::gauge!(names::DB_CONNECTIONS_MAX, "db_client_connection_pool_name" => name)
            .set(now.max);
    });
}

/// Shows what lies in the folder of uploads.
pub(super) fn uploads(metrics: &Metrics, folder: PathBuf) {
    metrics.sample(move || {
        let bytes = bytes_below(&folder, |_| true);
        metrics::gauge!(names::TEMP_BYTES, "part" => "uploads").set(bytes as f64);
        if let Some(free) = free_bytes(&folder) {
            metrics::gauge!(names::TEMP_FREE_BYTES).set(free as f64);
        }
    });
}
