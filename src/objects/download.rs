//! From the bucket to a file.

use super::numbers::{self, timed};
use super::{Objects, ObjectsError};
use aws_sdk_s3::primitives::ByteStream;
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

const ACTION: &str = "give an object";

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
    /// The store's name for this version of the object; empty where it gives none.
    pub etag: String,
}

impl Objects {
    /// Brings an object into a new file. Unless it comes in full, the file is gone again, also when the caller loses
    /// interest midway.
    ///
    /// # Errors
    /// [`ObjectsError::Missing`], [`ObjectsError::TooLarge`] beyond `max_bytes`, [`ObjectsError::Local`] when the file
    /// exists or cannot be written, or what the store says.
    pub async fn download(
        &self,
        key: &str,
        to: &Path,
        max_bytes: u64,
    ) -> Result<Downloaded, ObjectsError> {
        let downloaded = timed("get", self.bring(key, to, max_bytes)).await?;
        numbers::read(downloaded.bytes);
        Ok(downloaded)
    }

    async fn bring(
        &self,
        key: &str,
        to: &Path,
        max_bytes: u64,
    ) -> Result<Downloaded, ObjectsError> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let reply = request
            .send()
            .await
            .map_err(|error| ObjectsError::of_key(ACTION, key, error))?;
        let announced = reply
            .content_length
            .and_then(|bytes| u64::try_from(bytes).ok());
        if announced.is_some_and(|bytes| bytes > max_bytes) {
            return Err(too_large(key, max_bytes));
        }
        let mut partial = Partial::create(to).await?;
        let (bytes, sha256) = partial.fill(reply.body, key, max_bytes).await?;
        partial.keep().await?;
        Ok(Downloaded {
            bytes,
            sha256,
            etag: reply.e_tag.unwrap_or_default(),
        })
    }
}

fn too_large(key: &str, limit: u64) -> ObjectsError {
    ObjectsError::TooLarge {
        key: key.to_owned(),
        limit,
    }
}

/// A file that goes away again unless it is kept.
struct Partial {
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl Partial {
    async fn create(path: &Path) -> io::Result<Partial> {
        Ok(Partial {
            path: path.to_owned(),
            file: File::create_new(path).await?,
            is_kept: false,
        })
    }

    async fn fill(
        &mut self,
        mut body: ByteStream,
        key: &str,
        max_bytes: u64,
    ) -> Result<(u64, String), ObjectsError> {
        let (mut bytes, mut hash) = (0, Sha256::new());
        loop {
            let chunk = body
                .try_next()
                .await
                .map_err(|error| ObjectsError::Unavailable {
                    action: ACTION,
                    source: error.into(),
                })?;
            let Some(chunk) = chunk else {
                break;
            };
            bytes += chunk.len() as u64;
            if bytes > max_bytes {
                return Err(too_large(key, max_bytes));
            }
            hash.update(&chunk);
            self.file.write_all(&chunk).await?;
        }
        Ok((bytes, hex::encode(hash.finalize())))
    }

    async fn keep(mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_kept {
            // What stays goes with the folder it lies in.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn body() -> ByteStream {
        ByteStream::from_static(b"abc")
    }

    #[tokio::test]
    async fn a_full_file_stays_with_its_hash() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new");
        let mut partial = Partial::create(&path).await.expect("room");
        let filled = partial
            .fill(body(), "key", 3)
            .await
            .expect("3 bytes are allowed");
        assert_eq!(filled, (3, ABC.to_owned()));
        partial.keep().await.expect("room");
        assert_eq!(std::fs::read(&path).expect("it is there"), b"abc");
    }

    #[tokio::test]
    async fn one_byte_too_many_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new");
        let mut partial = Partial::create(&path).await.expect("room");
        let error = partial.fill(body(), "key", 2).await;
        assert!(matches!(
            error,
            Err(ObjectsError::TooLarge { limit: 2, .. })
        ));
        drop(partial);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_file_that_is_there_is_not_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("old");
        std::fs::write(&path, b"old").expect("room");
        assert!(Partial::create(&path).await.is_err());
        assert_eq!(std::fs::read(&path).expect("it is there"), b"old");
    }
}
