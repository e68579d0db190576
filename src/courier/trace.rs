//! Where the publishes of the outbox stand in a job's trace.

use crate::broker::PublishError;
use crate::ledger::{OutboxEntry, OutboxItem};
use crate::telemetry::{self, Outbound, chain};
use gildhall_proto::names::{DEAD_EXCHANGE, EVENTS_EXCHANGE};
use tracing::Span;

/// Puts entries below the current span. While traces are off they stay as they are.
pub fn follow_current(entries: &mut [OutboxEntry]) {
    if let Some(current) = telemetry::traceparent_of_current() {
        for entry in entries {
            *traceparent_mut(&mut entry.item) = Some(current.clone());
        }
    }
}

/// The same below the current span; `None` while traces are off.
pub fn following_current(item: &OutboxItem) -> Option<OutboxItem> {
    let current = telemetry::traceparent_of_current()?;
    let mut item = item.clone();
    *traceparent_mut(&mut item) = Some(current);
    Some(item)
}

/// The span in which something is published.
pub fn publishing(item: &OutboxItem) -> Span {
    let (span, traceparent) = match item {
        OutboxItem::Event(event) => {
            let span = telemetry::publishing(Outbound {
                exchange: EVENTS_EXCHANGE,
                routing_key: &format_args!("{}.{}", event.data.tenant_id, event.kind),
                message_id: &event.id,
                job: &event.data.job_id,
                tenant: &event.data.tenant_id,
            });
            (span, &event.traceparent)
        }
        OutboxItem::DeadLetter {
            message,
            traceparent,
            ..
        } => {
            let span = telemetry::publishing(Outbound {
                exchange: DEAD_EXCHANGE,
                routing_key: &"",
                message_id: &message.job_id,
                job: &message.job_id,
                tenant: &message.tenant_id,
            });
            (span, traceparent)
        }
    };
    telemetry::continue_from(&span, traceparent.as_deref());
    span
}

/// Writes into the log that an entry could not be published yet.
pub fn kept(entry: &OutboxEntry, error: &PublishError) {
    let (job, tenant, traceparent) = match &entry.item {
        OutboxItem::Event(event) => (event.data.job_id, &event.data.tenant_id, &event.traceparent),
        OutboxItem::DeadLetter {
            message,
            traceparent,
            ..
        } => (message.job_id, &message.tenant_id, traceparent),
    };
    tracing::warn!(
        entry = entry.id,
        job = %job,
        tenant = %tenant,
        trace_id = telemetry::trace_id(traceparent.as_deref()),
        error = chain(error),
        "an entry of the outbox stays"
    );
}

fn traceparent_mut(item: &mut OutboxItem) -> &mut Option<String> {
    match item {
        OutboxItem::Event(event) => &mut event.traceparent,
        OutboxItem::DeadLetter { traceparent, .. } => traceparent,
    }
}
