//! Which layers of the sandbox a process closes.

use gildhall_sandbox::{Available, Mode};
use std::fmt;

/// Which layers of the sandbox a process closes; the others it does without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// The version of Landlock, 0 for none.
    pub landlock: u8,
    /// Whether there is seccomp.
    pub seccomp: bool,
}

impl Layers {
    /// All of them, on a kernel of this Landlock.
    pub fn whole(abi: u8) -> Layers {
        Layers {
            landlock: abi,
            seccomp: true,
        }
    }

    /// As `Display` writes them.
    pub fn parse(word: &str) -> Option<Layers> {
        let (landlock, seccomp) = word.split_once('+')?;
        Some(Layers {
            landlock: landlock.parse().ok()?,
            seccomp: seccomp == "seccomp",
        })
    }

    /// What the sandbox is told to find.
    pub fn available(self) -> Available {
        Available {
            landlock_abi: (self.landlock > 0).then_some(self.landlock),
            seccomp: self.seccomp,
        }
    }

    /// Parts of a sandbox are closed only where that is allowed.
    pub fn mode(self) -> Mode {
        match self.available().is_whole() {
            true => Mode::Required,
            false => Mode::BestEffort,
        }
    }
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seccomp = if self.seccomp { "seccomp" } else { "" };
        write!(f, "{}+{seccomp}", self.landlock)
    }
}
