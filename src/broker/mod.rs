//! Everything AMQP: the topology, publishing with confirms, consuming one job at a time, and looking at dead letters.
//!
//! Every loss of a connection, channel or queue is mended by whoever next needs it: see `connection.rs`. Where
//! [`Broker::declare`] was called, exchanges and queues are declared again whenever a channel is opened, so a broker whose
//! data was wiped works again without help. Publishing and consuming have a connection each, since a broker that is short
//! of memory stops reading from connections that publish, acknowledgements included.

mod backoff;
mod connection;
mod consumer;
mod dead;
mod deaf;
mod delivery;
mod error;
mod event;
mod inspect;
mod lane;
mod listening;
mod message;
mod names;
mod numbers;
mod outgoing;
mod patience;
mod publisher;
mod queues;
mod session;
#[cfg(test)]
mod testing;
mod topology;
mod wait;
mod wake;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lapin::Channel;
use tracing::error;

use crate::config::{self, QueueMode};
use crate::telemetry::chain;
use connection::Link;

pub use consumer::Consumer;
pub use delivery::{AckOutcome, Delivery};
pub use error::{BrokerError, PublishError};
pub use inspect::{DeadLetter, DeadLetters};
pub use listening::Listening;
pub use names::{DEAD_QUEUE, JOBS_QUEUE};
pub use publisher::Publisher;
pub use queues::QueueState;
pub use wake::TerminalEvents;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{
    dead::{Label, label, put_away, revived, table_bytes},
    message::is_traceparent,
    outgoing::Outgoing,
};

/// The broker, from which everything else of this room is had. Clones share their connections.
#[derive(Clone)]
pub struct Broker {
    shared: Arc<Shared>,
}

/// What everything that was had from one [`Broker`] shares.
struct Shared {
    publishing: Link,
    consuming: Link,
    mode: QueueMode,
    confirm_timeout: Duration,
    /// Whether this process looks after the topology.
    declares: AtomicBool,
    closed: AtomicBool,
}

impl Broker {
    /// A broker that is connected to when it is first needed: for roles that also work without it. `name` is shown in the
    /// broker's management pages.
    ///
    /// # Errors
    /// [`BrokerError::Url`] when the URL cannot be used.
    pub fn lazy(config: &config::Broker, name: &str) -> Result<Broker, BrokerError> {
        let link = |what: &str| Link::new(config.url.expose(), format!("{name} {what}"));
        Ok(Broker {
            shared: Arc::new(Shared {
                publishing: link("publishing")?,
                consuming: link("consuming")?,
                mode: config.mode,
                confirm_timeout: Duration::from_millis(config.confirm_timeout_ms.into()),
                declares: AtomicBool::new(false),
                closed: AtomicBool::new(false),
            }),
        })
    }

    /// Connects.
    ///
    /// # Errors
    /// When the broker cannot be reached, refuses, or the URL cannot be used. One attempt is made.
    pub async fn connect(config: &config::Broker, name: &str) -> Result<Broker, BrokerError> {
        let broker = Broker::lazy(config, name)?;
        broker.ping().await?;
        Ok(broker)
    }

    /// Declares the exchanges and queues that are missing, now and whenever a channel is opened later. So a role that can
    /// wait for the broker may pass over an outage here.
    ///
    /// # Errors
    /// [`BrokerError::Mismatch`] when one of them exists with other arguments, or whatever keeps the broker from
    /// answering.
    pub async fn declare(&self) -> Result<(), BrokerError> {
        self.shared.declares.store(true, Ordering::Relaxed);
        let channel = self.shared.consuming.channel().await?;
        topology::declare(&channel, self.shared.mode).await
    }

    /// Whether the broker answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), BrokerError> {
        let channel = self.shared.consuming.channel().await?;
        connection::close(&channel).await
    }

    /// How many messages a queue has ready; those in workers' hands do not count.
    ///
    /// # Errors
    /// When the broker does not answer, or has no such queue.
    pub async fn ready_messages(&self, queue: &str) -> Result<u32, BrokerError> {
        self.shared.ready_messages(queue).await
    }

    /// A publisher. It starts two tasks on the current tokio runtime, which end with its last clone.
    pub fn publisher(&self) -> Publisher {
        Publisher::new(&self.shared)
    }

    /// Subscribes to jobs, one at a time.
    ///
    /// # Errors
    /// What waiting does not mend; see [`BrokerError::is_outage`]. A broker that is away is waited for by
    /// [`Consumer::next`].
    pub async fn consume_jobs(&self) -> Result<Consumer, BrokerError> {
        let mut consumer = Consumer::new(Arc::clone(&self.shared), JOBS_QUEUE);
        consumer.start().await?;
        Ok(consumer)
    }

    /// A signal whenever a job has ended; it subscribes when it is first awaited.
    pub fn terminal_events(&self) -> TerminalEvents {
        TerminalEvents::new(Arc::clone(&self.shared))
    }

    /// Opens the queue of dead letters.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn dead_letters(&self) -> Result<DeadLetters, BrokerError> {
        let channel = self.shared.open(&self.shared.consuming).await?;
        Ok(DeadLetters::new(channel))
    }

    /// Closes both connections. Consumers end, and whatever is asked for afterwards gives [`BrokerError::Closed`].
    pub async fn close(&self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        self.shared.publishing.close().await;
        self.shared.consuming.close().await;
    }
}

impl Shared {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// A channel of one of the two connections, the topology being in place as far as this process looks after it.
    async fn open(&self, link: &Link) -> Result<Channel, BrokerError> {
        if self.is_closed() {
            return Err(BrokerError::Closed);
        }
        if self.declares.load(Ordering::Relaxed) {
            self.declare_again(link).await?;
        }
        link.channel().await
    }

    /// A contradiction is reported, but stops nobody: what exists is there to be used, and [`Broker::declare`] refused it
    /// at the start.
    async fn declare_again(&self, link: &Link) -> Result<(), BrokerError> {
        let channel = link.channel().await?;
        match topology::declare(&channel, self.mode).await {
            Err(mismatch @ BrokerError::Mismatch { .. }) => {
                error!(
                    error = chain(&mismatch),
                    "the topology is not as it should be"
                );
                Ok(())
            }
            declared => declared,
        }
    }

    async fn ready_messages(&self, queue: &str) -> Result<u32, BrokerError> {
        let channel = self.consuming.channel().await?;
        topology::ready_messages(&channel, queue).await
    }
}
