//! The relay.

/// How jobs and events go from the ledger to the broker.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Relay")]
pub struct Relay {
    /// Milliseconds between two looks at the ledger when nothing wakes the relay, 10 to 60000.
    #[arg(
        id = "relay_poll_ms",
        long = "relay-poll-ms",
        env = "GILDHALL_RELAY_POLL_MS",
        value_name = "MS",
        default_value_t = 500,
        value_parser = clap::value_parser!(u32).range(10..=60_000)
    )]
    pub poll_ms: u32,
    /// Milliseconds after which a job whose message may have been lost is sent again, 1000 to 3600000.
    #[arg(
        id = "relay_redispatch_after_ms",
        long = "relay-redispatch-after-ms",
        env = "GILDHALL_RELAY_REDISPATCH_AFTER_MS",
        value_name = "MS",
        default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1000..=3_600_000)
    )]
    pub redispatch_after_ms: u32,
    /// Rows taken from the ledger at once, 1 to 10000.
    #[arg(
        id = "relay_batch",
        long = "relay-batch",
        env = "GILDHALL_RELAY_BATCH",
        value_name = "ROWS",
        default_value_t = 200,
        value_parser = clap::value_parser!(u16).range(1..=10_000)
    )]
    pub batch: u16,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{assert_range, parse};

    #[test]
    fn everything_has_a_default() {
        let relay: Relay = parse(&[]).expect("there are defaults");
        assert_eq!(relay.poll_ms, 500);
        assert_eq!(relay.redispatch_after_ms, 10_000);
        assert_eq!(relay.batch, 200);
    }

    #[test]
    fn limits_hold_at_their_edges() {
        assert_range::<Relay>("--relay-poll-ms", 10, 60_000, &[]);
        assert_range::<Relay>("--relay-redispatch-after-ms", 1000, 3_600_000, &[]);
        assert_range::<Relay>("--relay-batch", 1, 10_000, &[]);
    }
}
