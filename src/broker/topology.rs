//! The exchanges and queues, and how they are declared.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind, Queue};

use super::connection::within;
use super::error::BrokerError;
use super::names::{
    DEAD_EXCHANGE, DEAD_QUEUE, EVENTS_EXCHANGE, JOBS_EXCHANGE, JOBS_KEY, JOBS_QUEUE,
};
use super::wait::WaitQueue;
use crate::config::QueueMode;

/// Priorities of a classic jobs queue: 0 to this. Jobs use 0 to 9.
const MAX_PRIORITY: i32 = 10;
/// How often a quorum queue hands a job out again before it gives up on it. The ledger counts crashes and declares a job
/// poison long before; this is for messages that no worker lives long enough to claim.
const JOBS_DELIVERY_LIMIT: i32 = 20;
/// Looking at dead letters counts as delivering them, and the default limit of RabbitMQ 4 would throw one away at the
/// 21st look. The spelling of "no limit", -1, makes 3.x throw it away at the first, so this is a number that nobody
/// reaches.
const DEAD_DELIVERY_LIMIT: i32 = 1_000_000;

/// One durable queue.
struct QueuePlan {
    name: &'static str,
    arguments: FieldTable,
    /// Exchange and routing key.
    binding: Option<(&'static str, &'static str)>,
}

/// All queues in one of the two modes. An argument that differs from what exists is refused by the broker, so changing
/// one here is a change that operators have to be told of.
fn queues(mode: QueueMode) -> Vec<QueuePlan> {
    let mut queues = vec![
        QueuePlan {
            name: JOBS_QUEUE,
            arguments: jobs_arguments(mode),
            binding: Some((JOBS_EXCHANGE, JOBS_KEY)),
        },
        QueuePlan {
            name: DEAD_QUEUE,
            arguments: dead_arguments(mode),
            binding: Some((DEAD_EXCHANGE, "")),
        },
    ];
    // Waiting queues are reached by name through the default exchange, so they need no binding.
    queues.extend(WaitQueue::ALL.map(|queue| QueuePlan {
        name: queue.name(),
        arguments: wait_arguments(mode, queue),
        binding: None,
    }));
    queues
}

fn jobs_arguments(mode: QueueMode) -> FieldTable {
    let mut arguments = of_mode(mode);
    // Workers reject nothing, so only the delivery limit and strangers' rejections come this way.
    dead_letter_to(mode, &mut arguments, DEAD_EXCHANGE);
    match mode {
        QueueMode::Classic => put(&mut arguments, "x-max-priority", MAX_PRIORITY),
        QueueMode::Quorum => put(&mut arguments, "x-delivery-limit", JOBS_DELIVERY_LIMIT),
    }
    arguments
}

fn dead_arguments(mode: QueueMode) -> FieldTable {
    let mut arguments = of_mode(mode);
    if mode == QueueMode::Quorum {
        put(&mut arguments, "x-delivery-limit", DEAD_DELIVERY_LIMIT);
    }
    arguments
}

fn wait_arguments(mode: QueueMode, queue: WaitQueue) -> FieldTable {
    let mut arguments = of_mode(mode);
    dead_letter_to(mode, &mut arguments, JOBS_EXCHANGE);
    put(&mut arguments, "x-dead-letter-routing-key", text(JOBS_KEY));
    put(&mut arguments, "x-message-ttl", queue.ttl_ms());
    arguments
}

fn of_mode(mode: QueueMode) -> FieldTable {
    let mut arguments = FieldTable::default();
    // Said for classic queues too: a virtual host can have another default.
    let queue_type = match mode {
        QueueMode::Classic => "classic",
        QueueMode::Quorum => "quorum",
    };
    put(&mut arguments, "x-queue-type", text(queue_type));
    arguments
}

fn dead_letter_to(mode: QueueMode, arguments: &mut FieldTable, exchange: &str) {
    put(arguments, "x-dead-letter-exchange", text(exchange));
    if mode == QueueMode::Quorum {
        // Without both, a quorum queue forgets a message before its new queue has it.
        put(arguments, "x-dead-letter-strategy", text("at-least-once"));
        put(arguments, "x-overflow", text("reject-publish"));
    }
}

fn put(table: &mut FieldTable, name: &'static str, value: impl Into<AMQPValue>) {
    table.insert(name.into(), value.into());
}

/// A text argument, as AMQP's long string.
pub(super) fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

