//! All S3: what goes into the bucket, what comes out of it, and under which keys.
//!
//! Start at [`Objects`]; each of its calls has a file of its own. [`TenantKeys`] says where things lie. The store is
//! asked a second time by the client library itself, at once; longer waits are the caller's business, who asks
//! [`ObjectsError::is_outage`].

mod connect;
mod delete;
mod download;
mod error;
mod head;
mod keys;
mod list;
mod multipart;
mod numbers;
mod parts;
mod ping;
mod sign;
mod stream_upload;
mod upload;

pub use download::Downloaded;
pub use error::ObjectsError;
pub use head::Head;
pub use keys::TenantKeys;
pub use list::Listed;
pub use sign::{MAX_EXPIRY, SignedUrl};
pub use stream_upload::Uploaded;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use sign::{attachment, inert};

use aws_sdk_s3::Client;

/// One bucket. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    /// Knows the store by the address that callers use. It signs and never connects.
    signer: Client,
    bucket: String,
}
