//! How much a process may use (setrlimit(2)).

use crate::SandboxError;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Most threads and processes that the user of the process may have when it starts another thread. The kernel counts all of
/// the user's, in every container that shares the user's number, so this is not the bound of one process: it keeps a flood
/// of threads from using up the process numbers of the machine (32,768 where nobody raised it). Root is exempt.
const USERS_THREADS: u64 = 8192;
/// Seconds between the signal that a process may handle (SIGXCPU) and its death.
const CPU_GRACE_S: u64 = 1;

/// How much a process may use. A lower limit that is in force already stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of address space: memory, stacks of threads, libraries, mapped files. More than what is resident: each thread
    /// sets its stack aside, and glibc 64 MiB for each of its arenas. Past it, memory cannot be had (ENOMEM).
    pub address_space_bytes: u64,
    /// Seconds on processors, all threads together; at least 1. Past it, SIGXCPU ends the process, and a second later SIGKILL
    /// ends one that does not mind SIGXCPU.
    pub cpu_s: u64,
    /// Bytes of one file. Past it, SIGXFSZ ends the process.
    pub file_bytes: u64,
    /// Descriptors open at a time. Past it, nothing can be opened (EMFILE).
    pub open_files: u64,
}

impl Limits {
    /// Every limit with its soft and its hard value.
    fn table(&self) -> [(&'static str, Resource, u64, u64); 6] {
        let same = |name, resource, value| (name, resource, value, value);
        let cpu_s = self.cpu_s.max(1);
        [
            same("address space", Resource::As, self.address_space_bytes),
            (
                "processor time",
                Resource::Cpu,
                cpu_s,
                cpu_s.saturating_add(CPU_GRACE_S),
            ),
            same("file size", Resource::Fsize, self.file_bytes),
            same("open files", Resource::Nofile, self.open_files),
            same("core dump", Resource::Core, 0),
            same("threads", Resource::Nproc, USERS_THREADS),
        ]
    }

    /// Puts the limits in force; nobody without privileges can raise them again.
    pub(crate) fn set(&self) -> Result<(), SandboxError> {
        for (limit, resource, soft, hard) in self.table() {
            let wanted = lower(getrlimit(resource), soft, hard);
            setrlimit(resource, wanted).map_err(|source| SandboxError::Limit {
                limit,
                source: source.into(),
            })?;
        }
        Ok(())
    }
}

/// The wanted values, where those in force are not lower already. `None` is no limit.
fn lower(now: Rlimit, soft: u64, hard: u64) -> Rlimit {
    let below = |value: u64, now: Option<u64>| now.map_or(value, |now| now.min(value));
    Rlimit {
        current: Some(below(soft, now.current)),
        maximum: Some(below(hard, now.maximum)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        address_space_bytes: 1 << 30,
        cpu_s: 10,
        file_bytes: 1 << 20,
        open_files: 64,
    };

    fn of(limits: Limits, wanted: Resource) -> (u64, u64) {
        let table = limits.table();
        let found = table
            .into_iter()
            .find(|(_, resource, ..)| *resource == wanted);
        let (_, _, soft, hard) = found.expect("the table has each resource once");
        (soft, hard)
    }

    #[test]
    fn processor_time_ends_with_a_signal_first() {
        assert_eq!(of(LIMITS, Resource::Cpu), (10, 11));
        let none = Limits { cpu_s: 0, ..LIMITS };
        assert_eq!(of(none, Resource::Cpu), (1, 2));
        let most = Limits {
            cpu_s: u64::MAX,
            ..LIMITS
        };
        assert_eq!(of(most, Resource::Cpu), (u64::MAX, u64::MAX));
    }

    #[test]
    fn no_memory_is_written_to_disk() {
        assert_eq!(of(LIMITS, Resource::Core), (0, 0));
    }

    #[test]
    fn a_lower_limit_stays() {
        let now = Rlimit {
            current: Some(5),
            maximum: Some(50),
        };
        let expected = Rlimit {
            current: Some(5),
            maximum: Some(20),
        };
        assert_eq!(lower(now, 20, 20), expected);
        let unlimited = Rlimit {
            current: None,
            maximum: None,
        };
        let expected = Rlimit {
            current: Some(20),
            maximum: Some(21),
        };
        assert_eq!(lower(unlimited, 20, 21), expected);
    }
}
