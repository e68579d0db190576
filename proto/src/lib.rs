//! The wire contract of Gildhall: what a job looks like, in JSON for people and in MessagePack on the
//! wire, what it may contain, and what is said when it does not.
//!
//! A job enters through [`JobSpec::from_json`] or [`JobSpec::from_msgpack`]. Both turn the bytes into
//! one neutral tree, then read it field by field into types that cannot hold a forbidden
//! value, and report every fault found on the way in one [`SpecFaults`]. Nothing behind this door
//! checks a limit again.
//!
//! This crate does no I/O and knows nothing of files, queues or pixels.
//!
//! ```
//! use gildhall_proto::JobSpec;
//!
//! let spec = JobSpec::from_json(br#"{"images": ["products/ring.jpg"], "duration_s": 20}"#)?;
//! assert_eq!(spec.images[0].asset.as_str(), "products/ring.jpg");
//! assert_eq!(JobSpec::from_msgpack(&spec.to_msgpack())?, spec);
//!
//! let faults = JobSpec::from_json(br#"{"images": ["../ring.jpg"], "duration": 20}"#).unwrap_err();
//! assert_eq!(faults.faults.len(), 2);
//! # Ok::<(), gildhall_proto::SpecFaults>(())
//! ```

pub mod asyncapi;
pub mod examples;
pub mod limits;
pub mod names;
pub mod schema;

mod fault;
mod fleet;
mod hook;
mod image;
mod key;
mod layers;
mod metadata;
mod output;
mod pointer;
mod priority;
mod read;
mod rendition;
mod seconds;
mod spec;
mod suggest;
mod text;
mod tree;
mod unicode;
mod version;
mod wire;
mod words;

pub use fault::{Fault, FaultCode, SpecFaults};
pub use fleet::{
    CLOUDEVENTS_VERSION, Event, EventData, EventKind, EventProgress, Failure, FailureClass,
    IdFault, JSON, JobFile, JobId, JobMessage, JobOutput, JobStatus, MESSAGE_TYPE, MSGPACK,
    MessageFault, TenantId, UsedAsset,
};
pub use hook::{HookPosition, HookStyle, TextOverlay};
pub use image::{Focus, ImageSpec, Motion};
pub use key::{AssetKey, KeyFault};
pub use layers::{Cuts, Frame, Overlay};
pub use metadata::Metadata;
pub use output::{Crf, Output, Preset, Quality};
pub use priority::Priority;
pub use rendition::Rendition;
pub use seconds::Seconds;
pub use spec::JobSpec;
pub use text::{HookText, TextFault};
pub use version::SpecVersion;
