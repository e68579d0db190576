//! One connection to the broker, made anew whenever it is needed and gone.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tracing::{debug, info, warn};

use super::backoff;
use super::error::BrokerError;
use crate::telemetry::chain;

/// Heartbeat in seconds, where the URL sets none: a broker that vanished without a word is noticed after about twice
/// that. The library answers from a thread of its own, so a busy worker does not miss one.
const HEARTBEAT_S: u16 = 10;
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long any answer of the broker is waited for, confirms aside.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Longest name of a virtual host, in bytes: AMQP's short string.
const MAX_VHOST_BYTES: usize = 255;
const REPLY_SUCCESS: u16 = 200;

/// A connection that heals. Nothing runs in the background: whoever next needs a channel connects, or is told at once
/// that the last attempt failed a moment ago. The library's own recovery stays off, since it would revive a channel
/// under a worker that must know that its delivery is lost.
pub(super) struct Link {
    uri: AMQPUri,
    name: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<Arc<Connection>>,
    failures: u32,
    not_before: Option<Instant>,
}

impl Link {
    /// A link that is not connected yet. `name` is shown in the broker's management pages.
    pub(super) fn new(url: &str, name: String) -> Result<Link, BrokerError> {
        let mut uri: AMQPUri = url.parse().map_err(|_: String| BrokerError::Url)?;
        if uri.vhost.len() > MAX_VHOST_BYTES {
            return Err(BrokerError::Url);
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        Ok(Link {
            uri,
            name,
            state: Mutex::default(),
        })
    }

    /// A new channel, on a new connection where there is none.
    pub(super) async fn channel(&self) -> Result<Channel, BrokerError> {
        let connection = self.connection().await?;
        within("opening a channel", connection.create_channel()).await
    }

    /// Says goodbye to the broker, which ends everything that was opened here.
    pub(super) async fn close(&self) {
        let Some(connection) = self.state.lock().await.connection.take() else {
            return;
        };
        let closed = connection.close(REPLY_SUCCESS, "closed".into());
        if let Err(error) = within("closing the connection", closed).await {
            debug!(
                connection = self.name,
                error = chain(&error),
                "the connection was not closed cleanly"
            );
        }
    }

    async fn connection(&self) -> Result<Arc<Connection>, BrokerError> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection
            && connection.status().connected()
        {
            return Ok(Arc::clone(connection));
        }
        state.connection = None;
        state.may_dial()?;
        match self.dial().await {
            Ok(connection) => {
                info!(connection = self.name, "connected to the broker");
                Ok(state.connected(connection))
            }
            Err(error) => {
                warn!(
                    connection = self.name,
                    error = chain(&error),
                    "no connection to the broker"
                );
                state.failed();
                Err(error)
            }
        }
    }

    async fn dial(&self) -> Result<Connection, BrokerError> {
        let properties = ConnectionProperties::default()
            .with_connection_name(self.name.as_str().into())
            .with_client_property("product".into(), "gildhall".into())
            .with_client_property("version".into(), env!("CARGO_PKG_VERSION").into());
        timeout(
            CONNECT_LIMIT,
            Connection::connect_uri(self.uri.clone(), properties),
        )
        .await
        .map_err(|_| BrokerError::TimedOut {
            what: "connecting to the broker",
            after: CONNECT_LIMIT,
        })?
        .map_err(BrokerError::on_connect)
    }
}

impl State {
    fn may_dial(&self) -> Result<(), BrokerError> {
        let now = Instant::now();
        match self.not_before {
            Some(due) if due > now => Err(BrokerError::Down {
                retry_in: due - now,
            }),
            _ => Ok(()),
        }
    }

    fn connected(&mut self, connection: Connection) -> Arc<Connection> {
        let connection = Arc::new(connection);
        *self = State {
            connection: Some(Arc::clone(&connection)),
            ..State::default()
        };
        connection
    }

    fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(Instant::now() + backoff::delay(self.failures, fastrand::f64()));
    }
}

/// Waits for an answer of the broker, but not for ever: one that was asked for on a connection that just died may never
/// come.
pub(super) async fn within<T>(
    what: &'static str,
    answer: impl Future<Output = lapin::Result<T>>,
) -> Result<T, BrokerError> {
    match timeout(ANSWER_LIMIT, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(BrokerError::TimedOut {
            what,
            after: ANSWER_LIMIT,
        }),
    }
}

/// Closes a channel and waits until the broker has done so, by when everything sent on it before has been acted upon.
pub(super) async fn close(channel: &Channel) -> Result<(), BrokerError> {
    within(
        "closing a channel",
        channel.close(REPLY_SUCCESS, "done".into()),
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_is_none_is_refused_without_repeating_it() {
        let long = format!("amqp://localhost/{}", "v".repeat(MAX_VHOST_BYTES + 1));
        for bad in ["", "secret", "http://me:secret@localhost", &long] {
            let error = Link::new(bad, "test".into()).err().expect("no URL");
            assert!(matches!(error, BrokerError::Url), "{bad}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_heartbeat_is_always_asked_for() {
        let heartbeat = |url| {
            let link = Link::new(url, "test".into()).expect("a URL");
            link.uri.query.heartbeat
        };
        assert_eq!(heartbeat("amqp://localhost/v"), Some(HEARTBEAT_S));
        assert_eq!(heartbeat("amqp://localhost/v?heartbeat=3"), Some(3));
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_callers_are_turned_away_until_the_next_attempt_is_due() {
        let mut state = State::default();
        assert!(state.may_dial().is_ok());
        state.failed();
        let Err(BrokerError::Down { retry_in }) = state.may_dial() else {
            panic!("an attempt although one has just failed");
        };
        tokio::time::advance(retry_in).await;
        assert!(state.may_dial().is_ok());
    }
}
