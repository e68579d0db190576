//! Hears of the end of jobs, as a signal to look for more work.

use std::sync::Arc;

use lapin::options::{QueueBindOptions, QueueDeclareOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Acker, Channel};
use tracing::debug;

use super::Shared;
use super::connection::within;
use super::delivery::acknowledge;
use super::error::BrokerError;
use super::names::{EVENTS_EXCHANGE, TERMINAL_KEYS};
use super::patience::Patience;
use super::session::Session;
use super::topology::text;
use crate::telemetry::chain;

/// Tells when a job has ended somewhere in the fleet. A signal, not a record: many ends may give one signal, and what
/// happened while there was no connection gives one as well.
pub struct TerminalEvents {
    shared: Arc<Shared>,
    session: Option<Session>,
    /// The event that gave the last signal. It is acknowledged when the next signal is asked for, and with a prefetch of
    /// one and a queue of one that is what makes many events one signal.
    heard: Option<Acker>,
    patience: Patience,
}

impl TerminalEvents {
    /// A listener that is not subscribed yet.
    pub(super) fn new(shared: Arc<Shared>) -> TerminalEvents {
        TerminalEvents {
            shared,
            session: None,
            heard: None,
            patience: Patience::default(),
        }
    }

    /// Waits until a job has ended, or until the subscription was made or made again: something may have ended before.
    /// Waits for ever once the broker is closed by this process. Dropping the wait loses at most a repeated signal.
    pub async fn next(&mut self) {
        while !self.shared.is_closed() {
            match self.hear().await {
                Ok(()) => return,
                Err(error) => self.lost(&error),
            }
        }
        std::future::pending().await
    }

    async fn hear(&mut self) -> Result<(), BrokerError> {
        self.patience.wait().await;
        if let Some(acker) = self.heard.take() {
            // One that is gone is noticed below.
            acknowledge(&acker).await?;
        }
        let Some(session) = &mut self.session else {
            self.session = Some(subscribe(&self.shared).await?);
            return Ok(());
        };
        self.heard = Some(session.next().await?.acker);
        self.patience.worked();
        Ok(())
    }

    fn lost(&mut self, error: &BrokerError) {
        debug!(
            error = chain(error),
            "the ends of jobs are not heard of for now"
        );
        self.session = None;
        self.heard = None;
        self.patience.failed(error);
    }
}

async fn subscribe(shared: &Shared) -> Result<Session, BrokerError> {
    let channel = shared.open(&shared.consuming).await?;
    let queue = declare(&channel).await?;
    Session::new(channel).await?.subscribe(queue.as_str()).await
}

/// A queue of this connection alone, which goes with it.
async fn declare(channel: &Channel) -> Result<ShortString, BrokerError> {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("classic"));
    arguments.insert("x-max-length".into(), 1_i32.into());
    let options = QueueDeclareOptions::exclusive().auto_delete();
    // Empty: the broker chooses the name.
    let declared = channel.queue_declare("".into(), options, arguments);
    let queue = within("declaring a queue for signals", declared).await?;
    for key in TERMINAL_KEYS {
        let bound = channel.queue_bind(
            queue.name().clone(),
            EVENTS_EXCHANGE.into(),
            key.into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        within("binding a queue for signals", bound).await?;
    }
    Ok(queue.name().clone())
}
