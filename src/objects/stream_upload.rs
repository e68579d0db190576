//! From a stream of bytes into the bucket.

use super::error::Source;
use super::multipart::{Multipart, PART_BYTES};
use super::numbers::{self, timed};
use super::parts::Parts;
use super::{Objects, ObjectsError};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures_util::Stream;
use std::pin::pin;

/// Up to here an object is sent in one request.
const ONE_REQUEST_BYTES: usize = 2 * PART_BYTES;

/// What was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Objects {
    /// Stores what `stream` gives, to its end. It is held in memory only in parts, 32 MiB at most. After an error, and when
    /// the caller loses interest midway, no part stays behind, and what had the key before still has it; the one exception
    /// is a store that does what it was asked and cannot say so.
    ///
    /// # Errors
    /// [`ObjectsError::TooLarge`] as soon as more than `max_bytes` came, [`ObjectsError::Interrupted`] where the stream
    /// fails, or what the store says.
    pub async fn upload_stream<S, E>(
        &self,
        key: &str,
        content_type: &str,
        stream: S,
        max_bytes: u64,
    ) -> Result<Uploaded, ObjectsError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Source>,
    {
        let stored = timed("put", self.take_in(key, content_type, stream, max_bytes)).await?;
        numbers::written(stored.bytes);
        Ok(stored)
    }

    async fn take_in<S, E>(
        &self,
        key: &str,
        content_type: &str,
        stream: S,
        max_bytes: u64,
    ) -> Result<Uploaded, ObjectsError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Source>,
    {
        let stream = pin!(stream);
        let mut parts = Parts::new(stream, max_bytes);
        let first = parts.next(key, ONE_REQUEST_BYTES).await?;
        if parts.has_ended() {
            self.put(key, content_type, first).await?;
        } else {
            let mut multipart = Multipart::begin(self, key, content_type).await?;
            let sent = send_all(&mut multipart, first, &mut parts, key).await;
            if sent.is_err() {
                multipart.abort().await;
            }
            sent?;
        }
        let (bytes, sha256) = parts.sum();
        Ok(Uploaded { bytes, sha256 })
    }

    async fn put(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), ObjectsError> {
        let request = self.client.put_object().bucket(&self.bucket).key(key);
        let request = request
            .content_type(content_type)
            .body(ByteStream::from(bytes));
        let reply = request.send().await;
        reply.map_err(|error| ObjectsError::of("store an object", error))?;
        Ok(())
    }
}

async fn send_all<S, E>(
    multipart: &mut Multipart,
    mut first: Bytes,
    parts: &mut Parts<S>,
    key: &str,
) -> Result<(), ObjectsError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Source>,
{
    while !first.is_empty() {
        let part = first.split_to(PART_BYTES.min(first.len()));
        multipart.part(part).await?;
    }
    loop {
        let part = parts.next(key, PART_BYTES).await?;
        if part.is_empty() {
            return multipart.finish().await;
        }
        multipart.part(part).await?;
    }
}
