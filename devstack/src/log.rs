//! The end of a service's log, for errors.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

const LINES: usize = 40;
const BYTES: u64 = 16 * 1024;

/// The last lines, or why they cannot be read.
pub(crate) fn tail(path: &Path) -> String {
    let text = read_end(path).unwrap_or_else(|e| format!("({}: {e})", path.display()));
    let skip = text.lines().count().saturating_sub(LINES);
    text.lines().skip(skip).collect::<Vec<_>>().join("\n")
}

fn read_end(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
