//! The kind of queue that a fleet under test works on.

use clap::ValueEnum;
use gildhall::config::QueueMode;

/// Asks for another kind than the default, as `make test-brokers` does.
const VARIABLE: &str = "GILDHALL_TEST_QUEUE_MODE";

/// The same for the tests' own use of the broker and for every process of the fleet, or they refuse each other's queues.
pub fn mode() -> QueueMode {
    let Ok(word) = std::env::var(VARIABLE) else {
        return QueueMode::default();
    };
    QueueMode::from_str(&word, false)
        .unwrap_or_else(|_| panic!("{VARIABLE} is classic or quorum, and not {word:?}"))
}

/// The mode as a variable of the fleet's processes.
pub fn env() -> (&'static str, String) {
    let mode = mode().to_possible_value().expect("no mode is hidden");
    ("GILDHALL_QUEUE_MODE", mode.get_name().to_owned())
}
