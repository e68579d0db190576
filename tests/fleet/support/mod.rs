//! What the tests are written with. [`Fleet`] is where to start.

pub mod amqp;
pub mod client;
pub mod collector;
pub mod events;
pub mod fleet;
pub mod jobs;
pub mod places;
pub mod ports;
pub mod process;
pub mod queues;
pub mod sse;
pub mod tenant;
pub mod wait;
pub mod worker;

pub use client::{Answer, Client};
pub use fleet::Fleet;
pub use wait::{until, wait};
pub use worker::WorkerOptions;
