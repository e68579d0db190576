//! Publishes: jobs, retries, dead letters and events, each confirmed by the broker.

use std::sync::Arc;
use std::time::Duration;

use gildhall_proto::{Event, Failure, JobMessage};
use time::OffsetDateTime;

use super::Shared;
use super::delivery::Delivery;
use super::error::PublishError;
use super::inspect::DeadLetter;
use super::lane::Lane;
use super::outgoing::Outgoing;
use super::{dead, event, message, numbers};

/// Publishes with confirms. Calls may run at once: those that meet go out together. Each waits for its own confirm, within
/// the configured time; after an error the message may or may not have arrived, and whoever sent it keeps it.
#[derive(Clone)]
pub struct Publisher {
    /// What has to reach a queue.
    jobs: Lane,
    /// What may reach none. On a channel of its own, where a slow queue of some integrator holds up no job.
    events: Lane,
}

impl Publisher {
    pub(super) fn new(shared: &Arc<Shared>) -> Publisher {
        numbers::begin_publishing();
        Publisher {
            jobs: Lane::start(Arc::clone(shared)),
            events: Lane::start(Arc::clone(shared)),
        }
    }

    /// Publishes a job that is ready to run.
    ///
    /// # Errors
    /// When the broker did not confirm it, or no queue took it.
    pub async fn job(
        &self,
        message: &JobMessage,
        traceparent: Option<&str>,
    ) -> Result<(), PublishError> {
        self.jobs.send(message::job(message, traceparent)).await
    }

    /// Sends a received message into a wait queue, from which it comes back after about this long; at most eight seconds,
    /// so one that has to wait longer comes back early. The delivery is still to be acknowledged.
    ///
    /// # Errors
    /// When the broker did not confirm it, or the wait queue is missing.
    pub async fn later(&self, delivery: &Delivery, wait: Duration) -> Result<(), PublishError> {
        self.jobs.send(message::again(delivery, wait)).await
    }

    /// Puts a received message away, its bytes and headers untouched. The delivery is still to be acknowledged.
    ///
    /// # Errors
    /// When the broker did not confirm it, or the queue of dead letters is missing.
    pub async fn dead(&self, delivery: &Delivery, failure: &Failure) -> Result<(), PublishError> {
        let at = OffsetDateTime::now_utc();
        self.put_away(dead::letter(delivery, failure, at), failure)
            .await
    }

    /// Puts a job away whose message is not at hand.
    ///
    /// # Errors
    /// When the broker did not confirm it, or the queue of dead letters is missing.
    pub async fn dead_job(
        &self,
        message: &JobMessage,
        traceparent: Option<&str>,
        failure: &Failure,
    ) -> Result<(), PublishError> {
        let at = OffsetDateTime::now_utc();
        let letter = dead::job_letter(message, traceparent, failure, at);
        self.put_away(letter, failure).await
    }

    async fn put_away(&self, letter: Outgoing, failure: &Failure) -> Result<(), PublishError> {
        self.jobs.send(letter).await?;
        numbers::put_away(failure);
        Ok(())
    }

    /// Publishes what a dead letter holds once more as a job, as it was before it was put away. The letter is still to be
    /// removed.
    ///
    /// # Errors
    /// When the broker did not confirm it, or no queue took it.
    pub async fn revive(&self, letter: &DeadLetter) -> Result<(), PublishError> {
        let message = dead::revived(letter.body.clone(), &letter.properties);
        self.jobs.send(message).await
    }

    /// Publishes an event to whoever is bound for it, which may be nobody.
    ///
    /// # Errors
    /// When the broker did not confirm it.
    pub async fn event(&self, event: &Event) -> Result<(), PublishError> {
        self.events.send(event::outgoing(event)).await?;
        numbers::told(event);
        Ok(())
    }
}
