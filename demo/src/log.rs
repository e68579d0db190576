//! Logs of the roles.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

const LINES: usize = 20;
const BYTES: u64 = 16 * 1024;

/// Where a role's output goes.
pub fn path(logs: &Path, role: &str) -> PathBuf {
    logs.join(format!("{role}.log"))
}

/// The last lines, or why they cannot be read.
pub fn tail(path: &Path) -> String {
    let text = end(path).unwrap_or_else(|error| format!("({error})"));
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

fn end(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(bytes.saturating_sub(BYTES)))?;
    let mut end = Vec::new();
    file.take(BYTES).read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn only_the_last_lines_are_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = path(folder.path(), "api");
        let mut text = String::new();
        for number in 0..10_000 {
            writeln!(text, "line {number}").expect("a string takes everything");
        }
        std::fs::write(&log, text).expect("a file");
        let tail = tail(&log);
        assert_eq!(tail.lines().count(), LINES);
        assert!(tail.ends_with("line 9999"), "{tail}");
    }

    #[test]
    fn a_log_that_is_not_there_says_so() {
        assert!(tail(Path::new("/nowhere/api.log")).contains("No such file"));
    }
}
