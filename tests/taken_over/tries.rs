//! What was tried, and whatever of it was not refused.

use std::fmt::Display;
use std::io::{self, ErrorKind};

/// What somebody achieved who should achieve nothing. Each thing is told on the error stream at once, whose end the worker logs
/// of whoever dies: a death afterwards hides nothing.
#[derive(Default)]
pub struct Tries {
    successes: Vec<String>,
    /// What failed, but not because the sandbox refused it: nothing is shown by that.
    unproven: Vec<String>,
}

impl Tries {
    /// Something was tried, with this result.
    pub fn one<T, E: Into<io::Error>>(&mut self, what: impl Display, result: Result<T, E>) {
        let result: Result<T, io::Error> = result.map_err(Into::into);
        match result {
            Ok(_) => self.succeeded(what),
            Err(error) if is_refusal(&error) => {}
            Err(error) => self.showed_nothing(format!("{what}: {error}")),
        }
    }

    /// Something came off.
    pub fn succeeded(&mut self, what: impl Display) {
        eprintln!("escaped: {what}");
        self.successes.push(what.to_string());
    }

    /// Something could not be tried in earnest.
    pub fn showed_nothing(&mut self, why: impl Display) {
        eprintln!("unproven: {why}");
        self.unproven.push(why.to_string());
    }

    /// What it came to, in a word and in detail.
    pub fn sum(self) -> (&'static str, String) {
        let code = match (&self.successes[..], &self.unproven[..]) {
            ([], []) => "held",
            ([], _) => "unproven",
            _ => "escaped",
        };
        (code, [self.successes, self.unproven].concat().join("; "))
    }
}

/// Whether the system itself answered EPERM, as seccomp does, or EACCES, as Landlock does.
fn is_refusal(error: &io::Error) -> bool {
    error.kind() == ErrorKind::PermissionDenied && error.raw_os_error().is_some()
}
