//! Takes an upload in: into a temporary file, bounded and hashed on the way, and inspected when it is whole.

use std::path::Path;

use axum::body::Body;
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};

use super::incoming::Incoming;
use crate::api::problem::{Kind, Problem};
use crate::inspect::{AssetKind, Content, InspectError, Inspector, Measured, Refusal};

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
    /// How large or long that is.
    pub measured: Measured,
}

/// Receives a file for this use into `folder` and lets it be inspected. What is too large is refused as soon as that shows; the
/// rest of the body is then never read.
///
/// # Errors
/// A problem for the client, or a fault of this machine.
pub async fn receive(
    body: Body,
    kind: AssetKind,
    folder: &Path,
    inspector: &Inspector,
) -> Result<Received, Problem> {
    let Arrived {
        path,
        bytes,
        sha256,
    } = take_in(body, folder).await?;
    let found = inspector.inspect(kind, &path).await;
    let found = found.map_err(|error| problem(kind, error))?;
    Ok(Received {
        path,
        bytes,
        sha256,
        content: found.content,
        measured: found.measured,
    })
}

/// Bytes of which nothing is known.
struct Arrived {
    path: TempPath,
    bytes: u64,
    sha256: String,
}

/// Streams a body into a file, hashing it on the way. Nothing here looks at what the bytes are.
async fn take_in(body: Body, folder: &Path) -> Result<Arrived, Problem> {
    let (file, path) = NamedTempFile::new_in(folder)
        .map_err(Problem::internal)?
        .into_parts();
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, File::from_std(file));
    let mut incoming = Incoming::new(body);
    let mut hash = Sha256::new();
    while let Some(chunk) = incoming.next().await? {
        hash.update(&chunk);
        out.write_all(&chunk).await.map_err(Problem::internal)?;
    }
    out.flush().await.map_err(Problem::internal)?;
    Ok(Arrived {
        path,
        bytes: incoming.bytes(),
        sha256: hex(&hash.finalize()),
    })
}

/// What a client hears of a file that cannot be used. The words are ours: what the inspection itself says may be the word of
/// whoever made the file.
fn problem(kind: AssetKind, error: InspectError) -> Problem {
    let refusal = match error {
        InspectError::Refused(refusal) => refusal,
        InspectError::Failed(_) => return Problem::internal(error),
    };
    match refusal {
        Refusal::UnsupportedContent => {
            let detail = format!("Under {} send {}.", kind.as_str(), kind.takes());
            Problem::new(Kind::UnsupportedContent, detail)
        }
        Refusal::UnreadableMedia => Problem::new(
            Kind::UnreadableMedia,
            "The file is damaged, or is not what its first bytes say.",
        ),
        Refusal::TooLargeImage => Problem::new(
            Kind::ImageTooLarge,
            "An image may have 120 megapixels, 16384 pixels a side, and 512 MiB of pixels as it is decoded.",
        ),
        Refusal::OverLimits => Problem::new(
            Kind::MediaOverLimits,
            "Decoding the file takes too much time or memory.",
        ),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::ChildError;
    use axum::body::Bytes;
    use futures_util::stream;
    use gildhall_proto::limits::MAX_FILE_BYTES;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn count(folder: &tempfile::TempDir) -> usize {
        std::fs::read_dir(folder.path()).expect("a folder").count()
    }

    #[tokio::test]
    async fn an_upload_is_counted_and_hashed_and_gone_when_nobody_wants_it() {
        let folder = folder();
        let arrived = take_in(Body::from(vec![7; 10_000]), folder.path()).await;
        let arrived = arrived.expect("it is small");
        let stored = std::fs::read(&arrived.path).expect("it is there");
        assert_eq!((stored.len() as u64, arrived.bytes), (10_000, 10_000));
        assert_eq!(arrived.sha256, hex(&Sha256::digest(&stored)));
        drop(arrived);
        assert_eq!(count(&folder), 0);
    }

    #[tokio::test]
    async fn the_largest_file_is_taken_and_one_byte_more_is_not() {
        let folder = folder();
        for (more, taken) in [(0, true), (1, false)] {
            let whole = MAX_FILE_BYTES as usize + more;
            let zeros = Bytes::from(vec![0_u8; 1 << 20]);
            let chunks = (0..whole.div_ceil(zeros.len())).map(|number| {
                let rest = whole - number * zeros.len();
                Ok::<_, axum::Error>(zeros.slice(..zeros.len().min(rest)))
            });
            let chunks: Vec<_> = chunks.collect();
            let body = Body::from_stream(stream::iter(chunks));
            let arrived = take_in(body, folder.path()).await;
            assert_eq!(arrived.is_ok(), taken);
        }
        assert_eq!(count(&folder), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up() {
        let folder = folder();
        let body = Body::from_stream(stream::pending::<Result<Vec<u8>, axum::Error>>());
        let problem = take_in(body, folder.path()).await.err();
        let kind = problem.map(|problem| problem.kind());
        assert_eq!(kind, Some(Kind::StalledBody));
        assert_eq!(count(&folder), 0);
    }

    #[test]
    fn each_refusal_is_a_problem_of_its_own() {
        for (refusal, kind) in [
            (Refusal::UnsupportedContent, Kind::UnsupportedContent),
            (Refusal::UnreadableMedia, Kind::UnreadableMedia),
            (Refusal::TooLargeImage, Kind::ImageTooLarge),
            (Refusal::OverLimits, Kind::MediaOverLimits),
        ] {
            let told = problem(AssetKind::Audio, InspectError::Refused(refusal));
            assert_eq!(told.kind(), kind);
        }
        let gone = ChildError::System(std::io::Error::other("gone"));
        let told = problem(AssetKind::Audio, InspectError::Failed(gone));
        assert_eq!(told.kind(), Kind::Internal);
    }
}
