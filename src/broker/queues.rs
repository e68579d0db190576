//! How full the queues are.

use lapin::Channel;

use super::error::BrokerError;
use super::names::{DEAD_QUEUE, JOBS_QUEUE};
use super::topology::look_up;
use super::wait::WaitQueue;
use super::{Broker, connection};

/// A queue at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueState {
    /// Its name.
    pub name: &'static str,
    /// Messages that wait for a consumer; those in consumers' hands are not among them.
    pub ready: u32,
    /// Consumers that are subscribed.
    pub consumers: u32,
}

impl Broker {
    /// The names of the queues of the fleet.
    pub fn queue_names() -> impl Iterator<Item = &'static str> {
        let waiting = WaitQueue::ALL.into_iter().map(WaitQueue::name);
        [JOBS_QUEUE, DEAD_QUEUE].into_iter().chain(waiting)
    }

    /// Looks at every queue of the fleet.
    ///
    /// # Errors
    /// When the broker does not answer, or lacks one of them.
    pub async fn queues(&self) -> Result<Vec<QueueState>, BrokerError> {
        let channel = self.shared.consuming.channel().await?;
        let states = look_at_all(&channel).await?;
        connection::close(&channel).await?;
        Ok(states)
    }
}

async fn look_at_all(channel: &Channel) -> Result<Vec<QueueState>, BrokerError> {
    let mut states = Vec::new();
    for name in Broker::queue_names() {
        let queue = look_up(channel, name).await?;
        states.push(QueueState {
            name,
            ready: queue.message_count(),
            consumers: queue.consumer_count(),
        });
    }
    Ok(states)
}
