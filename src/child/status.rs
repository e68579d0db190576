//! What the system says of a running process (proc(5), `status`).

use rustix::process::Pid;
use std::fs;

/// A process at one moment. What the system does not tell is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Megabytes resident (`VmRSS`).
    pub resident_mb: u64,
    /// Bytes of address space (`VmSize`).
    pub address_space_bytes: u64,
    /// Threads.
    pub threads: u64,
}

impl Status {
    /// Of a child.
    pub fn of(pid: Pid) -> Status {
        Status::at(&format!("/proc/{}/status", pid.as_raw_nonzero()))
    }

    /// Of this process.
    pub fn own() -> Status {
        Status::at("/proc/self/status")
    }

    fn at(path: &str) -> Status {
        Status::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    /// Out of the text of such a file. The name that the process gave itself has a line of its own there.
    pub fn parse(text: &str) -> Status {
        let number = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let first = line.and_then(|rest| rest.split_whitespace().next());
            first.and_then(|word| word.parse::<u64>().ok()).unwrap_or(0)
        };
        Status {
            resident_mb: number("VmRSS:") / 1024,
            address_space_bytes: number("VmSize:").saturating_mul(1024),
            threads: number("Threads:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_found() {
        let text = "Name:\tgildhall\nVmPeak:\t  999 kB\nVmSize:\t  4096 kB\nVmRSS:\t  2049 kB\nThreads:\t7\n";
        let expected = Status {
            resident_mb: 2,
            address_space_bytes: 4 << 20,
            threads: 7,
        };
        assert_eq!(Status::parse(text), expected);
        assert_eq!(Status::parse("VmRSS: many"), Status::default());
    }

    #[test]
    fn this_process_has_memory_and_threads() {
        let own = Status::own();
        assert!(own.address_space_bytes > 0 && own.threads > 0, "{own:?}");
    }
}
