//! A message that was received and waits for its acknowledgement.

use std::sync::{Arc, Weak};

use lapin::options::BasicAckOptions;
use lapin::{Acker, BasicProperties};

use super::error::BrokerError;
use super::message;

/// A message. Until it is acknowledged it is this process's alone, and comes again, here or elsewhere, when the process
/// or its connection ends.
#[derive(Debug)]
pub struct Delivery {
    /// Its content, as it was sent.
    pub body: Vec<u8>,
    /// The media type that its sender gave.
    pub content_type: Option<String>,
    /// Whether it was handed out before: to a worker that died, lost its connection, or put it back.
    pub redelivered: bool,
    /// The W3C trace context it came with.
    pub traceparent: Option<String>,
    pub(super) properties: BasicProperties,
    acker: Acker,
    /// Tells the consumer that the delivery is still in somebody's hands.
    _held: Arc<()>,
}

/// What came of an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckOutcome {
    /// It was sent. A crash of the broker right then can still bring the message again.
    Acked,
    /// The channel on which the message came is gone, so nobody was told: the message comes again.
    Gone,
}

impl Delivery {
    pub(super) fn new(received: lapin::message::Delivery, held: Arc<()>) -> Delivery {
        let content_type = received.properties.content_type();
        Delivery {
            content_type: content_type.as_ref().map(ToString::to_string),
            traceparent: message::traceparent(&received.properties),
            redelivered: received.redelivered || message::was_redelivered(&received.properties),
            body: received.data,
            properties: received.properties,
            acker: received.acker,
            _held: held,
        }
    }

    /// Tells the broker that the message has done its work.
    ///
    /// # Errors
    /// When the acknowledgement could not be sent for a reason other than a lost channel.
    pub async fn ack(self) -> Result<AckOutcome, BrokerError> {
        acknowledge(&self.acker).await
    }

    /// Leaves the message unacknowledged: it comes again, to this consumer or another, once the consumer is next asked
    /// for a message, is paused or ends.
    pub fn leave(self) {
        drop(self);
    }
}

/// Acknowledges one message.
pub(super) async fn acknowledge(acker: &Acker) -> Result<AckOutcome, BrokerError> {
    match acker.ack(BasicAckOptions::default()).await {
        Ok(true) => Ok(AckOutcome::Acked),
        Ok(false) => Ok(AckOutcome::Gone),
        // The library's word for everything that a lost channel or connection looks like.
        Err(error) if error.can_be_recovered() => Ok(AckOutcome::Gone),
        Err(error) => Err(error.into()),
    }
}

/// The consumer's view of the delivery that it handed out last.
#[derive(Debug)]
pub(super) struct Outstanding {
    acker: Acker,
    held: Weak<()>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Somebody works on it.
    Held,
    /// It was acknowledged.
    Acknowledged,
    /// It was dropped: the broker still counts it as being worked on, and would send nothing more.
    Left,
    /// Its channel is gone.
    Gone,
}

impl Outstanding {
    /// Watches a delivery that is about to be handed out.
    pub(super) fn watch(received: &lapin::message::Delivery, held: &Arc<()>) -> Outstanding {
        Outstanding {
            acker: received.acker.clone(),
            held: Arc::downgrade(held),
        }
    }

    pub(super) fn fate(&self) -> Fate {
        if self.acker.poisoned() {
            Fate::Gone
        } else if !self.acker.usable() {
            Fate::Acknowledged
        } else if self.held.strong_count() > 0 {
            Fate::Held
        } else {
            Fate::Left
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lapin::message::Delivery as Received;

    fn handed_out() -> (Delivery, Outstanding) {
        let received = Received::mock(1, "".into(), "".into(), false, Vec::new());
        let held = Arc::new(());
        let outstanding = Outstanding::watch(&received, &held);
        (Delivery::new(received, held), outstanding)
    }

    #[tokio::test]
    async fn a_delivery_is_held_until_it_is_acknowledged() {
        let (delivery, outstanding) = handed_out();
        assert_eq!(outstanding.fate(), Fate::Held);
        let outcome = delivery.ack().await.expect("a mock has no channel to lose");
        assert_eq!(outcome, AckOutcome::Acked);
        assert_eq!(outstanding.fate(), Fate::Acknowledged);
    }

    #[test]
    fn a_delivery_that_is_dropped_is_noticed() {
        let (delivery, outstanding) = handed_out();
        delivery.leave();
        assert_eq!(outstanding.fate(), Fate::Left);
    }
}
