//! The fleet of Gildhall: the rooms that `main` runs as roles of one binary.
//!
//! `ledger`, `broker` and `objects` are the only ones that speak SQL, AMQP and S3, and know nothing of each other; `api`,
//! `relay` and `worker` use them; `app` wires. ARCHITECTURE.md shows the arrows.

pub mod api;
pub mod app;
pub mod breaker;
pub mod broker;
pub mod child;
pub mod cli;
pub mod config;
pub mod courier;
pub mod inspect;
pub mod janitor;
pub mod ledger;
pub mod objects;
pub mod quarantine;
pub mod relay;
pub mod scan;
pub mod telemetry;
pub mod worker;
