//! What can go wrong between the fleet and the broker.

use std::time::Duration;

use lapin::ErrorKind;

/// AMQP's reply code for refused credentials and missing permissions.
const ACCESS_REFUSED: u16 = 403;
/// AMQP's reply code for what does not exist.
const NOT_FOUND: u16 = 404;
/// AMQP's reply code for a declaration that contradicts what exists.
const PRECONDITION_FAILED: u16 = 406;
/// AMQP's reply code for a virtual host that one may not use, or that does not exist.
const NOT_ALLOWED: u16 = 530;

/// Why something on the broker did not work.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BrokerError {
    /// The configured URL cannot be used. The URL is not repeated here, since it holds the password.
    #[error("the AMQP URL is not one like amqp://user:password@host:5672/vhost")]
    Url,
    /// There is no connection, or it broke.
    #[error("the broker cannot be reached")]
    Unavailable(#[source] lapin::Error),
    /// An attempt to connect failed a moment ago; nothing was tried.
    #[error("the broker could not be reached; the next attempt is due in {} ms", .retry_in.as_millis())]
    Down {
        /// When the next attempt is due.
        retry_in: Duration,
    },
    /// The broker did not answer in time.
    #[error("{what} took more than {} ms", .after.as_millis())]
    TimedOut {
        /// What was asked for.
        what: &'static str,
        /// How long the answer was waited for.
        after: Duration,
    },
    /// Wrong credentials, or a virtual host that is missing or not allowed.
    #[error("the broker refused the credentials or the virtual host")]
    Refused(#[source] lapin::Error),
    /// An exchange or queue exists with other arguments than the ones wanted.
    #[error(
        "{name} exists with other arguments; drain and delete it, or set GILDHALL_QUEUE_MODE to the mode it was made in"
    )]
    Mismatch {
        /// Which exchange or queue.
        name: String,
        /// What the broker said, argument included.
        source: lapin::Error,
    },
    /// A queue does not exist.
    #[error("the queue {queue} does not exist")]
    Missing {
        /// Which queue.
        queue: String,
        /// What the broker said.
        source: lapin::Error,
    },
    /// The broker closed the channel for another reason.
    #[error("the broker closed the channel")]
    Channel(#[source] lapin::Error),
    /// The broker ended a subscription: its queue was deleted or moved.
    #[error("the broker ended the subscription")]
    Unsubscribed,
    /// The broker held messages back from a subscriber that was ready for them.
    #[error("messages are ready, but none arrives")]
    Deaf,
    /// A message was forgotten: neither acknowledged nor given back.
    #[error("a delivery was dropped without being acknowledged")]
    Forgotten,
    /// [`super::Broker::close`] was called.
    #[error("the broker was closed by this process")]
    Closed,
}

impl BrokerError {
    /// Whether waiting may help. The others need somebody to change the settings or the broker.
    pub fn is_outage(&self) -> bool {
        !matches!(
            self,
            BrokerError::Url
                | BrokerError::Refused(_)
                | BrokerError::Mismatch { .. }
                | BrokerError::Closed
        )
    }

    /// The error of an attempt to connect.
    pub(super) fn on_connect(error: lapin::Error) -> BrokerError {
        match code(&error) {
            Some(ACCESS_REFUSED | NOT_ALLOWED) => BrokerError::Refused(error),
            _ => BrokerError::Unavailable(error),
        }
    }

    /// Names the exchange or queue that an answer is about.
    pub(super) fn about(self, name: &str) -> BrokerError {
        let source = match self {
            BrokerError::Channel(source) => source,
            other => return other,
        };
        let name = name.to_owned();
        match code(&source) {
            Some(PRECONDITION_FAILED) => BrokerError::Mismatch { name, source },
            Some(NOT_FOUND) => BrokerError::Missing {
                queue: name,
                source,
            },
            _ => BrokerError::Channel(source),
        }
    }
}

impl From<lapin::Error> for BrokerError {
    fn from(error: lapin::Error) -> BrokerError {
        if error.is_amqp_soft_error() {
            BrokerError::Channel(error)
        } else {
            BrokerError::Unavailable(error)
        }
    }
}

/// Why a message was not published. Whoever wanted it published keeps it in the ledger and tries again.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PublishError {
    /// There is no channel to publish on, or it broke before the broker confirmed. The message may have arrived.
    #[error("the message could not be handed to the broker")]
    Unavailable(#[source] BrokerError),
    /// No confirm came in time. The message may have arrived, or may still.
    #[error("the broker did not confirm the message within {} ms", .after.as_millis())]
    TimedOut {
        /// How long the confirm was waited for.
        after: Duration,
    },
    /// The broker refused to take charge of the message.
    #[error("the broker refused the message")]
    Refused,
    /// No queue is bound for the message, so the broker dropped it.
    #[error("no queue takes messages for {routing_key:?} on exchange {exchange:?}")]
    Unroutable {
        /// Where it was published; empty for the default exchange.
        exchange: &'static str,
        /// Under which routing key.
        routing_key: String,
    },
}

impl PublishError {
    /// Whether waiting may help; see [`BrokerError::is_outage`]. What is unroutable was declared anew by the time of the
    /// next attempt.
    pub fn is_outage(&self) -> bool {
        match self {
            PublishError::Unavailable(error) => error.is_outage(),
            _ => true,
        }
    }
}

/// The reply code, where the broker itself said no.
fn code(error: &lapin::Error) -> Option<u16> {
    match error.kind() {
        ErrorKind::ProtocolError(error) => Some(error.get_id()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lapin::protocol::AMQPError;

    fn said(code: u16) -> lapin::Error {
        let error = AMQPError::from_id(code, "no".into()).expect("a code of AMQP");
        ErrorKind::ProtocolError(error).into()
    }

    #[test]
    fn a_declaration_that_contradicts_names_the_queue() {
        let error = BrokerError::from(said(PRECONDITION_FAILED)).about("gildhall.jobs");
        assert!(
            matches!(&error, BrokerError::Mismatch { name, .. } if name == "gildhall.jobs"),
            "{error:?}"
        );
        assert!(!error.is_outage());
        let error = BrokerError::from(said(NOT_FOUND)).about("gildhall.jobs");
        assert!(
            matches!(&error, BrokerError::Missing { queue, .. } if queue == "gildhall.jobs"),
            "{error:?}"
        );
        assert!(error.is_outage());
    }

    #[test]
    fn only_settings_are_no_outage() {
        for code in [ACCESS_REFUSED, NOT_ALLOWED] {
            assert!(!BrokerError::on_connect(said(code)).is_outage(), "{code}");
        }
        // 320: the broker shuts down.
        assert!(BrokerError::on_connect(said(320)).is_outage());
        assert!(PublishError::Refused.is_outage());
        assert!(!PublishError::Unavailable(BrokerError::Closed).is_outage());
    }
}
