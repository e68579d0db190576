//! A confirm channel with a task that owns it: whatever waits to be published goes out together, and then all confirms
//! are awaited. While they are, the next round gathers.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lapin::message::BasicReturnMessage;
use lapin::options::ConfirmSelectOptions;
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, PublisherConfirm};
use tokio::sync::{mpsc, oneshot};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use super::Shared;
use super::connection::within;
use super::error::{BrokerError, PublishError};
use super::numbers::{self, Destination};
use super::outgoing::Outgoing;

/// Most messages of one round.
const ROUND: usize = 256;

type Published = Result<(), PublishError>;

/// The way into the task. The task ends with the last of these.
#[derive(Clone)]
pub(super) struct Lane(mpsc::Sender<Request>);

struct Request {
    message: Outgoing,
    reply: oneshot::Sender<Published>,
}

impl Lane {
    /// Starts the task; it needs a tokio runtime, and connects when there is something to publish.
    pub(super) fn start(shared: Arc<Shared>) -> Lane {
        let (sender, receiver) = mpsc::channel(ROUND);
        tokio::spawn(publish_all(shared, receiver));
        Lane(sender)
    }

    /// Publishes a message and waits for its confirm. A caller that stops waiting does not stop the message.
    pub(super) async fn send(&self, message: Outgoing) -> Published {
        let (destination, began) = (Destination::of(&message), Instant::now());
        let published = self.pass_on(message).await;
        numbers::published(destination, began.into_std(), &published);
        published
    }

    async fn pass_on(&self, message: Outgoing) -> Published {
        let (reply, published) = oneshot::channel();
        // The task ends only with its last sender, or with the runtime.
        let ended = || PublishError::Unavailable(BrokerError::Closed);
        let request = Request { message, reply };
        self.0.send(request).await.map_err(|_| ended())?;
        published.await.map_err(|_| ended())?
    }
}

async fn publish_all(shared: Arc<Shared>, mut requests: mpsc::Receiver<Request>) {
    let mut channel = None;
    let mut waiting = Vec::with_capacity(ROUND);
    while requests.recv_many(&mut waiting, ROUND).await > 0 {
        let (messages, replies): (Vec<Outgoing>, Vec<_>) = waiting
            .drain(..)
            .map(|request| (request.message, request.reply))
            .unzip();
        let published = round(&shared, &mut channel, &messages).await;
        for (reply, published) in replies.into_iter().zip(published) {
            // Whoever asked may have stopped waiting.
            let _ = reply.send(published);
        }
    }
}

/// Publishes some messages. The channel is kept only after a round without any fault: one that was not heard of for a while
/// may still send an answer that would be taken for another message's, and where there was no route, opening the next
/// channel declares what is missing.
async fn round(
    shared: &Shared,
    kept: &mut Option<Channel>,
    messages: &[Outgoing],
) -> Vec<Published> {
    let channel = match kept.take() {
        Some(channel) if channel.status().connected() => channel,
        _ => match open(shared).await {
            Ok(channel) => channel,
            Err(error) => {
                let all = Err(PublishError::Unavailable(error));
                return vec![all; messages.len()];
            }
        },
    };
    let deadline = Instant::now() + shared.confirm_timeout;
    let answers = publish(&channel, messages, deadline).await;
    let published = judge(messages, answers, shared.confirm_timeout);
    if published.iter().all(Result::is_ok) {
        *kept = Some(channel);
    }
    published
}

async fn open(shared: &Shared) -> Result<Channel, BrokerError> {
    let channel = shared.open(&shared.publishing).await?;
    let confirming = channel.confirm_select(ConfirmSelectOptions::default());
    within("asking for confirms", confirming).await?;
    Ok(channel)
}

async fn publish(channel: &Channel, messages: &[Outgoing], deadline: Instant) -> Vec<Answer> {
    let writes = messages
        .iter()
        .map(|message| timeout_at(deadline, message.write(channel)));
    // Every write registers for its confirm and queues its frames before the next one starts, so the order is kept.
    let confirms = join_all(writes)
        .await
        .into_iter()
        .map(|written| answer(written, deadline));
    join_all(confirms).await
}

async fn answer(
    written: Result<lapin::Result<PublisherConfirm>, Elapsed>,
    deadline: Instant,
) -> Answer {
    let confirmed = match written {
        Ok(Ok(confirm)) => timeout_at(deadline, confirm).await,
        Ok(Err(error)) => Ok(Err(error)),
        Err(elapsed) => Err(elapsed),
    };
    match confirmed {
        Ok(Ok(confirmation)) => Answer::of(confirmation),
        Ok(Err(error)) => Answer::without_return(Outcome::Lost(error)),
        Err(_) => Answer::without_return(Outcome::TimedOut),
    }
}

/// What the broker answered to one message.
#[derive(Debug)]
struct Answer {
    outcome: Outcome,
    /// A message that was sent back, as it came with this confirm. The library gives it to whichever confirm comes next,
    /// so it may be another message than the one that is confirmed.
    returned: Option<Identity>,
}

