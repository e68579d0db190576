//! Jobs that ended, counted and told where their end is handed over: once for each, whoever ended them. What the sweep finds
//! was handed over before, or its process died with its counters.

use gildhall_proto::{Event, FailureClass};
use metrics::SharedString;

use crate::ledger::{OutboxEntry, OutboxItem};
use crate::telemetry::{Labels, OTHER, names};

/// The class of an end that is no failure.
const NO_FAILURE: &str = "none";

/// Counts the ends among these entries.
pub(super) fn count(entries: &[OutboxEntry], labels: &Labels) {
    for event in ends(entries) {
        let status = event.data.status.as_str();
        let failure = event.data.failure.as_ref();
        let class = failure.map_or(NO_FAILURE, |failure| failure.class.as_str());
        let tenant = labels.tenants.of(event.data.tenant_id.as_str());
        finished(status, class, tenant).increment(1);
    }
}

fn finished(status: &'static str, class: &'static str, tenant: SharedString) -> metrics::Counter {
    metrics::counter!(
        names::JOBS_FINISHED,
        "status" => status,
        "class" => class,
        "tenant" => tenant,
    )
}

/// Begins the ends of tenants without a name of their own at nothing, so that there is something to add to.
pub(super) fn begin() {
    let failed = FailureClass::ALL.map(|class| ("failed", class.as_str()));
    let others = [("completed", NO_FAILURE), ("cancelled", NO_FAILURE)];
    for (status, class) in failed.into_iter().chain(others) {
        finished(status, class, OTHER.into()).increment(0);
    }
}

/// Writes each job among these that failed into the log: for those that failed without an attempt, which nobody else tells of.
pub fn tell_failures(entries: &[OutboxEntry]) {
    for event in ends(entries) {
        let data = &event.data;
        if let Some(failure) = &data.failure {
            tracing::error!(
                job = %data.job_id,
                tenant = %data.tenant_id,
                attempt = data.attempt,
                trace_id = crate::telemetry::trace_id(event.traceparent.as_deref()),
                class = failure.class.as_str(),
                code = failure.code,
                error = failure.message,
                "the job failed"
            );
        }
    }
}

fn ends(entries: &[OutboxEntry]) -> impl Iterator<Item = &Event> {
    let events = entries.iter().filter_map(|entry| match &entry.item {
        OutboxItem::Event(event) => Some(event.as_ref()),
        OutboxItem::DeadLetter { .. } => None,
    });
    events.filter(|event| event.kind.is_terminal())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gildhall_proto::{EventData, EventKind, Failure, JobId, JobStatus, TenantId};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use serde_json::Map;
    use time::OffsetDateTime;
    use uuid::Uuid;

    fn entry(tenant: &str, kind: EventKind, status: JobStatus) -> OutboxEntry {
        let failure = Failure::new(FailureClass::Poison, "worker_killed", "gone");
        let data = EventData {
            job_id: JobId::from_uuid(Uuid::nil()),
            tenant_id: TenantId::parse(tenant).expect("a name"),
            status,
            attempt: 1,
            metadata: Map::new(),
            progress: None,
            output: None,
            failure: (status == JobStatus::Failed).then_some(failure),
        };
        OutboxEntry {
            id: 1,
            item: OutboxItem::Event(Box::new(Event {
                id: Uuid::nil(),
                kind,
                time: OffsetDateTime::UNIX_EPOCH,
                traceparent: None,
                data,
            })),
        }
    }

    #[test]
    fn each_end_counts_once_under_its_tenant_as_far_as_there_is_room() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let labels = Labels::new(1);
        metrics::with_local_recorder(&recorder, || {
            let entries = [
                entry("acme", EventKind::Queued, JobStatus::Queued),
                entry("acme", EventKind::Completed, JobStatus::Completed),
                entry("acme", EventKind::Failed, JobStatus::Failed),
                entry("late", EventKind::Completed, JobStatus::Completed),
                entry("later", EventKind::Completed, JobStatus::Completed),
            ];
            count(&entries, &labels);
        });
        let text = handle.render();
        let mut shown: Vec<&str> = text.lines().filter(|line| line.contains('{')).collect();
        shown.sort_unstable();
        assert_eq!(
            shown,
            [
                r#"gildhall_jobs_finished_total{status="completed",class="none",tenant="acme"} 1"#,
                r#"gildhall_jobs_finished_total{status="completed",class="none",tenant="other"} 2"#,
                r#"gildhall_jobs_finished_total{status="failed",class="poison",tenant="acme"} 1"#,
            ]
        );
    }
}
