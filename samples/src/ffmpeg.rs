//! Raw frames and samples into files, through the `ffmpeg` command.

use crate::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Keeps dates, versions and other circumstances out of the files.
const BIT_EXACT: [&str; 8] = [
    "-map_metadata",
    "-1",
    "-fflags",
    "+bitexact",
    "-flags:v",
    "+bitexact",
    "-flags:a",
    "+bitexact",
];

/// Encodes whatever `produce` writes. `input` describes the raw data on the pipe, `output` how it is encoded.
///
/// # Errors
/// [`Error::FfmpegMissing`] without the command, [`Error::Ffmpeg`] where it fails, with its own words.
pub fn encode(
    path: &Path,
    input: &[&str],
    output: &[&str],
    produce: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Error> {
    let mut child = start(path, input, output)?;
    let fed = match child.stdin.take() {
        Some(mut pipe) => produce(&mut pipe),
        None => Ok(()),
    };
    let done = child.wait_with_output().map_err(|source| Error::Write {
        path: path.into(),
        source,
    })?;
    if !done.status.success() {
        let message = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        return Err(Error::Ffmpeg {
            path: path.into(),
            message,
        });
    }
    // A broken pipe with a good exit status cannot lose data silently: report it.
    fed.map_err(|source| Error::Write {
        path: path.into(),
        source,
    })
}

fn start(path: &Path, input: &[&str], output: &[&str]) -> Result<Child, Error> {
    Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"])
        .args(input)
        .args(["-i", "pipe:0"])
        .args(output)
        .args(BIT_EXACT)
        .arg(absolute(path))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::FfmpegMissing)
}

/// An absolute path is never taken for an option or a protocol.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_carries_the_words_of_ffmpeg() {
        let path = std::env::temp_dir().join("gildhall-samples-never.mp4");
        let result = encode(&path, &["-f", "no_such_format"], &[], |_| Ok(()));
        match result {
            Err(Error::Ffmpeg { message, .. }) => {
                assert!(message.contains("no_such_format"), "{message}")
            }
            Err(Error::FfmpegMissing(_)) => {}
            other => panic!("unexpected {other:?}"),
        }
    }
}
