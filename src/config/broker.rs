//! RabbitMQ.

use super::Secret;

/// Where messages go, and on what kind of queue.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "RabbitMQ")]
pub struct Broker {
    /// RabbitMQ to connect to, as amqp://user:password@host:port/vhost. Prefer the variable to the flag: a command
    /// line can be read by every user of the machine.
    #[arg(
        id = "amqp_url",
        long = "amqp-url",
        env = "GILDHALL_AMQP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub url: Secret,
    /// The kind of queue: classic (RabbitMQ 3.x, single nodes) or quorum (replicated; RabbitMQ 4.3 or newer). The same
    /// for every process of a fleet.
    #[arg(
        id = "queue_mode",
        long = "queue-mode",
        env = "GILDHALL_QUEUE_MODE",
        value_name = "MODE",
        value_enum,
        default_value_t
    )]
    pub mode: QueueMode,
    /// Milliseconds to wait until the broker confirms a message, 100 to 60000. Later than that, the message counts as
    /// not sent and is sent again.
    #[arg(
        id = "confirm_timeout_ms",
        long = "confirm-timeout-ms",
        env = "GILDHALL_CONFIRM_TIMEOUT_MS",
        value_name = "MS",
        default_value_t = 5000,
        value_parser = clap::value_parser!(u32).range(100..=60_000)
    )]
    pub confirm_timeout_ms: u32,
}

/// A setting of the one topology.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueMode {
    /// One copy of each message.
    #[default]
    Classic,
    /// Copies on several nodes.
    Quorum,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, assert_range, parse};

    const URL: [&str; 2] = ["--amqp-url", "amqp://gildhall:hunter2@broker/fleet"];

    #[test]
    fn the_url_is_needed_and_never_printed() {
        assert!(!accepts::<Broker>(&[]));
        let broker: Broker = parse(&URL).expect("the URL is all that is needed");
        assert_eq!(broker.mode, QueueMode::Classic);
        assert_eq!(broker.confirm_timeout_ms, 5000);
        assert!(!format!("{broker:?}").contains("hunter2"));
    }

    #[test]
    fn there_are_two_kinds_of_queue() {
        let mode = |word: &str| {
            parse::<Broker>(&[&URL[..], &["--queue-mode", word]].concat()).map(|b| b.mode)
        };
        assert_eq!(mode("quorum").ok(), Some(QueueMode::Quorum));
        assert!(mode("stream").is_err());
    }

    #[test]
    fn confirms_are_waited_for_within_limits() {
        assert_range::<Broker>("--confirm-timeout-ms", 100, 60_000, &URL);
    }
}
