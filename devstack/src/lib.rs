//! Private real services for tests and the demo: RabbitMQ with its management plugin, PostgreSQL, an S3 server, and clamd.
//!
//! They are child processes on free ports of 127.0.0.1 with data and logs in a temporary or named folder, and they end
//! with the process that started them, however it ends. Each can be killed, stopped, paused, restarted and wiped for
//! tests of faults. Nothing of the system's own services is touched. Linux only.
//!
//! ```no_run
//! # fn main() -> Result<(), gildhall_devstack::DevstackError> {
//! use gildhall_devstack::{Options, Stack};
//!
//! let stack = Stack::start(Options::default())?;
//! let fresh = stack.fresh("a-job-survives-the-broker")?;
//! // … connect to fresh.database_url, fresh.amqp_url, fresh.s3 …
//! stack.rabbitmq().kill9()?;
//! stack.rabbitmq().start()?;
//! # Ok(())
//! # }
//! ```
//!
//! Tests that stop nothing share one stack for each test binary: [`Stack::shared`]. Variables can name services that run
//! already: [`Options::from_env`].
//!
//! # What has to be there
//! - The packages `rabbitmq-server`, `postgresql` and `clamav-daemon`; their services need not run.
//!   `GILDHALL_DEVSTACK_RABBITMQ` names the start script, `GILDHALL_DEVSTACK_POSTGRES` the folder of the programs and
//!   `GILDHALL_DEVSTACK_CLAMD` the scanner, if they are in unusual places.
//! - This crate's own programs, `gildhall-devstack-keeper` and `gildhall-devstack-s3`. `cargo test --workspace` and
//!   `cargo build --workspace` compile them where they are looked for, in the folders above the running program;
//!   testing another crate alone does not, and `cargo build -p gildhall-devstack` helps then. `GILDHALL_DEVSTACK_BIN`
//!   names another folder.
//!
//! Reading order: [`Stack`] ([`Options`] in, [`Fresh`] out), [`Service`], then one recipe for each service, and
//! [`keeper`], which sees to it that nothing outlives its owner.

mod clamd;
mod error;
mod files;
mod fresh;
mod http;
pub mod keeper;
mod log;
mod name;
mod options;
mod ports;
mod postgres;
mod rabbitmq;
mod recipe;
mod s3;
mod secret;
mod service;
mod siblings;
mod stack;

pub use clamd::{EICAR_SIGNATURE, eicar};
pub use error::DevstackError;
pub use fresh::{Fresh, S3Settings};
pub use options::{Options, Provision, RabbitMqUrls, Services};
pub use service::Service;
pub use stack::Stack;
