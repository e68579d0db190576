//! Closing the sandbox around this process, before it looks at anything that a stranger made.

use gildhall_sandbox::{Devices, Limits, Mode, Rules, enter};
use std::io;
use std::path::PathBuf;

const MEBIBYTE: u64 = 1 << 20;
/// Largest file that a render may write, in bytes: more than any video, and than what is kept of an overlay.
const RENDER_FILE_BYTES: u64 = 4 << 30;
/// Files that a render may have open at once; it needs about thirty.
const RENDER_OPEN_FILES: u64 = 256;

/// How a worker asks for the sandbox around a render. By hand, one renders one's own files.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// Close the sandbox around this process: required, or best-effort.
    #[arg(long, value_name = "MODE", hide = true, requires = "memory_limit_mb")]
    sandbox: Option<Mode>,
    /// Memory that the worker lets this process have.
    #[arg(long, value_name = "MB", hide = true, requires = "cpu_limit_s")]
    memory_limit_mb: Option<u64>,
    /// Seconds on the processors that it gets.
    #[arg(long, value_name = "SECONDS", hide = true, requires = "sandbox")]
    cpu_limit_s: Option<u64>,
}

/// What of the machine a render touches.
pub struct Touched {
    /// Files and folders that it reads.
    pub read: Vec<PathBuf>,
    /// Folders that it writes into; they are there.
    pub write: Vec<PathBuf>,
    /// Whether its encoder may need devices.
    pub devices: bool,
}

/// The sandbox refused this process something that it should never have wanted.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox refused it")]
pub struct Violation;

impl Asked {
    /// Whether there is to be a sandbox.
    pub fn is_wanted(&self) -> bool {
        self.sandbox.is_some()
    }

    /// Closes the sandbox that is wanted: from then on this process can touch these files and little else.
    ///
    /// # Errors
    /// When it cannot be closed.
    pub fn close(&self, touched: Touched) -> anyhow::Result<()> {
        let (Some(mode), Some(memory_mb), Some(cpu_s)) =
            (self.sandbox, self.memory_limit_mb, self.cpu_limit_s)
        else {
            anyhow::bail!("a sandbox has limits of memory and of processor time");
        };
        let rules = Rules {
            read: touched.read,
            write: touched.write,
            limits: Limits {
                address_space_bytes: address_space_bytes(memory_mb),
                cpu_s,
                file_bytes: RENDER_FILE_BYTES,
                open_files: RENDER_OPEN_FILES,
            },
            devices: match touched.devices {
                true => Devices::Encoder,
                false => Devices::None,
            },
        };
        enter(&rules, mode)?;
        Ok(())
    }
}

/// Address space of a render that may use so much memory. Its worker watches what is resident; this is what is merely set
/// aside as well. Stacks (8 MiB for each thread of the C libraries), arenas (64 MiB each), fonts, and the program itself take up
/// to 2 GiB, whatever the job; buffers that are freed and taken anew leave holes, so that as much again as is used has to do.
fn address_space_bytes(memory_limit_mb: u64) -> u64 {
    memory_limit_mb
        .saturating_mul(2 * MEBIBYTE)
        .saturating_add(2048 * MEBIBYTE)
}

/// Marks an error as the sandbox's where the system denied what it never denies to a process that keeps to its own files.
pub fn blamed(error: anyhow::Error) -> anyhow::Error {
    let is_denied = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|io| {
            io.kind() == io::ErrorKind::PermissionDenied && io.raw_os_error().is_some()
        })
    };
    match error.chain().any(is_denied) {
        true => error.context(Violation),
        false => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Context, anyhow};
    use rustix::io::Errno;

    #[test]
    fn a_denial_of_the_system_is_blamed_on_the_sandbox() {
        let denied = io::Error::from(Errno::ACCESS);
        let error = Err::<(), _>(denied).context("cannot read a file");
        let blamed_error = blamed(error.expect_err("it was denied"));
        assert!(blamed_error.is::<Violation>());
        let shown = format!("{blamed_error:#}");
        assert!(
            shown.starts_with("the sandbox refused it: cannot read a file"),
            "{shown}"
        );
        for other in [
            anyhow!("anything else"),
            io::Error::from(Errno::NOSPC).into(),
            io::Error::new(io::ErrorKind::PermissionDenied, "by a library").into(),
        ] {
            assert!(!blamed(other).is::<Violation>());
        }
    }

    #[test]
    fn address_space_grows_with_memory_and_never_overflows() {
        assert_eq!(address_space_bytes(4096), 10 << 30);
        assert_eq!(address_space_bytes(u64::MAX), u64::MAX);
    }
}
