//! Fetches a file of the job's output, and holds it against its record.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::api::{Api, OutputFile};
use crate::error::DemoError;

const BUFFER_BYTES: usize = 256 * 1024;

/// Downloads through a signed URL into `to`.
///
/// # Errors
/// When the file cannot be fetched or written, or its SHA-256 is not the recorded one.
pub fn fetch(api: &Api, file: &OutputFile, to: &Path) -> Result<(), DemoError> {
    let signed = api.download(&file.link)?;
    let source = api.fetch(&signed.url)?;
    let writing = format!("download {}", to.display());
    let found = copy(source, to).map_err(DemoError::io(writing))?;
    if found != file.sha256 {
        return Err(DemoError::WrongBytes {
            name: to.display().to_string(),
            found,
            recorded: file.sha256.clone(),
        });
    }
    Ok(())
}

/// Copies and gives the SHA-256 in hexadecimal.
fn copy(mut from: impl Read, to: &Path) -> std::io::Result<String> {
    let mut file = BufWriter::new(File::create(to)?);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
        file.write_all(&buffer[..count])?;
    }
    file.flush()?;
    Ok(hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example "abc" of FIPS 180-2, appendix B.1.
    #[test]
    fn what_is_copied_is_hashed() {
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("abc");
        let found = copy(&b"abc"[..], &to).expect("a file");
        assert_eq!(
            found,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(std::fs::read(to).expect("it is there"), b"abc");
    }
}
