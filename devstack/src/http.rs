//! Plain HTTP to services on this machine.

use std::time::Duration;

use ureq::Agent;

/// A client without a proxy, which a developer's environment may name, and without kept connections, which would be
/// stale after every restart of a service. Every status is an answer, not an error.
pub(crate) fn agent(patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .max_idle_connections(0)
        .timeout_global(Some(patience))
        .build();
    Agent::new_with_config(config)
}
