//! Processes with an address for those who look after them.

use super::ports::free_address;
use super::process::Process;
use super::{Client, Fleet};

/// Starts something with an address for its health, and gives somebody who asks there.
pub fn watched(fleet: &mut Fleet, start: impl FnOnce(&Fleet) -> Process) -> (Process, Client) {
    let address = free_address();
    let before = fleet.env.len();
    fleet
        .env
        .push(("GILDHALL_HEALTH_LISTEN", address.to_string()));
    let process = start(fleet);
    fleet.env.truncate(before);
    (process, Client::new(&format!("http://{address}")))
}
