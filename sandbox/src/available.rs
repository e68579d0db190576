//! What of the sandbox this kernel has.

use crate::calls;
use std::fmt;

/// What of the sandbox this kernel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Available {
    /// The version of Landlock's interface (1 came with Linux 5.13); none where Landlock is not built in, not switched on, or not
    /// let through by a sandbox around this process.
    pub landlock_abi: Option<u8>,
    /// Whether seccomp takes filters that end a process.
    pub seccomp: bool,
}

impl Available {
    /// Whether nothing is missing. Any version of Landlock does: what later ones added (truncation, TCP, devices, signals) is
    /// refused by seccomp too, which the escape test shows for each version.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.landlock_abi.is_some() && self.seccomp
    }
}

impl fmt::Display for Available {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.landlock_abi {
            Some(abi) => write!(f, "Landlock {abi}, ")?,
            None => f.write_str("no Landlock, ")?,
        }
        f.write_str(match self.seccomp {
            true => "seccomp",
            false => "no seccomp",
        })
    }
}

/// Asks the kernel; nothing is put in force.
#[must_use]
pub fn available() -> Available {
    Available {
        landlock_abi: calls::landlock_abi(),
        seccomp: calls::has_seccomp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Available = Available {
        landlock_abi: Some(7),
        seccomp: true,
    };

    #[test]
    fn each_layer_counts() {
        let without_landlock = Available {
            landlock_abi: None,
            ..WHOLE
        };
        let without_seccomp = Available {
            seccomp: false,
            ..WHOLE
        };
        assert!(WHOLE.is_whole());
        assert!(!without_landlock.is_whole() && !without_seccomp.is_whole());
        assert_eq!(WHOLE.to_string(), "Landlock 7, seccomp");
        assert_eq!(without_landlock.to_string(), "no Landlock, seccomp");
        assert_eq!(without_seccomp.to_string(), "Landlock 7, no seccomp");
    }

    /// The lines of proc(5) that tell which seccomp filters hold this process.
    fn filters() -> Vec<String> {
        let status = std::fs::read_to_string("/proc/self/status").expect("proc is there");
        let lines = status.lines().filter(|line| line.starts_with("Seccomp"));
        lines.map(str::to_owned).collect()
    }

    #[test]
    fn the_kernel_is_asked_without_any_effect() {
        let before = filters();
        assert_eq!(available(), available());
        assert_eq!(filters(), before);
    }
}
