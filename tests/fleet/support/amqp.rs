//! AMQP by hand, as a stranger would speak it.

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Connection, ConnectionProperties};

use super::wait;

/// A message as somebody else would send it.
pub struct Message<'a> {
    pub body: &'a [u8],
    pub content_type: Option<&'a str>,
}

/// Publishes messages to the exchange of jobs, in this order, and waits until the broker has them.
pub fn publish(url: &str, messages: &[Message<'_>]) {
    wait(try_publish(url, messages)).unwrap_or_else(|error| panic!("publishing by hand: {error}"));
}

async fn try_publish(url: &str, messages: &[Message<'_>]) -> lapin::Result<()> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await?;
    for message in messages {
        let mut properties = BasicProperties::default().with_delivery_mode(2);
        if let Some(content_type) = message.content_type {
            properties = properties.with_content_type(content_type.into());
        }
        let confirm = channel
            .basic_publish(
                "gildhall.jobs".into(),
                "jobs".into(),
                BasicPublishOptions::default(),
                message.body,
                properties,
            )
            .await?;
        confirm.await?;
    }
    connection.close(200, "done".into()).await
}
