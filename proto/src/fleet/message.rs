//! The message that carries a job to a worker.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{JobId, TenantId};
use crate::priority::Priority;

/// The media type of a message in MessagePack with named fields, the fleet's own form.
pub const MSGPACK: &str = "application/vnd.msgpack";
/// The media type of a message in JSON, accepted as well.
pub const JSON: &str = "application/json";
/// The AMQP `type` of a job message.
pub const MESSAGE_TYPE: &str = "gildhall.job.v1";
/// Largest body that is decoded, in bytes; a job message has about 200.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024;
const VERSION: u8 = 1;

/// Names a job that is ready to run. What the job consists of lies in the ledger, so a message can be repeated, late or
/// forged without changing what is rendered, or for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Gildhall job message, version 1")]
pub struct JobMessage {
    /// The version of this message: 1.
    #[schemars(extend("const" = VERSION))]
    pub version: u8,
    /// The job.
    pub job_id: JobId,
    /// Whose job it is; a message that names another tenant than the ledger does is dead-lettered.
    pub tenant_id: TenantId,
    /// How urgent the job is; the broker goes by the message property of the same name.
    #[serde(default, deserialize_with = "priority")]
    pub priority: Priority,
    /// When the job was accepted.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub submitted_at: OffsetDateTime,
}

/// Why a body is no job message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageFault {
    /// More bytes than any job message has.
    #[error("the message has {bytes} bytes; at most {MAX_MESSAGE_BYTES} are read")]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// A media type that is not read.
    #[error("the content type {0:?} is not read; send {MSGPACK} or {JSON}")]
    ContentType(String),
    /// Not one job message, whole and alone.
    #[error("the message is not a job message: {0}")]
    Malformed(String),
    /// A version that this release does not know.
    #[error(
        "version {0} of the job message is not known here; this release reads version {VERSION}"
    )]
    Version(u8),
}

impl JobMessage {
    /// The message for a job.
    pub fn new(
        job_id: JobId,
        tenant_id: TenantId,
        priority: Priority,
        submitted_at: OffsetDateTime,
    ) -> JobMessage {
        JobMessage {
            version: VERSION,
            job_id,
            tenant_id,
            priority,
            submitted_at,
        }
    }

    /// The body as the fleet sends it.
    pub fn to_msgpack(&self) -> Vec<u8> {
        rmp_serde::to_vec_named(self).expect("a message has known lengths and no failing fields")
    }

    /// Reads a body. Without a content type its first byte tells JSON from MessagePack.
    ///
    /// # Errors
    /// [`MessageFault`] where the body is not exactly one job message of a known version.
    pub fn decode(content_type: Option<&str>, body: &[u8]) -> Result<JobMessage, MessageFault> {
        if body.len() > MAX_MESSAGE_BYTES {
            return Err(MessageFault::TooLarge { bytes: body.len() });
        }
        let message: JobMessage = match content_type.map(essence).filter(|kind| !kind.is_empty()) {
            Some(kind) if is_msgpack(&kind) => from_msgpack(body)?,
            Some(kind) if kind == JSON => from_json(body)?,
            None if body.first() == Some(&b'{') => from_json(body)?,
            None => from_msgpack(body)?,
            Some(kind) => return Err(MessageFault::ContentType(kind)),
        };
        match message.version {
            VERSION => Ok(message),
            other => Err(MessageFault::Version(other)),
        }
    }
}

/// The media type without its parameters (RFC 9110, 8.3.1).
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn is_msgpack(kind: &str) -> bool {
    [MSGPACK, "application/msgpack", "application/x-msgpack"].contains(&kind)
}

fn from_json(body: &[u8]) -> Result<JobMessage, MessageFault> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(unnamed());
    }
    serde_json::from_slice(body).map_err(|error| MessageFault::Malformed(error.to_string()))
}

fn from_msgpack(body: &[u8]) -> Result<JobMessage, MessageFault> {
    // fixmap, map 16 and map 32 of the MessagePack specification.
    if !matches!(body.first(), Some(0x80..=0x8F | 0xDE | 0xDF)) {
        return Err(unnamed());
    }
    let mut rest = body;
    let message = JobMessage::deserialize(&mut rmp_serde::Deserializer::new(&mut rest))
        .map_err(|error| MessageFault::Malformed(error.to_string()))?;
    if rest.is_empty() {
        Ok(message)
    } else {
        let more = format!("{} bytes follow it", rest.len());
        Err(MessageFault::Malformed(more))
    }
}

/// Fields without their names are no contract, although serde would take them in order.
fn unnamed() -> MessageFault {
    MessageFault::Malformed("its fields have to be named".to_owned())
}

fn priority<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Priority, D::Error> {
    let number = u8::deserialize(deserializer)?;
    Priority::new(number).ok_or_else(|| serde::de::Error::custom("priority is 0 to 9"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message() -> JobMessage {
        let job = "01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d"
            .parse()
            .expect("a UUID");
        let tenant = TenantId::parse("acme").expect("a name");
        let at = OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time");
        JobMessage::new(job, tenant, Priority::default(), at)
    }

    #[test]
    fn both_encodings_read_back() {
        let msgpack = message().to_msgpack();
        let json = serde_json::to_vec(&message()).expect("plain fields");
        for content_type in [Some(MSGPACK), Some("application/msgpack"), None] {
            assert_eq!(JobMessage::decode(content_type, &msgpack), Ok(message()));
        }
        for content_type in [Some("Application/JSON; charset=utf-8"), None] {
            assert_eq!(JobMessage::decode(content_type, &json), Ok(message()));
        }
    }

    #[test]
    fn the_wire_form_is_fixed() {
        let json = serde_json::to_value(message()).expect("plain fields");
        assert_eq!(
            json,
            json!({
                "version": 1,
                "job_id": "01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d",
                "tenant_id": "acme",
                "priority": 4,
                "submitted_at": "2025-10-09T08:53:20Z"
            })
        );
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        let mut longer = message().to_msgpack();
        longer.push(0);
        let positional = rmp_serde::to_vec(&message()).expect("plain fields");
        let malformed: [&[u8]; 6] = [b"", b"{}", b"[1]", b"\xC1", &longer, &positional];
        for body in malformed {
            let fault = JobMessage::decode(None, body).expect_err("no message");
            assert!(matches!(fault, MessageFault::Malformed(_)), "{fault}");
        }
        assert_eq!(
            JobMessage::decode(Some("text/plain"), b"{}"),
            Err(MessageFault::ContentType("text/plain".into()))
        );
        let mut next = message();
        next.version = 2;
        assert_eq!(
            JobMessage::decode(None, &next.to_msgpack()),
            Err(MessageFault::Version(2))
        );
    }

    #[test]
    fn bodies_are_bounded() {
        let fits = vec![b' '; MAX_MESSAGE_BYTES];
        assert!(matches!(
            JobMessage::decode(Some(JSON), &fits),
            Err(MessageFault::Malformed(_))
        ));
        let bytes = MAX_MESSAGE_BYTES + 1;
        assert_eq!(
            JobMessage::decode(Some(JSON), &vec![b' '; bytes]),
            Err(MessageFault::TooLarge { bytes })
        );
    }
}