/// Declares whatever is missing. What exists with the same arguments stays as it is, messages included.
///
/// The channel is spent afterwards: the broker closes it on a contradiction.
pub(super) async fn declare(channel: &Channel, mode: QueueMode) -> Result<(), BrokerError> {
    for (name, kind) in [
        (JOBS_EXCHANGE, ExchangeKind::Direct),
        (EVENTS_EXCHANGE, ExchangeKind::Topic),
        (DEAD_EXCHANGE, ExchangeKind::Fanout),
    ] {
        declare_exchange(channel, name, kind).await?;
    }
    for queue in queues(mode) {
        declare_queue(channel, queue).await?;
    }
    Ok(())
}

async fn declare_exchange(
    channel: &Channel,
    name: &'static str,
    kind: ExchangeKind,
) -> Result<(), BrokerError> {
    let options = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    let declared = channel.exchange_declare(name.into(), kind, options, FieldTable::default());
    within("declaring an exchange", declared)
        .await
        .map_err(|error| error.about(name))
}

async fn declare_queue(channel: &Channel, queue: QueuePlan) -> Result<(), BrokerError> {
    let options = QueueDeclareOptions::durable();
    let declared = channel.queue_declare(queue.name.into(), options, queue.arguments);
    within("declaring a queue", declared)
        .await
        .map_err(|error| error.about(queue.name))?;
    let Some((exchange, key)) = queue.binding else {
        return Ok(());
    };
    let bound = channel.queue_bind(
        queue.name.into(),
        exchange.into(),
        key.into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    within("binding a queue", bound).await
}

/// How many messages a queue has ready for its next consumer; those already handed out do not count.
pub(super) async fn ready_messages(channel: &Channel, queue: &str) -> Result<u32, BrokerError> {
    let queue = look_up(channel, queue).await?;
    Ok(queue.message_count())
}

/// A queue as it is at this moment. The channel is spent where there is none.
pub(super) async fn look_up(channel: &Channel, queue: &str) -> Result<Queue, BrokerError> {
    let options = QueueDeclareOptions::default().passive();
    let looked_up = channel.queue_declare(queue.into(), options, FieldTable::default());
    within("looking a queue up", looked_up)
        .await
        .map_err(|error| error.about(queue))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: [QueueMode; 2] = [QueueMode::Classic, QueueMode::Quorum];

    fn argument(mode: QueueMode, queue: &str, name: &str) -> Option<AMQPValue> {
        let plan = queues(mode).into_iter().find(|plan| plan.name == queue);
        let arguments = plan.expect("a queue of the plan").arguments;
        arguments.inner().get(name).cloned()
    }

    #[test]
    fn there_are_six_queues_in_both_modes() {
        for mode in MODES {
            let names: Vec<&str> = queues(mode).iter().map(|plan| plan.name).collect();
            assert_eq!(
                names,
                [
                    "gildhall.jobs",
                    "gildhall.dead",
                    "gildhall.retry.1s",
                    "gildhall.retry.2s",
                    "gildhall.retry.4s",
                    "gildhall.retry.8s"
                ]
            );
        }
    }

    #[test]
    fn priorities_are_asked_for_where_they_are_not_built_in() {
        let asked = |mode| argument(mode, JOBS_QUEUE, "x-max-priority");
        assert_eq!(asked(QueueMode::Classic), Some(AMQPValue::LongInt(10)));
        assert_eq!(asked(QueueMode::Quorum), None);
    }

    #[test]
    fn quorum_queues_count_deliveries_on_purpose() {
        let limit = |mode, queue| argument(mode, queue, "x-delivery-limit");
        assert_eq!(
            limit(QueueMode::Quorum, JOBS_QUEUE),
            Some(AMQPValue::LongInt(20))
        );
        assert!(limit(QueueMode::Quorum, DEAD_QUEUE).is_some());
        assert_eq!(limit(QueueMode::Classic, JOBS_QUEUE), None);
    }

    #[test]
    fn every_wait_ends_in_the_jobs_queue() {
        for mode in MODES {
            for queue in WaitQueue::ALL {
                let has = |name| argument(mode, queue.name(), name);
                assert_eq!(has("x-message-ttl"), Some(queue.ttl_ms().into()));
                assert_eq!(has("x-dead-letter-exchange"), Some(text(JOBS_EXCHANGE)));
                assert_eq!(has("x-dead-letter-routing-key"), Some(text(JOBS_KEY)));
            }
        }
    }

    #[test]
    fn a_quorum_queue_dead_letters_at_least_once() {
        for plan in queues(QueueMode::Quorum) {
            let has = |name: &str| plan.arguments.contains_key(name);
            let safe = has("x-dead-letter-strategy") && has("x-overflow");
            assert_eq!(has("x-dead-letter-exchange"), safe, "{}", plan.name);
        }
    }
}
