//! What a dead letter says.

use super::which::LetterName;
use crate::broker::DeadLetter;
use gildhall_proto::{FailureClass, JobId, JobMessage, MessageFault};
use time::OffsetDateTime;

/// A dead letter as commands speak of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// What it is called.
    pub name: LetterName,
    /// The message that it holds, or why that is none for a job.
    pub job: Result<JobMessage, MessageFault>,
    /// Why it was put away: a stable word.
    pub code: Option<String>,
    /// The class of that failure.
    pub class: Option<FailureClass>,
    /// Why it was put away, for people.
    pub message: Option<String>,
    /// When it was put away; not known where the broker did it.
    pub dead_at: Option<OffsetDateTime>,
    /// The media type that its sender gave.
    pub content_type: Option<String>,
    /// The message id that its sender gave.
    pub message_id: Option<String>,
    /// The W3C trace context it came with.
    pub traceparent: Option<String>,
    /// The size of its content.
    pub bytes: usize,
}

impl Letter {
    /// Reads a letter.
    pub fn read(dead: &DeadLetter) -> Letter {
        let id = dead.message_id.as_deref().unwrap_or_default();
        let at = dead.dead_at.map_or(0, OffsetDateTime::unix_timestamp_nanos);
        Letter {
            name: LetterName::of(&[&dead.body, id.as_bytes(), &at.to_be_bytes()]),
            job: dead.job(),
            code: dead.code.clone(),
            class: dead.class,
            message: dead.message.clone(),
            dead_at: dead.dead_at,
            content_type: dead.content_type.clone(),
            message_id: dead.message_id.clone(),
            traceparent: dead.traceparent.clone(),
            bytes: dead.body.len(),
        }
    }

    /// The job that it names.
    pub fn job_id(&self) -> Option<JobId> {
        self.job.as_ref().ok().map(|message| message.job_id)
    }
}

/// A letter in this process's hands, beside what the broker knows it by.
#[derive(Debug)]
pub struct Held<D = DeadLetter> {
    /// What it says.
    pub letter: Letter,
    /// How it is removed.
    pub dead: D,
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use gildhall_proto::{Priority, TenantId};
    use uuid::Uuid;

    /// A letter about this job of the tenant acme.
    pub fn letter(job: u128) -> Letter {
        let tenant = TenantId::parse("acme").expect("a name");
        let at = OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time");
        let job = JobId::from_uuid(Uuid::from_u128(job));
        let message = JobMessage::new(job, tenant, Priority::default(), at);
        Letter {
            name: LetterName::of(&[job.uuid().as_bytes()]),
            job: Ok(message),
            code: Some("asset_missing".into()),
            class: Some(FailureClass::Rejected),
            message: Some("no such image".into()),
            dead_at: Some(at),
            content_type: Some("application/vnd.msgpack".into()),
            message_id: Some(job.to_string()),
            traceparent: None,
            bytes: 200,
        }
    }

    /// A letter that is no message for a job.
    pub fn foreign() -> Letter {
        Letter {
            job: Err(MessageFault::Version(9)),
            message_id: None,
            name: LetterName::of(&[b"foreign"]),
            ..letter(0)
        }
    }

    #[test]
    fn only_a_message_for_a_job_names_one() {
        let id = letter(7).job_id().map(|job| job.uuid());
        assert_eq!(id, Some(Uuid::from_u128(7)));
        assert_eq!(foreign().job_id(), None);
    }
}
