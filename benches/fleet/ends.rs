//! Hears the events of jobs' ends, as an integrator would, and asks the broker how many workers listen.

use crate::Result;
use crate::fleet::TENANT;
use futures_util::{FutureExt, StreamExt};
use gildhall_proto::JobId;
use gildhall_proto::names::{CLOUDEVENTS_PREFIX, EVENTS_EXCHANGE, JOBS_QUEUE};
use lapin::message::Delivery;
use lapin::options::{BasicConsumeOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties, Consumer};
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long the next event may take.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// Listens from its start on.
pub struct Ends {
    consumer: Consumer,
    channel: Channel,
    /// It closes with its last handle.
    _connection: Connection,
}

/// The end of a job.
pub struct End {
    pub job: JobId,
    /// When the event was here.
    pub at: Instant,
}

impl Ends {
    /// Returns once no end can be missed. A queue of its own, which goes with the connection; nothing is acknowledged.
    pub async fn listen(amqp_url: &str) -> Result<Ends> {
        let connection = Connection::connect(amqp_url, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        let exclusive = QueueDeclareOptions {
            exclusive: true,
            ..QueueDeclareOptions::default()
        };
        // Empty: the broker chooses the name.
        let declared = channel.queue_declare("".into(), exclusive, FieldTable::default());
        let queue = declared.await?.name().clone();
        for end in ["completed", "failed", "cancelled"] {
            let key = format!("{TENANT}.video.{end}");
            let (options, none) = (QueueBindOptions::default(), FieldTable::default());
            let exchange = EVENTS_EXCHANGE.into();
            channel
                .queue_bind(queue.clone(), exchange, key.into(), options, none)
                .await?;
        }
        let unacknowledged = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        let consumer = channel
            .basic_consume(queue, "".into(), unacknowledged, FieldTable::default())
            .await?;
        Ok(Ends {
            consumer,
            channel,
            _connection: connection,
        })
    }

    /// Waits until so many workers' slots take jobs.
    pub async fn wait_for_workers(&self, slots: u32) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let passive = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        while Instant::now() < deadline {
            let (queue, none) = (JOBS_QUEUE.into(), FieldTable::default());
            let looked_up = self.channel.queue_declare(queue, passive, none).await?;
            if looked_up.consumer_count() >= slots {
                return Ok(());
            }
            sleep(POLL).await;
        }
        Err(format!("not {slots} workers within {} s", PATIENCE.as_secs()).into())
    }

    /// The next completed job; any other end is a failure of the benchmark.
    pub async fn next(&mut self) -> Result<End> {
        let event = timeout(PATIENCE, self.consumer.next()).await;
        let event = event.map_err(|_| format!("no event for {} s", PATIENCE.as_secs()))?;
        let event = event.ok_or("the broker ended the subscription")??;
        read(&event)
    }

    /// Waits for the end of one job. An event that is told twice is passed over.
    pub async fn of(&mut self, job: JobId) -> Result<End> {
        loop {
            let end = self.next().await?;
            if end.job == job {
                return Ok(end);
            }
        }
    }

    /// Waits for the ends of so many different jobs, and gives when each came, the first one first.
    pub async fn collect(&mut self, count: u32) -> Result<Vec<Instant>> {
        let (mut jobs, mut times) = (HashSet::new(), Vec::new());
        while times.len() < count as usize {
            let end = self.next().await?;
            if jobs.insert(end.job) {
                times.push(end.at);
            }
        }
        Ok(times)
    }

    /// How many have come that nobody has looked at yet.
    pub fn drain(&mut self) -> Result<usize> {
        let mut count = 0;
        while let Some(Some(event)) = self.consumer.next().now_or_never() {
            read(&event?)?;
            count += 1;
        }
        Ok(count)
    }
}

fn read(event: &Delivery) -> Result<End> {
    let at = Instant::now();
    let key = event.routing_key.as_str();
    if !key.ends_with(".completed") {
        let data = String::from_utf8_lossy(&event.data);
        return Err(format!("a job did not complete: {key} {data}").into());
    }
    let subject = format!("{CLOUDEVENTS_PREFIX}subject");
    let headers = event.properties.headers().as_ref();
    let value = headers.and_then(|headers| headers.inner().get(subject.as_str()));
    let Some(AMQPValue::LongString(job)) = value else {
        return Err("an event has no subject".into());
    };
    let job = std::str::from_utf8(job.as_bytes())?.parse()?;
    Ok(End { job, at })
}
