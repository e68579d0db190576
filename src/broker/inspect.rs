//! Looks at dead letters, for operators.

use gildhall_proto::{FailureClass, JobMessage, MessageFault};
use lapin::options::BasicGetOptions;
use lapin::{Acker, BasicProperties, Channel};
use time::OffsetDateTime;

use super::connection::{close, within};
use super::dead::label;
use super::delivery::{AckOutcome, acknowledge};
use super::error::BrokerError;
use super::message;
use super::names::DEAD_QUEUE;

/// Dead letters that were taken out of their queue to be looked at. Nobody else sees them meanwhile, and all that were not
/// removed are put back when this is dropped, or its process dies.
pub struct DeadLetters {
    channel: Channel,
}

impl DeadLetters {
    pub(super) fn new(channel: Channel) -> DeadLetters {
        DeadLetters { channel }
    }

    /// Takes further letters, the oldest first; fewer than `limit` where there are no more.
    ///
    /// # Errors
    /// When the broker cannot be asked. What was taken before is put back then.
    pub async fn take(&mut self, limit: usize) -> Result<Vec<DeadLetter>, BrokerError> {
        let mut letters = Vec::new();
        while letters.len() < limit {
            let taken = self
                .channel
                .basic_get(DEAD_QUEUE.into(), BasicGetOptions::default());
            match within("taking a dead letter", taken).await {
                Ok(Some(taken)) => letters.push(DeadLetter::new(taken.delivery)),
                Ok(None) => break,
                Err(error) => return Err(error.about(DEAD_QUEUE)),
            }
        }
        Ok(letters)
    }

    /// Puts back all letters that were not removed, and waits until the broker has done it and every removal before.
    ///
    /// # Errors
    /// When the broker does not answer; the letters go back with the connection then.
    pub async fn put_back(self) -> Result<(), BrokerError> {
        close(&self.channel).await
    }
}

/// A dead letter in an operator's hands.
#[derive(Debug)]
pub struct DeadLetter {
    /// Its content, as it was sent.
    pub body: Vec<u8>,
    /// The media type that its sender gave.
    pub content_type: Option<String>,
    /// Its message id: of our own messages, the job's.
    pub message_id: Option<String>,
    /// Why it was put away: a failure's code, or the broker's word where the broker did it.
    pub code: Option<String>,
    /// The failure's class, where it has one.
    pub class: Option<FailureClass>,
    /// Why it was put away, for people.
    pub message: Option<String>,
    /// When it was put away; not known of letters that the broker put away.
    pub dead_at: Option<OffsetDateTime>,
    /// The W3C trace context it came with.
    pub traceparent: Option<String>,
    pub(super) properties: BasicProperties,
    acker: Acker,
}

impl DeadLetter {
    fn new(taken: lapin::message::Delivery) -> DeadLetter {
        let label = label(&taken.properties);
        let text =
            |value: &Option<lapin::types::ShortString>| value.as_ref().map(ToString::to_string);
        let properties: &BasicProperties = &taken.properties;
        DeadLetter {
            content_type: text(properties.content_type()),
            message_id: text(properties.message_id()),
            traceparent: message::traceparent(properties),
            code: label.code,
            class: label.class,
            message: label.message,
            dead_at: label.dead_at,
            body: taken.data,
            properties: taken.properties,
            acker: taken.acker,
        }
    }

    /// The job that it names.
    ///
    /// # Errors
    /// Why it names none.
    pub fn job(&self) -> Result<JobMessage, MessageFault> {
        JobMessage::decode(self.content_type.as_deref(), &self.body)
    }

    /// Removes the letter for good. A crash right then may leave it in its queue.
    ///
    /// # Errors
    /// When the removal could not be sent for a reason other than a lost channel.
    pub async fn remove(self) -> Result<AckOutcome, BrokerError> {
        acknowledge(&self.acker).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::dead::job_letter;
    use crate::broker::testing::{job_message, moment};
    use gildhall_proto::Failure;

    #[test]
    fn a_letter_says_which_job_it_was_and_why() {
        let failure = Failure::new(FailureClass::Resource, "time_limit", "too slow");
        let sent = job_letter(&job_message(), None, &failure, moment());
        let mut taken = lapin::message::Delivery::mock(1, "".into(), "".into(), true, sent.body);
        taken.properties = sent.properties;
        let letter = DeadLetter::new(taken);
        assert_eq!(letter.job(), Ok(job_message()));
        assert_eq!(letter.message_id, Some(job_message().job_id.to_string()));
        assert_eq!(letter.code.as_deref(), Some("time_limit"));
        assert_eq!(letter.class, Some(FailureClass::Resource));
        assert_eq!(letter.message.as_deref(), Some("too slow"));
        assert_eq!(letter.dead_at, Some(moment()));
    }
}