#[derive(Debug)]
enum Outcome {
    Acked,
    Refused,
    TimedOut,
    Lost(lapin::Error),
}

impl Answer {
    fn of(confirmation: Confirmation) -> Answer {
        let outcome = if confirmation.is_ack() {
            Outcome::Acked
        } else {
            Outcome::Refused
        };
        let returned = confirmation.take_message();
        Answer {
            outcome,
            returned: returned.as_ref().map(Identity::of_returned),
        }
    }

    fn without_return(outcome: Outcome) -> Answer {
        Answer {
            outcome,
            returned: None,
        }
    }
}

/// Tells messages of one round apart. Two that agree in all of it share their route, and so their fate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Identity {
    exchange: ShortString,
    routing_key: ShortString,
    message_id: Option<ShortString>,
}

impl Identity {
    fn of(message: &Outgoing) -> Identity {
        Identity {
            exchange: message.exchange.into(),
            routing_key: message.routing_key.clone(),
            message_id: id(&message.properties),
        }
    }

    fn of_returned(message: &BasicReturnMessage) -> Identity {
        warn!(
            exchange = %message.exchange,
            routing_key = %message.routing_key,
            reason = %message.reply_text,
            // Of jobs and dead letters, the job's.
            message_id = id(&message.properties).as_ref().map(ShortString::as_str),
            "the broker sent a message back"
        );
        Identity {
            exchange: message.exchange.clone(),
            routing_key: message.routing_key.clone(),
            message_id: id(&message.properties),
        }
    }
}

fn id(properties: &BasicProperties) -> Option<ShortString> {
    properties.message_id().clone()
}

/// What became of each message. One that the broker acknowledged and also sent back was dropped.
fn judge(messages: &[Outgoing], answers: Vec<Answer>, waited: Duration) -> Vec<Published> {
    let returned: HashSet<Identity> = answers
        .iter()
        .filter_map(|answer| answer.returned.clone())
        .collect();
    messages
        .iter()
        .zip(answers)
        .map(|(message, answer)| {
            if returned.contains(&Identity::of(message)) {
                return Err(PublishError::Unroutable {
                    exchange: message.exchange,
                    routing_key: message.routing_key.to_string(),
                });
            }
            match answer.outcome {
                Outcome::Acked => Ok(()),
                Outcome::Refused => Err(PublishError::Refused),
                Outcome::TimedOut => Err(PublishError::TimedOut { after: waited }),
                Outcome::Lost(error) => Err(PublishError::Unavailable(error.into())),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::message::job;
    use crate::broker::testing::job_message;
    use gildhall_proto::JobId;
    use uuid::Uuid;

    const WAITED: Duration = Duration::from_secs(5);

    fn messages(count: u128) -> Vec<Outgoing> {
        (0..count)
            .map(|number| {
                let mut message = job_message();
                message.job_id = JobId::from_uuid(Uuid::from_u128(number));
                job(&message, None)
            })
            .collect()
    }

    fn acked(returned: Option<&Outgoing>) -> Answer {
        Answer {
            outcome: Outcome::Acked,
            returned: returned.map(Identity::of),
        }
    }

    #[test]
    fn a_return_counts_against_its_own_message_whichever_confirm_brought_it() {
        let sent = messages(3);
        let answers = vec![acked(Some(&sent[2])), acked(None), acked(None)];
        let published = judge(&sent, answers, WAITED);
        assert!(published[0].is_ok() && published[1].is_ok());
        assert!(
            matches!(&published[2], Err(PublishError::Unroutable { exchange, .. }) if *exchange == "gildhall.jobs"),
            "{published:?}"
        );
    }

    #[test]
    fn a_return_of_somebody_elses_message_counts_for_nothing() {
        let sent = messages(2);
        let published = judge(&sent[..1], vec![acked(Some(&sent[1]))], WAITED);
        assert!(published[0].is_ok());
    }

    #[test]
    fn messages_without_an_id_share_the_fate_of_their_route() {
        let mut sent = messages(2);
        for message in &mut sent {
            message.properties = BasicProperties::default();
        }
        let answers = vec![acked(Some(&sent[0])), acked(None)];
        assert!(judge(&sent, answers, WAITED).iter().all(Result::is_err));
    }

    #[test]
    fn each_answer_has_its_own_error() {
        let lost = lapin::Error::from(lapin::ErrorKind::MissingHeartbeatError);
        let outcomes = [Outcome::Refused, Outcome::TimedOut, Outcome::Lost(lost)];
        let answers = outcomes.map(Answer::without_return).into();
        let published = judge(&messages(3), answers, WAITED);
        assert!(matches!(published[0], Err(PublishError::Refused)));
        assert!(matches!(published[1], Err(PublishError::TimedOut { after }) if after == WAITED));
        assert!(matches!(published[2], Err(PublishError::Unavailable(_))));
    }
}
