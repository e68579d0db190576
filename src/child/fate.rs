//! What an exit status means: the limits of a sandbox show as signals.

use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// What Rust's allocator says last when the address space is used up.
const NO_MEMORY: &str = "memory allocation of";

/// What ended a child that gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It made a call that its sandbox answers with death (SIGSYS). No sound decoder does.
    Violation,
    /// Its address space was used up.
    OutOfMemory,
    /// Its time on the processors was used up (SIGXCPU).
    OverCpu,
    /// A file of its grew too large (SIGXFSZ).
    OverFileSize,
    /// Somebody killed it: most likely the system, for want of memory.
    Killed,
    /// It broke down, or ended by itself without a word.
    Crashed,
}

impl Fate {
    /// The meaning of a status; `complaint` is the end of the child's error stream.
    pub fn of(status: ExitStatus, complaint: &str) -> Fate {
        let Some(signal) = status.signal() else {
            return Fate::Crashed;
        };
        let is = |other: Signal| signal == other.as_raw();
        match signal {
            _ if is(Signal::SYS) => Fate::Violation,
            _ if is(Signal::XCPU) => Fate::OverCpu,
            _ if is(Signal::XFSZ) => Fate::OverFileSize,
            _ if is(Signal::KILL) => Fate::Killed,
            _ if is(Signal::ABORT) && complaint.contains(NO_MEMORY) => Fate::OutOfMemory,
            _ => Fate::Crashed,
        }
    }

    /// In words for whoever sent what it handled.
    pub const fn brief(self) -> &'static str {
        match self {
            Fate::Violation => "the process did what its sandbox forbids",
            Fate::OutOfMemory => "the process ran out of memory",
            Fate::OverCpu => "the process used up its time on the processors",
            Fate::OverFileSize => "the process wrote a file that is too large",
            Fate::Killed => "the process was killed",
            Fate::Crashed => "the process broke down",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn killed_by(signal: Signal) -> ExitStatus {
        ExitStatus::from_raw(signal.as_raw())
    }

    #[test]
    fn each_limit_of_the_sandbox_has_its_own_fate() {
        let aborted = "memory allocation of 4294967296 bytes failed\n";
        for (signal, complaint, fate) in [
            (Signal::SYS, "", Fate::Violation),
            (Signal::XCPU, "", Fate::OverCpu),
            (Signal::XFSZ, "", Fate::OverFileSize),
            (Signal::KILL, "", Fate::Killed),
            (Signal::ABORT, aborted, Fate::OutOfMemory),
            (Signal::ABORT, "double free or corruption", Fate::Crashed),
            (Signal::SEGV, aborted, Fate::Crashed),
        ] {
            let status = killed_by(signal);
            assert_eq!(Fate::of(status, complaint), fate, "{status}");
        }
    }

    #[test]
    fn an_exit_without_a_word_is_a_crash() {
        for code in [0, 1, 101] {
            // wait(2): the exit code is the second byte.
            let status = ExitStatus::from_raw(code << 8);
            assert_eq!(Fate::of(status, ""), Fate::Crashed);
        }
    }
}
