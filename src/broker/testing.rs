//! What tests of this room work with.

use std::sync::Arc;

use gildhall_proto::{
    Event, EventData, EventKind, JobId, JobMessage, JobStatus, Priority, TenantId,
};
use lapin::BasicProperties;
use time::OffsetDateTime;
use uuid::Uuid;

use super::delivery::Delivery;

fn job_id() -> JobId {
    JobId::from_uuid(Uuid::from_u128(7))
}

fn tenant() -> TenantId {
    TenantId::parse("acme").expect("a name")
}

/// Some time of the year 2025.
pub(super) fn moment() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time")
}

/// A message for a job.
pub(super) fn job_message() -> JobMessage {
    JobMessage::new(job_id(), tenant(), Priority::default(), moment())
}

/// An event.
pub(super) fn event() -> Event {
    Event {
        id: Uuid::from_u128(8),
        kind: EventKind::Queued,
        time: moment(),
        traceparent: None,
        data: EventData {
            job_id: job_id(),
            tenant_id: tenant(),
            status: JobStatus::Queued,
            attempt: 0,
            metadata: serde_json::Map::new(),
            progress: None,
            output: None,
            failure: None,
        },
    }
}

/// A delivery that no broker made.
pub(super) fn delivery(body: &[u8], properties: BasicProperties) -> Delivery {
    let mut received =
        lapin::message::Delivery::mock(1, "".into(), "".into(), false, body.to_vec());
    received.properties = properties;
    Delivery::new(received, Arc::new(()))
}
