//! A job message and one event of each kind, as schemas, documents and test vectors show them.

use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::fleet::{
    Event, EventData, EventKind, EventProgress, Failure, FailureClass, JobFile, JobId, JobMessage,
    JobOutput, JobStatus, TenantId,
};
use crate::priority::Priority;

/// 2026-01-31T12:00:00Z.
const SUBMITTED_AT_S: i64 = 1_769_860_800;
/// The jobs' ids count up from here.
const JOB: u128 = 0x019c_13ec_9e00_7cc0_9d3e_6f8f_0a1b_2c3d;
/// The events' ids count up from here.
const EVENT: u128 = 0x5d0e_8f6a_3b7c_4e21_8a94_c1f2_7b60_d350;
/// The example of W3C Trace Context, 3.2.
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The message of the job that the example events tell of.
pub fn job_message() -> JobMessage {
    JobMessage::new(job(0), tenant(), Priority::default(), after(0))
}

/// One event of each kind, in the order of [`EventKind::ALL`]. Those of failing and of being cancelled tell of further
/// jobs, since a job has one end.
pub fn events() -> Vec<Event> {
    (0_u8..)
        .zip(EventKind::ALL)
        .map(|(place, kind)| Event {
            id: Uuid::from_u128(EVENT + u128::from(place as u16)),
            kind,
            time: after(2 + i64::from(place) * 3),
            traceparent: Some(TRACE.to_owned()),
            data: data(kind),
        })
        .collect()
}

fn job(number: u128) -> JobId {
    JobId::from_uuid(Uuid::from_u128(JOB + number))
}

fn tenant() -> TenantId {
    TenantId::parse("acme").expect("four letters are a tenant's name")
}

fn after(seconds: i64) -> OffsetDateTime {
    let submitted = OffsetDateTime::from_unix_timestamp(SUBMITTED_AT_S);
    submitted.expect("a time of the year 2026") + Duration::seconds(seconds)
}

fn data(kind: EventKind) -> EventData {
    let started = EventData {
        job_id: job(0),
        tenant_id: tenant(),
        status: JobStatus::Processing,
        attempt: 1,
        metadata: object(json!({"campaign": "autumn"})),
        progress: None,
        output: None,
        failure: None,
    };
    match kind {
        EventKind::Queued => EventData {
            status: JobStatus::Queued,
            attempt: 0,
            ..started
        },
        EventKind::Processing => started,
        EventKind::Progress => EventData {
            progress: Some(progress()),
            ..started
        },
        EventKind::Completed => EventData {
            status: JobStatus::Completed,
            output: Some(output()),
            ..started
        },
        EventKind::Failed => EventData {
            job_id: job(1),
            status: JobStatus::Failed,
            failure: Some(failure()),
            ..started
        },
        EventKind::Cancelled => EventData {
            job_id: job(2),
            status: JobStatus::Cancelled,
            ..started
        },
    }
}

fn progress() -> EventProgress {
    EventProgress {
        stage: "render".to_owned(),
        frames: 450,
        total_frames: 900,
    }
}

fn failure() -> Failure {
    let message = "the render failed: audio audio/track.mp3 cannot be used: there is no such file";
    Failure::new(FailureClass::Rejected, "audio_unusable", message)
}

fn output() -> JobOutput {
    JobOutput {
        video: file("video.mp4", "video/mp4", 9_437_184, [1080, 1920]),
        poster: Some(file(
            "video.poster.jpg",
            "image/jpeg",
            182_733,
            [1080, 1920],
        )),
        thumbnails: vec![file("video.thumb-1.jpg", "image/jpeg", 21_042, [270, 480])],
        renditions: vec![file(
            "video.720x1280.mp4",
            "video/mp4",
            4_980_736,
            [720, 1280],
        )],
        duration_ms: 30_000,
        frames: 900,
        encoder: "x264".to_owned(),
        quality: "full".to_owned(),
        warnings: vec![json!({"code": "images_not_shown", "count": 1})],
        timings: object(json!({"fetch_ms": 310, "render_ms": 8_212, "upload_ms": 402})),
    }
}

fn file(name: &str, content_type: &str, bytes: u64, [width, height]: [u32; 2]) -> JobFile {
    JobFile {
        name: name.to_owned(),
        // The 7 is the number of the attempt in the ledger, by which no attempt overwrites another's files.
        key: format!("tenants/{}/videos/{}/7/{name}", tenant(), job(0)),
        content_type: content_type.to_owned(),
        bytes,
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        width,
        height,
    }
}

/// The fields of an object.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
