//! What the API counts, for `/metrics`, beside its requests.

use gildhall_proto::TenantId;
use metrics::SharedString;

use super::health::ReadyState;
use crate::telemetry::{Labels, OTHER, names};

/// A job was accepted.
pub fn submitted() {
    accepted().increment(1);
}

fn accepted() -> metrics::Counter {
    metrics::counter!(names::JOBS_SUBMITTED)
}

/// A job was cancelled that no worker had in hand, so that nobody else counts its end.
pub fn cancelled(labels: &Labels, tenant: &TenantId) {
    ended(labels.tenants.of(tenant.as_str())).increment(1);
}

fn ended(tenant: SharedString) -> metrics::Counter {
    metrics::counter!(
        names::JOBS_FINISHED,
        "status" => "cancelled",
        "class" => "none",
        "tenant" => tenant,
    )
}

/// The dependencies of this process were asked how they are.
pub fn readiness(state: &ReadyState) {
    metrics::gauge!(names::READY).set(f64::from(state.ready));
    for dependency in &state.dependencies {
        metrics::gauge!(names::DEPENDENCY_UP, "dependency" => dependency.name.clone())
            .set(f64::from(dependency.ok));
    }
}

/// Begins the counters at nothing, so that the first time shows as a rise.
pub fn begin() {
    ended(OTHER.into()).increment(0);
    accepted().increment(0);
}
