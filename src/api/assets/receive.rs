//! Takes an upload in: into a temporary file, measured, hashed and sniffed on the way.

use std::path::Path;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::StreamExt;
use gildhall_proto::limits::MAX_FILE_BYTES;
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::time::{Instant, timeout_at};

use super::content::{Content, HEAD_BYTES, sniff};
use super::kind::AssetKind;
use crate::api::body::{broken, too_large};
use crate::api::problem::{Kind, Problem};

/// How long the next bytes may take to come.
const STALL: Duration = Duration::from_secs(30);
/// How long a whole upload may take: the largest file over a line of 1 Mbit/s.
const WHOLE: Duration = Duration::from_secs(15 * 60);
const BUFFER_BYTES: usize = 256 * 1024;

/// An upload on this machine. The file is gone when this is dropped.
#[derive(Debug)]
pub struct Received {
    /// Where its bytes are.
    pub path: TempPath,
    /// How many there are; at least one.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
    /// What they are.
    pub content: Content,
}

/// Receives a file for this use into `folder`. What is too large or nothing that the use takes is refused as soon as that
/// shows; the rest of the body is then never read.
///
/// # Errors
/// A problem for the client, or a fault of this machine's disk.
pub async fn receive(body: Body, kind: AssetKind, folder: &Path) -> Result<Received, Problem> {
    let (file, path) = NamedTempFile::new_in(folder)
        .map_err(Problem::internal)?
        .into_parts();
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, File::from_std(file));
    let mut incoming = Incoming {
        chunks: body.into_data_stream(),
        end: Instant::now() + WHOLE,
        bytes: 0,
    };
    let (mut hash, mut head, mut content) = (Sha256::new(), Vec::new(), None);
    while let Some(chunk) = incoming.next().await? {
        if content.is_none() {
            head.extend(chunk.iter().take(HEAD_BYTES - head.len()));
            if head.len() == HEAD_BYTES {
                content = Some(known(kind, &head)?);
            }
        }
        hash.update(&chunk);
        out.write_all(&chunk).await.map_err(Problem::internal)?;
    }
    let content = content.map_or_else(|| known(kind, &head), Ok)?;
    out.flush().await.map_err(Problem::internal)?;
    Ok(Received {
        path,
        bytes: incoming.bytes,
        sha256: hex(&hash.finalize()),
        content,
    })
}

/// The body, within its limits.
struct Incoming {
    chunks: BodyDataStream,
    end: Instant,
    bytes: u64,
}

impl Incoming {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let due = self.end.min(Instant::now() + STALL);
        let chunk = timeout_at(due, self.chunks.next()).await;
        let Some(chunk) = chunk.map_err(|_| stalled())? else {
            return Ok(None);
        };
        let chunk = chunk.map_err(broken)?;
        self.bytes += chunk.len() as u64;
        if self.bytes > MAX_FILE_BYTES {
            return Err(too_large(MAX_FILE_BYTES));
        }
        Ok(Some(chunk))
    }
}

fn stalled() -> Problem {
    let detail = format!(
        "No bytes came for {} s, or the whole took more than {} min.",
        STALL.as_secs(),
        WHOLE.as_secs() / 60
    );
    Problem::new(Kind::StalledBody, detail)
}

fn known(kind: AssetKind, head: &[u8]) -> Result<Content, Problem> {
    sniff(kind, head).ok_or_else(|| {
        let detail = format!("Under {} send {}.", kind.as_str(), kind.takes());
        Problem::new(Kind::UnsupportedContent, detail)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[tokio::test]
    async fn an_upload_is_measured_hashed_and_sniffed() {
        let folder = folder();
        let body = Body::from([PNG, &[7; 10_000]].concat());
        let received = receive(body, AssetKind::Products, folder.path()).await;
        let received = received.expect("a PNG");
        let stored = std::fs::read(&received.path).expect("it is there");
        assert_eq!(
            (stored.len() as u64, received.content.extension),
            (received.bytes, "png")
        );
        assert_eq!(received.sha256, hex(&Sha256::digest(&stored)));
        drop(received);
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            0
        );
    }

    #[tokio::test]
    async fn content_of_another_kind_is_refused_from_its_head() {
        let folder = folder();
        for (body, kind) in [
            (PNG.to_vec(), AssetKind::Audio),
            (b"#EXTM3U".to_vec(), AssetKind::Overlays),
            (Vec::new(), AssetKind::Products),
        ] {
            let problem = receive(Body::from(body), kind, folder.path()).await;
            let problem = problem.expect_err("another kind");
            assert_eq!(problem.kind(), Kind::UnsupportedContent);
        }
        // The refusal does not wait for the end.
        let endless =
            stream::iter([Ok::<_, axum::Error>(vec![0_u8; HEAD_BYTES])]).chain(stream::pending());
        let body = Body::from_stream(endless);
        assert!(
            receive(body, AssetKind::Audio, folder.path())
                .await
                .is_err()
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            0
        );
    }

    #[tokio::test]
    async fn the_largest_file_is_taken_and_one_byte_more_is_not() {
        let folder = folder();
        for (more, taken) in [(0, true), (1, false)] {
            let rest = MAX_FILE_BYTES as usize - PNG.len() + more;
            let zeros = vec![0_u8; 1 << 20];
            let chunks = (0..rest.div_ceil(zeros.len()))
                .map(|n| Bytes::copy_from_slice(&zeros[..zeros.len().min(rest - n * zeros.len())]));
            let chunks: Vec<_> = std::iter::once(Bytes::from_static(PNG))
                .chain(chunks)
                .collect();
            let body = Body::from_stream(stream::iter(chunks).map(Ok::<_, axum::Error>));
            let received = receive(body, AssetKind::Products, folder.path()).await;
            assert_eq!(received.is_ok(), taken);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up() {
        let folder = folder();
        let body = Body::from_stream(stream::pending::<Result<Vec<u8>, axum::Error>>());
        let problem = receive(body, AssetKind::Products, folder.path()).await;
        assert_eq!(problem.expect_err("stalled").kind(), Kind::StalledBody);
    }
}
