//! A job as it is shown.

use crate::cli::operator::when;
use crate::ledger::{HistoryEntry, JobRecord};
use serde_json::{Value, json};

/// For programs.
pub fn object(job: &JobRecord) -> Value {
    json!({
        "id": job.id,
        "tenant": job.tenant,
        "status": job.status,
        "priority": job.priority,
        "spec": job.spec,
        "metadata": job.metadata,
        "quality": job.quality.as_str(),
        "run": job.run,
        "attempts": job.attempts,
        "crashes": job.crashes,
        "fence": job.fence,
        "worker": job.worker,
        "created_at": when::object(job.created_at),
        "dispatched_at": job.dispatched_at.map(when::object),
        "started_at": job.started_at.map(when::object),
        "finished_at": job.finished_at.map(when::object),
        "not_before": job.not_before.map(when::object),
        "cancel_requested_at": job.cancel_requested_at.map(when::object),
        "failure": job.failure,
        "output": job.output,
        "traceparent": job.traceparent,
        "updated_at": when::object(job.updated_at),
        "progress": job.progress,
    })
}

/// One step of it, for programs.
pub fn step_object(step: &HistoryEntry) -> Value {
    json!({
        "id": step.id,
        "at": when::object(step.at),
        "from": step.from,
        "to": step.to,
        "fence": step.fence,
        "worker": step.worker,
        "detail": step.detail,
    })
}

/// For people: its facts with their names, as far as there are any.
pub fn facts(job: &JobRecord) -> Vec<(&'static str, String)> {
    let attempts = format!(
        "run {}, {} failed attempts, {} lost workers",
        job.run, job.attempts, job.crashes
    );
    let mut facts = vec![
        ("job", job.id.to_string()),
        ("tenant", job.tenant.to_string()),
        ("status", job.status.to_string()),
        ("priority", job.priority.get().to_string()),
        ("quality", job.quality.as_str().to_owned()),
        ("tried", attempts),
        ("submitted", when::shown(job.created_at)),
    ];
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    add("started", job.started_at.map(when::shown));
    add("finished", job.finished_at.map(when::shown));
    add("not before", job.not_before.map(when::shown));
    add("asked to stop", job.cancel_requested_at.map(when::shown));
    add("worker", job.worker.clone());
    add("progress", progress(job));
    add("failure", job.failure.as_ref().map(ToString::to_string));
    add("trace", job.traceparent.clone());
    facts
}

fn progress(job: &JobRecord) -> Option<String> {
    let progress = job.progress.as_ref()?;
    let (stage, done, total) = (&progress.stage, progress.frames, progress.total_frames);
    Some(match total {
        0 => stage.clone(),
        total => format!("{stage}, frame {done} of {total}"),
    })
}

/// What else a step has to say, in a few words.
pub fn note(step: &HistoryEntry) -> String {
    let words = step.detail.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use gildhall_proto::{
        EventProgress, Failure, FailureClass, JobId, JobStatus, Priority, Quality, TenantId,
    };
    use serde_json::Map;
    use time::OffsetDateTime;
    use uuid::Uuid;

    fn job() -> JobRecord {
        let at = OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time");
        JobRecord {
            id: JobId::from_uuid(Uuid::from_u128(7)),
            tenant: TenantId::parse("acme").expect("a name"),
            status: JobStatus::Failed,
            priority: Priority::default(),
            spec: json!({ "images": ["a.png"] }),
            metadata: Map::new(),
            quality: Quality::Full,
            run: 2,
            attempts: 3,
            crashes: 0,
            fence: 4,
            worker: None,
            created_at: at,
            dispatched_at: Some(at),
            started_at: Some(at),
            finished_at: Some(at),
            not_before: None,
            cancel_requested_at: None,
            failure: Some(Failure::new(FailureClass::Rejected, "asset_missing", "no")),
            output: None,
            traceparent: None,
            updated_at: at,
            progress: None,
        }
    }

    #[test]
    fn programs_get_every_field() {
        let object = object(&job());
        assert_eq!(object["id"], "00000000-0000-0000-0000-000000000007");
        assert_eq!(object["status"], "failed");
        assert_eq!(object["failure"]["code"], "asset_missing");
        assert_eq!(object["started_at"], "2025-10-09T08:53:20Z");
        assert_eq!(object["not_before"], Value::Null);
        assert_eq!(object["spec"]["images"][0], "a.png");
    }

    #[test]
    fn people_get_what_there_is() {
        let mut job = job();
        let shown = facts(&job);
        let find = |shown: &[(&str, String)], name: &str| {
            let found = shown.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        };
        assert_eq!(
            find(&shown, "failure").as_deref(),
            Some("asset_missing (rejected): no")
        );
        assert_eq!(find(&shown, "worker"), None);
        assert_eq!(find(&shown, "progress"), None);
        job.progress = Some(EventProgress {
            stage: "render".into(),
            frames: 5,
            total_frames: 900,
        });
        let progress = find(&facts(&job), "progress");
        assert_eq!(progress.as_deref(), Some("render, frame 5 of 900"));
    }

    #[test]
    fn a_step_says_what_is_special_about_it() {
        let mut detail = Map::new();
        detail.insert("attempts".into(), json!(3));
        detail.insert("code".into(), json!("storage"));
        let step = HistoryEntry {
            id: 1,
            at: OffsetDateTime::UNIX_EPOCH,
            from: Some(JobStatus::Processing),
            to: JobStatus::Retrying,
            fence: 2,
            worker: None,
            detail,
        };
        assert_eq!(note(&step), "attempts: 3, code: storage");
        assert_eq!(step_object(&step)["from"], "processing");
    }
}
