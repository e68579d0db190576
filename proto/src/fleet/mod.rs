//! What the fleet puts on the broker and into its events: who a job belongs to, where it stands, the message that carries
//! it and the events that tell of it.

mod event;
mod failure;
mod ids;
mod message;
mod output;
mod status;

pub use event::{
    Event, EventData, EventKind, EventProgress, SOURCE, SPEC_VERSION as CLOUDEVENTS_VERSION,
};
pub use failure::{Failure, FailureClass};
pub use ids::{IdFault, JobId, TenantId};
pub use message::{JSON, JobMessage, MESSAGE_TYPE, MSGPACK, MessageFault};
pub use output::{JobFile, JobOutput, UsedAsset};
pub use status::JobStatus;
