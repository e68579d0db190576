//! Prints how the jobs of the tenant acme end.  GILDHALL_AMQP_URL=amqp://… cargo run

mod remembered;
mod report;

use anyhow::{Context, Result};
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicQosOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties, Consumer};

use remembered::Remembered;

const QUEUE: &str = "integrator.acme";
const KEYS: [&str; 2] = ["acme.video.completed", "acme.video.failed"];
const PREFETCH: u16 = 50;

#[tokio::main]
async fn main() -> Result<()> {
    let url = std::env::var("GILDHALL_AMQP_URL").unwrap_or_else(|_| "amqp://localhost".to_owned());
    let connection = Connection::connect(&url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    let consumer = subscribe(&channel).await?;
    println!("waiting for {}", KEYS.join(", "));
    tokio::select! {
        ended = handle_all(consumer) => ended,
        _ = tokio::signal::ctrl_c() => Ok(connection.close(200, "done".into()).await?),
    }
}

async fn subscribe(channel: &Channel) -> Result<Consumer> {
    // Durable, and it stays when this process ends: events gather in it until they are taken.
    let durable = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    channel
        .queue_declare(QUEUE.into(), durable, FieldTable::default())
        .await?;
    for key in KEYS {
        let options = QueueBindOptions::default();
        let exchange = "gildhall.events".into();
        channel
            .queue_bind(
                QUEUE.into(),
                exchange,
                key.into(),
                options,
                FieldTable::default(),
            )
            .await?;
    }
    channel
        .basic_qos(PREFETCH, BasicQosOptions::default())
        .await?;
    let options = BasicConsumeOptions::default();
    Ok(channel
        .basic_consume(QUEUE.into(), "".into(), options, FieldTable::default())
        .await?)
}

async fn handle_all(mut consumer: Consumer) -> Result<()> {
    let mut seen = Remembered::new(10_000);
    while let Some(delivery) = consumer.next().await {
        handle(&delivery?, &mut seen).await?;
    }
    // Here a service connects again, after a wait that grows.
    anyhow::bail!("the broker ended the subscription")
}

async fn handle(delivery: &Delivery, seen: &mut Remembered) -> Result<()> {
    let event = header(delivery, "cloudEvents_id")?;
    if seen.contains(&event) {
        println!("{event} came again");
    } else {
        let kind = header(delivery, "cloudEvents_type")?;
        println!("{kind} {}", report::line(&kind, &delivery.data)?);
        seen.insert(event);
    }
    // Last: if this process dies before, the event comes again.
    delivery.ack(BasicAckOptions::default()).await?;
    Ok(())
}

/// An attribute of the event; all of them are text.
fn header(delivery: &Delivery, name: &str) -> Result<String> {
    let headers = delivery.properties.headers().as_ref();
    headers
        .and_then(|all| all.inner().get(name))
        .and_then(|value| value.as_long_string())
        .map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned())
        .with_context(|| format!("an event without {name}"))
}
