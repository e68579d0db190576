//! What this room counts, for `/metrics`.

use std::future::Future;
use std::time::Instant;

use super::ObjectsError;
use crate::telemetry::names;

/// Makes a call and counts how long it took, and how it ended.
pub(super) async fn timed<T>(
    operation: &'static str,
    call: impl Future<Output = Result<T, ObjectsError>>,
) -> Result<T, ObjectsError> {
    let began = Instant::now();
    let done = call.await;
    let outcome = match &done {
        Ok(_) => "done",
        Err(ObjectsError::Missing { .. }) => "missing",
        Err(ObjectsError::TooLarge { .. } | ObjectsError::Refused { .. }) => "refused",
        Err(ObjectsError::Unavailable { .. }) => "unavailable",
        Err(ObjectsError::Interrupted(_) | ObjectsError::Local(_)) => "local",
    };
    calls(operation, outcome).record(began.elapsed());
    done
}

fn calls(operation: &'static str, outcome: &'static str) -> metrics::Histogram {
    metrics::histogram!(
        names::OBJECT_SECONDS,
        "operation" => operation,
        "outcome" => outcome,
    )
}

/// Bytes came from the store.
pub(super) fn read(bytes: u64) {
    moved("read").increment(bytes);
}

/// Bytes went into the store.
pub(super) fn written(bytes: u64) {
    moved("written").increment(bytes);
}

fn moved(direction: &'static str) -> metrics::Counter {
    metrics::counter!(names::OBJECT_BYTES, "direction" => direction)
}

/// Begins everything at nothing, so that the first time shows as a rise.
pub(super) fn begin() {
    for operation in ["head", "get", "put"] {
        drop(calls(operation, "done"));
    }
    read(0);
    written(0);
}
