//! From a file into the bucket.

use super::{Objects, ObjectsError, Uploaded};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use std::io;
use std::path::Path;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

const READ_BYTES: usize = 1 << 20;

impl Objects {
    /// Stores a file: up to 16 MiB in one request, above that in parts. See [`Objects::upload_stream`].
    ///
    /// # Errors
    /// [`ObjectsError::Local`] when the file cannot be read, or what the store says.
    pub async fn upload(
        &self,
        from: &Path,
        key: &str,
        content_type: &str,
    ) -> Result<Uploaded, ObjectsError> {
        let file = File::open(from).await?;
        let uploaded = self
            .upload_stream(key, content_type, contents(file), u64::MAX)
            .await;
        uploaded.map_err(|error| match error {
            ObjectsError::Interrupted(source) => ObjectsError::Local(io::Error::other(source)),
            error => error,
        })
    }
}

fn contents(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = BytesMut::with_capacity(READ_BYTES);
        let read = file.read_buf(&mut chunk).await?;
        Ok::<_, io::Error>((read > 0).then(|| (chunk.freeze(), file)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    #[tokio::test]
    async fn a_file_is_read_to_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(READ_BYTES + 1).collect();
        std::fs::write(&path, &bytes).expect("room");
        let file = File::open(&path).await.expect("it is there");
        let chunks: Vec<Bytes> = contents(file).try_collect().await.expect("it can be read");
        assert_eq!(chunks.concat(), bytes);
    }
}
