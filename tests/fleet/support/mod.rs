//! What the tests are written with. [`Fleet`] is where to start.

pub mod amqp;
pub mod client;
pub mod collector;
pub mod events;
pub mod exposition;
pub mod fleet;
pub mod jobs;
pub mod places;
pub mod ports;
pub mod process;
pub mod prometheus;
pub mod queues;
pub mod raw;
mod roles;
pub mod scaler;
pub mod scanner;
pub mod sse;
pub mod tenant;
mod traffic;
pub mod unfiltered;
pub mod values;
pub mod wait;
pub mod watched;
pub mod worker;

pub use client::{Answer, Client};
pub use fleet::Fleet;
pub use raw::Raw;
pub use wait::{until, wait};
pub use worker::WorkerOptions;
