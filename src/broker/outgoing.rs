//! A message on its way to the broker.

use lapin::options::BasicPublishOptions;
use lapin::types::{FieldTable, ShortString};
use lapin::{BasicProperties, Channel, PublisherConfirm};

/// AMQP's delivery mode of messages that survive a restart of the broker.
pub(super) const PERSISTENT: u8 = 2;

/// A message, and where it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The exchange; empty for the default one, which knows queues by their names.
    pub exchange: &'static str,
    /// What the exchange goes by.
    pub routing_key: ShortString,
    /// Whether the broker sends the message back when no queue takes it.
    pub mandatory: bool,
    /// Its content.
    pub body: Vec<u8>,
    /// What it carries beside its content.
    pub properties: BasicProperties,
}

impl Outgoing {
    /// Writes the message to the broker; what it then gives back is the broker's answer to come.
    pub(super) async fn write(&self, channel: &Channel) -> lapin::Result<PublisherConfirm> {
        let options = BasicPublishOptions {
            mandatory: self.mandatory,
            ..BasicPublishOptions::default()
        };
        channel
            .basic_publish(
                self.exchange.into(),
                self.routing_key.clone(),
                options,
                &self.body,
                self.properties.clone(),
            )
            .await
    }
}

/// Headers of text.
pub(super) fn headers<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in entries {
        table.insert(name.into(), super::topology::text(value));
    }
    table
}
