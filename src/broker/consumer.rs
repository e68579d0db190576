//! Receives jobs, one at a time.

use std::sync::Arc;

use tokio::time::{Instant, timeout_at};
use tracing::{debug, info, warn};

use super::Shared;
use super::deaf::Hearing;
use super::delivery::{Delivery, Fate, Outstanding};
use super::error::BrokerError;
use super::listening::Listening;
use super::numbers;
use super::patience::Patience;
use super::session::Session;
use crate::telemetry::chain;

/// Receives from one queue with a prefetch of one: the broker hands out the next message only when the last one is
/// acknowledged. It comes back by itself from the loss of its channel, connection or queue, and when messages are ready
/// but none arrives.
pub struct Consumer {
    shared: Arc<Shared>,
    queue: &'static str,
    session: Option<Session>,
    /// The delivery that was handed out last on this session.
    last: Option<Outstanding>,
    hearing: Hearing,
    listening: Listening,
    patience: Patience,
    paused: bool,
}

impl Consumer {
    /// A consumer that is not subscribed yet.
    pub(super) fn new(shared: Arc<Shared>, queue: &'static str) -> Consumer {
        numbers::begin_consuming();
        Consumer {
            shared,
            queue,
            session: None,
            last: None,
            hearing: Hearing::fresh(Instant::now()),
            listening: Listening::default(),
            patience: Patience::default(),
            paused: false,
        }
    }

    /// Subscribes. An outage is no error: [`Consumer::next`] keeps trying.
    pub(super) async fn start(&mut self) -> Result<(), BrokerError> {
        match self.open().await {
            Err(error) if !error.is_outage() => Err(error),
            Err(error) => {
                self.lost(&error);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Whether it is subscribed, for others to look at whatever it is doing.
    pub fn listening(&self) -> Listening {
        self.listening.clone()
    }

    /// The next message; `None` once the broker is closed by this process. While the consumer is paused it waits for
    /// ever.
    ///
    /// The delivery before should be acknowledged by then: as long as it is not, the broker sends nothing. One that was
    /// lost with its connection may come again from here while its old [`Delivery`] still exists; acknowledging the old
    /// one then gives [`super::AckOutcome::Gone`]. Dropping the wait loses no message.
    pub async fn next(&mut self) -> Option<Delivery> {
        while !self.shared.is_closed() {
            if self.paused {
                return std::future::pending().await;
            }
            match self.hear().await {
                Ok(Some(received)) => return Some(self.hand_out(received)),
                Ok(None) => {}
                Err(error) => self.lost(&error),
            }
        }
        None
    }

    /// Takes no more messages. The delivery in hand can still be acknowledged; a message that has come meanwhile is put
    /// back.
    pub async fn pause(&mut self) {
        self.paused = true;
        self.listening.set(None);
        let Some(session) = self.session.take() else {
            return;
        };
        if self.fate() == Some(Fate::Left) {
            // With its channel, the message goes back to the queue.
            self.last = None;
            return;
        }
        match session.unsubscribe().await {
            Ok(session) => {
                self.session = Some(session);
                info!(queue = self.queue, "consumption is paused");
            }
            Err(error) => self.lost(&error),
        }
    }

    /// Takes messages again, from the next [`Consumer::next`] on.
    pub async fn resume(&mut self) {
        if std::mem::replace(&mut self.paused, false) {
            info!(queue = self.queue, "consumption goes on");
        }
    }

    /// A message, or nothing for a while that was not suspicious.
    async fn hear(&mut self) -> Result<Option<lapin::message::Delivery>, BrokerError> {
        self.patience.wait().await;
        self.look_back()?;
        self.open().await?;
        let Some(session) = &mut self.session else {
            return Ok(None);
        };
        match timeout_at(self.hearing.next_look(), session.next()).await {
            Ok(received) => received.map(Some),
            Err(_) => self.listen_closely().await.map(|()| None),
        }
    }

    /// Looks at what became of the last delivery.
    fn look_back(&mut self) -> Result<(), BrokerError> {
        match self.fate() {
            Some(Fate::Left) => return Err(BrokerError::Forgotten),
            Some(Fate::Acknowledged) => {
                self.patience.worked();
                self.last = None;
            }
            Some(Fate::Gone) => self.last = None,
            Some(Fate::Held) | None => {}
        }
        Ok(())
    }

    fn fate(&self) -> Option<Fate> {
        self.last.as_ref().map(Outstanding::fate)
    }

    async fn open(&mut self) -> Result<(), BrokerError> {
        let session = match self.session.take() {
            Some(session) if session.is_subscribed() => {
                self.session = Some(session);
                return Ok(());
            }
            Some(session) => session,
            None => Session::new(self.shared.open(&self.shared.consuming).await?).await?,
        };
        let session = session.subscribe(self.queue).await?;
        self.listening.set(Some(session.status()));
        self.session = Some(session);
        self.hearing = Hearing::fresh(Instant::now());
        debug!(queue = self.queue, "subscribed");
        Ok(())
    }

    async fn listen_closely(&mut self) -> Result<(), BrokerError> {
        if self.fate() == Some(Fate::Held) {
            // The broker waits for us, not we for the broker.
            self.hearing = Hearing::fresh(Instant::now());
            return Ok(());
        }
        let ready = self.shared.ready_messages(self.queue).await?;
        if self.hearing.is_deaf(Instant::now(), ready) {
            return Err(BrokerError::Deaf);
        }
        Ok(())
    }

    fn hand_out(&mut self, received: lapin::message::Delivery) -> Delivery {
        numbers::received();
        self.hearing = Hearing::fresh(Instant::now());
        let held = Arc::new(());
        self.last = Some(Outstanding::watch(&received, &held));
        Delivery::new(received, held)
    }

    /// Gives up the channel; the next attempt opens another.
    fn lost(&mut self, error: &BrokerError) {
        self.session = None;
        self.listening.set(None);
        self.last = None;
        self.patience.failed(error);
        if matches!(error, BrokerError::Down { .. }) {
            debug!(
                queue = self.queue,
                error = chain(error),
                "not subscribed yet"
            );
        } else {
            warn!(
                queue = self.queue,
                error = chain(error),
                "not subscribed: trying again"
            );
        }
    }
}
