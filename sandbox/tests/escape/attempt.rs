//! One attempt, and how it has to end.

use crate::world::Place;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::Output;

/// Something that a process inside does.
#[derive(Clone, Copy)]
pub struct Attempt {
    /// How it is called on the command line.
    pub name: &'static str,
    /// What is done once the sandbox is closed.
    pub act: fn(&Place) -> io::Result<()>,
    /// How that has to end.
    pub end: End,
}

/// How an attempt has to end.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// It is allowed and works.
    Works,
    /// It fails with one of these error numbers.
    Errno(&'static [i32]),
    /// This signal ends the process.
    Signal(i32),
}

/// The attempt `name`, which has to end so.
pub const fn attempt(name: &'static str, end: End, act: fn(&Place) -> io::Result<()>) -> Attempt {
    Attempt { name, act, end }
}

/// Refused by Landlock.
pub const CLOSED: End = End::Errno(&[libc::EACCES]);
/// Refused by seccomp, as something that is not permitted.
pub const REFUSED: End = End::Errno(&[libc::EPERM]);
/// Refused by seccomp, as something that does not exist.
pub const MISSING: End = End::Errno(&[libc::ENOSYS]);
/// Ended by seccomp.
pub const DEADLY: End = End::Signal(libc::SIGSYS);

/// What the process inside says when it is done.
pub fn report(outcome: io::Result<()>) -> String {
    match outcome {
        Ok(()) => "works".to_owned(),
        Err(error) => match error.raw_os_error() {
            Some(errno) => format!("errno {errno}"),
            None => format!("error {error}"),
        },
    }
}

impl Attempt {
    /// What is wrong with the way it ended, if something is.
    pub fn fault(&self, output: &Output) -> Option<String> {
        let said = String::from_utf8_lossy(&output.stdout);
        let said = said.trim_end();
        let is_right = match self.end {
            End::Works => output.status.success() && said == "works",
            End::Errno(list) => {
                let said = said
                    .strip_prefix("errno ")
                    .and_then(|number| number.parse().ok());
                output.status.success() && said.is_some_and(|errno: i32| list.contains(&errno))
            }
            End::Signal(signal) => output.status.signal() == Some(signal) && said.is_empty(),
        };
        (!is_right).then(|| {
            let complaint = String::from_utf8_lossy(&output.stderr);
            format!(
                "it has to end with {:?}, but: {}, {said:?} {}",
                self.end,
                output.status,
                complaint.trim_end()
            )
        })
    }
}
