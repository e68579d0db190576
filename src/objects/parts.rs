//! A stream of bytes, cut into parts of a size, counted and hashed.

use super::ObjectsError;
use super::error::Source;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};

/// What is left of a stream.
pub(super) struct Parts<S> {
    stream: S,
    /// Came from the stream, belongs to the next part.
    rest: Bytes,
    has_ended: bool,
    bytes: u64,
    max_bytes: u64,
    hash: Sha256,
}

impl<S, E> Parts<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Source>,
{
    /// All of `stream`, which may have up to `max_bytes`.
    pub(super) fn new(stream: S, max_bytes: u64) -> Parts<S> {
        Parts {
            stream,
            rest: Bytes::new(),
            has_ended: false,
            bytes: 0,
            max_bytes,
            hash: Sha256::new(),
        }
    }

    /// The next `part_bytes` bytes; fewer, or none, once the stream has ended.
    ///
    /// # Errors
    /// [`ObjectsError::TooLarge`] as soon as the limit is passed, [`ObjectsError::Interrupted`] where the stream fails.
    pub(super) async fn next(
        &mut self,
        key: &str,
        part_bytes: usize,
    ) -> Result<Bytes, ObjectsError> {
        let mut part = BytesMut::new();
        while part.len() < part_bytes && self.refill(key).await? {
            let wanted = self.rest.len().min(part_bytes - part.len());
            part.extend_from_slice(&self.rest.split_to(wanted));
        }
        Ok(part.freeze())
    }

    /// Whether there is anything left.
    async fn refill(&mut self, key: &str) -> Result<bool, ObjectsError> {
        while self.rest.is_empty() && !self.has_ended {
            match self.stream.next().await {
                Some(Ok(chunk)) => self.rest = self.counted(key, chunk)?,
                Some(Err(error)) => return Err(ObjectsError::Interrupted(error.into())),
                None => self.has_ended = true,
            }
        }
        Ok(!self.rest.is_empty())
    }

    fn counted(&mut self, key: &str, chunk: Bytes) -> Result<Bytes, ObjectsError> {
        self.bytes += chunk.len() as u64;
        if self.bytes > self.max_bytes {
            return Err(ObjectsError::TooLarge {
                key: key.to_owned(),
                limit: self.max_bytes,
            });
        }
        self.hash.update(&chunk);
        Ok(chunk)
    }
}

impl<S> Parts<S> {
    /// Whether the stream has said that it is over.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Bytes that came, and their SHA-256 in hexadecimal.
    pub(super) fn sum(self) -> (u64, String) {
        (self.bytes, hex::encode(self.hash.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::io;

    const ABCDEF: &str = "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721";

    fn parts(
        chunks: &[&'static str],
        max_bytes: u64,
    ) -> Parts<impl Stream<Item = io::Result<Bytes>> + Unpin + use<>> {
        let chunks: Vec<io::Result<Bytes>> = chunks
            .iter()
            .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())))
            .collect();
        Parts::new(stream::iter(chunks), max_bytes)
    }

    #[tokio::test]
    async fn parts_have_their_size_whatever_the_chunks() {
        for chunks in [&["abcdef"][..], &["a", "", "bcdef"], &["abcd", "ef"]] {
            let mut parts = parts(chunks, 6);
            for expected in ["abcd", "ef", ""] {
                assert_eq!(parts.next("key", 4).await.expect("no fault"), expected);
            }
            assert!(parts.has_ended());
            assert_eq!(parts.sum(), (6, ABCDEF.to_owned()));
        }
    }

    #[tokio::test]
    async fn the_limit_holds_at_its_edge() {
        assert!(parts(&["abc", "def"], 6).next("key", 10).await.is_ok());
        let error = parts(&["abc", "def"], 5).next("key", 10).await;
        assert!(matches!(
            error,
            Err(ObjectsError::TooLarge { limit: 5, .. })
        ));
    }

    #[tokio::test]
    async fn a_stream_that_breaks_off_is_an_error() {
        let chunks = [
            Ok(Bytes::from_static(b"abc")),
            Err(io::Error::other("gone")),
        ];
        let error = Parts::new(stream::iter(chunks), 100).next("key", 10).await;
        assert!(matches!(error, Err(ObjectsError::Interrupted(_))));
    }
}
