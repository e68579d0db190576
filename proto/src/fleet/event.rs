//! What the fleet tells those who integrate it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::{Failure, JobId, JobOutput, JobStatus, TenantId};
use crate::names::{CLOUDEVENTS_PREFIX, TRACEPARENT};

/// The version of CloudEvents that events follow.
pub const SPEC_VERSION: &str = "1.0";
/// The `source` of every event.
pub const SOURCE: &str = "/gildhall";

/// What an event tells.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum EventKind {
    /// The job was handed to the broker.
    #[serde(rename = "video.queued")]
    Queued,
    /// A worker began an attempt.
    #[serde(rename = "video.processing")]
    Processing,
    /// The render went on; at most one a second, and never kept for later.
    #[serde(rename = "video.progress")]
    Progress,
    /// The video is there.
    #[serde(rename = "video.completed")]
    Completed,
    /// There will be no video.
    #[serde(rename = "video.failed")]
    Failed,
    /// The job was cancelled.
    #[serde(rename = "video.cancelled")]
    Cancelled,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [EventKind; 6] = [
        EventKind::Queued,
        EventKind::Processing,
        EventKind::Progress,
        EventKind::Completed,
        EventKind::Failed,
        EventKind::Cancelled,
    ];

    /// The CloudEvents `type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            EventKind::Queued => "video.queued",
            EventKind::Processing => "video.processing",
            EventKind::Progress => "video.progress",
            EventKind::Completed => "video.completed",
            EventKind::Failed => "video.failed",
            EventKind::Cancelled => "video.cancelled",
        }
    }

    /// Whether the job has ended with it.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            EventKind::Completed | EventKind::Failed | EventKind::Cancelled
        )
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No such kind of event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such kind of event")]
pub struct UnknownKind;

impl FromStr for EventKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<EventKind, UnknownKind> {
        EventKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or(UnknownKind)
    }
}

/// How far a render is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventProgress {
    /// What is being done: `fetch`, `render` or `upload`.
    pub stage: String,
    /// Frames that are done.
    pub frames: u32,
    /// Frames of the whole video; 0 while that is not known.
    pub total_frames: u32,
}

/// The body of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Body of a Gildhall event, version 1")]
pub struct EventData {
    /// The job.
    pub job_id: JobId,
    /// Whose job it is.
    pub tenant_id: TenantId,
    /// Where the job stands with this event.
    pub status: JobStatus,
    /// Which attempt it is, from 1; 0 before the first one.
    pub attempt: u32,
    /// The object that the sender gave along with the job.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// How far the render is, on `video.progress`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventProgress")]
    pub progress: Option<EventProgress>,
    /// What there is now, on `video.completed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "JobOutput")]
    pub output: Option<JobOutput>,
    /// Why there is no video, on `video.failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Failure")]
    pub failure: Option<Failure>,
}

/// An event: CloudEvents 1.0, in the binary mode of its AMQP binding where it travels over the broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id; an event that is told twice has the same one both times.
    pub id: Uuid,
    /// What it tells.
    pub kind: EventKind,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// The W3C trace context of the job.
    pub traceparent: Option<String>,
    /// The body.
    pub data: EventData,
}

impl Event {
    /// The routing key on the topic exchange: `{tenant}.{type}`, such as `acme.video.completed`.
    pub fn routing_key(&self) -> String {
        format!("{}.{}", self.data.tenant_id, self.kind)
    }

    /// The CloudEvents context attributes with their values.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let time = self
            .time
            .format(&Rfc3339)
            .expect("a time of the database has a four-digit year");
        let mut attributes = vec![
            ("specversion", SPEC_VERSION.to_owned()),
            ("id", self.id.to_string()),
            ("source", SOURCE.to_owned()),
            ("type", self.kind.to_string()),
            ("subject", self.data.job_id.to_string()),
            ("time", time),
            ("tenantid", self.data.tenant_id.to_string()),
        ];
        if let Some(traceparent) = &self.traceparent {
            attributes.push(("traceparent", traceparent.clone()));
        }
        attributes
    }

    /// The headers on the broker: the attributes under their prefix, and the trace context once more under the name that
    /// tracing libraries look for. All of them are text.
    pub fn headers(&self) -> Vec<(String, String)> {
        let attributes = self.attributes().into_iter();
        let prefixed =
            attributes.map(|(name, value)| (format!("{CLOUDEVENTS_PREFIX}{name}"), value));
        let trace = self.traceparent.iter();
        prefixed
            .chain(trace.map(|trace| (TRACEPARENT.to_owned(), trace.clone())))
            .collect()
    }

    /// The body as JSON.
    pub fn body(&self) -> Vec<u8> {
        serde_json::to_vec(&self.data).expect("an event has string keys and no failing fields")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        let job: JobId = "01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d"
            .parse()
            .expect("a UUID");
        Event {
            id: Uuid::from_u128(7),
            kind: EventKind::Failed,
            time: OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time"),
            traceparent: None,
            data: EventData {
                job_id: job,
                tenant_id: TenantId::parse("acme").expect("a name"),
                status: JobStatus::Failed,
                attempt: 2,
                metadata: Map::new(),
                progress: None,
                output: None,
                failure: None,
            },
        }
    }

    #[test]
    fn an_integrator_binds_by_tenant_and_by_status() {
        assert_eq!(event().routing_key(), "acme.video.failed");
    }

    #[test]
    fn the_attributes_are_those_of_cloudevents() {
        let attributes = event().attributes();
        let value = |name| {
            attributes
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.as_str())
        };
        for (name, expected) in [
            ("specversion", "1.0"),
            ("id", "00000000-0000-0000-0000-000000000007"),
            ("source", "/gildhall"),
            ("type", "video.failed"),
            ("subject", "01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d"),
            ("time", "2025-10-09T08:53:20Z"),
            ("tenantid", "acme"),
        ] {
            assert_eq!(value(name), Some(expected), "{name}");
        }
        // CloudEvents 1.0, 3.1: names are of lower-case letters and digits.
        assert!(attributes.iter().all(|(name, _)| {
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        }));
    }

    #[test]
    fn every_kind_reads_back() {
        for kind in EventKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("video.lost".parse::<EventKind>(), Err(UnknownKind));
    }
}
