//! A channel with at most one subscription, from which one message at a time is taken.

use futures_util::StreamExt;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, ChannelStatus};

use super::connection::within;
use super::error::BrokerError;

/// Unacknowledged messages that the broker hands to one subscriber. Raising it would let a worker sit on messages while
/// others are idle.
const PREFETCH: u16 = 1;

/// Dropping it closes the channel: what was not acknowledged goes back to the queue.
pub(super) struct Session {
    channel: Channel,
    subscription: Option<lapin::Consumer>,
}

impl Session {
    /// Prepares a channel for subscribing.
    pub(super) async fn new(channel: Channel) -> Result<Session, BrokerError> {
        let limited = channel.basic_qos(PREFETCH, BasicQosOptions::default());
        within("setting the prefetch", limited).await?;
        Ok(Session {
            channel,
            subscription: None,
        })
    }

    pub(super) fn is_subscribed(&self) -> bool {
        self.subscription.is_some()
    }

    /// The state of its channel; holding it keeps no channel open.
    pub(super) fn status(&self) -> ChannelStatus {
        self.channel.status().clone()
    }

    /// Subscribes to a queue. The session is consumed and given back, so that a caller who is cancelled in between closes
    /// the channel: the broker may have subscribed it by then, and a message that nobody takes would lie in it.
    pub(super) async fn subscribe(mut self, queue: &str) -> Result<Session, BrokerError> {
        let subscribed = self.channel.basic_consume(
            queue.into(),
            // Empty: the broker chooses the tag.
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        self.subscription = Some(
            within("subscribing", subscribed)
                .await
                .map_err(|e| e.about(queue))?,
        );
        Ok(self)
    }

    /// Ends the subscription and puts back a message that has come meanwhile. The channel stays, so that the delivery that
    /// was taken last can still be acknowledged. Consumed and given back for the same reason as in
    /// [`Session::subscribe`].
    pub(super) async fn unsubscribe(mut self) -> Result<Session, BrokerError> {
        let Some(mut subscription) = self.subscription.take() else {
            return Ok(self);
        };
        let ended = self
            .channel
            .basic_cancel(subscription.tag(), BasicCancelOptions::default());
        within("unsubscribing", ended).await?;
        // The broker has sent its last, so this ends.
        while let Some(received) = subscription.next().await {
            let back = BasicNackOptions {
                requeue: true,
                ..BasicNackOptions::default()
            };
            within("putting a message back", received?.nack(back)).await?;
        }
        Ok(self)
    }

    /// The next message. Dropping the wait loses none.
    pub(super) async fn next(&mut self) -> Result<lapin::message::Delivery, BrokerError> {
        let Some(subscription) = &mut self.subscription else {
            return Err(BrokerError::Unsubscribed);
        };
        match subscription.next().await {
            Some(received) => Ok(received?),
            None => Err(BrokerError::Unsubscribed),
        }
    }
}
