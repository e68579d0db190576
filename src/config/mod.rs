//! What an operator can set: one struct per concern, each flattened into the roles that need it.
//!
//! Every setting is a flag and an environment variable; the flag wins. A value that parses is valid: its type or its
//! parser holds the limits, and nothing behind this door checks them again. Secrets are shown neither in `--help` nor
//! in a debug print.

mod broker;
mod callers;
mod database;
mod drill;
mod endpoint;
mod health;
mod listen;
mod metrics;
mod network;
mod objects;
mod relay;
pub mod retention;
mod sandbox;
mod scan;
mod secret;
mod size;
mod telemetry;
#[cfg(test)]
mod testing;
mod worker;

pub use broker::{Broker, QueueMode};
pub use callers::{Callers, ForwardedHeader};
pub use database::Database;
pub use drill::{BadDrill, Deed, Drill, Step};
pub use endpoint::endpoint;
pub use health::Health;
pub use listen::Listen;
pub use metrics::Metrics;
pub use network::{BadNetwork, Network};
pub use objects::Objects;
pub use relay::Relay;
pub use retention::Retention;
pub use sandbox::Sandbox;
pub use scan::{BadClamd, Clamd, Scan, ScanMode};
pub use secret::{EmptySecret, Secret};
pub use telemetry::{LogFilter, LogFormat, Telemetry};
pub use worker::Worker;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{
    objects::{bucket, region},
    size::bytes,
};
