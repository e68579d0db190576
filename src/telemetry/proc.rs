//! What the system tells of a process in `/proc` (proc(5)).

use std::fs;
use std::time::Duration;

/// Clock ticks in a second, as `stat` counts them: `USER_HZ`, which is 100 on every machine that Gildhall runs on.
const TICKS_PER_S: u64 = 100;
/// Fields of `stat` behind the name: `state` is the first of them and the third of all.
const UTIME: usize = 14 - 3;
const STIME: usize = 15 - 3;
const THREADS: usize = 20 - 3;

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessUse {
    /// Time on processors for its own code, of all its threads.
    pub user: Duration,
    /// Time on processors for what it asked of the system.
    pub system: Duration,
    /// Memory that it has resident, in bytes; 0 once it has ended.
    pub resident_bytes: u64,
    /// The most that it ever had resident, in bytes; 0 once it has ended.
    pub peak_bytes: u64,
    /// Threads.
    pub threads: u64,
}

impl ProcessUse {
    /// That of a process by its id; `None` where it is gone. One that has ended and was not waited for yet still tells its
    /// times.
    #[must_use]
    pub fn of(pid: u32) -> Option<ProcessUse> {
        ProcessUse::below(&format!("/proc/{pid}"))
    }

    /// That of this process.
    #[must_use]
    pub fn own() -> Option<ProcessUse> {
        ProcessUse::below("/proc/self")
    }

    fn below(folder: &str) -> Option<ProcessUse> {
        let times = times(&fs::read_to_string(format!("{folder}/stat")).ok()?)?;
        let status = fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
        Some(ProcessUse {
            resident_bytes: bytes(&status, "VmRSS:"),
            peak_bytes: bytes(&status, "VmHWM:"),
            ..times
        })
    }
}

/// The times and threads of a line of `stat`.
fn times(stat: &str) -> Option<ProcessUse> {
    // The name in brackets may hold anything, so what follows is counted from its end.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    let ticks = |place| Some(Duration::from_millis(number(place)? * 1000 / TICKS_PER_S));
    Some(ProcessUse {
        user: ticks(UTIME)?,
        system: ticks(STIME)?,
        threads: number(THREADS)?,
        ..ProcessUse::default()
    })
}

/// A size of `status`, which tells it in kibibytes; 0 where it does not.
fn bytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_confuses_nothing() {
        let stat =
            "4242 (gild) hall R) S 1 4242 4242 0 -1 4194560 100 0 0 0 250 75 3 4 20 0 9 0 1000 0 0";
        let found = times(stat).expect("it is a line of stat");
        assert_eq!(found.user, Duration::from_millis(2500));
        assert_eq!(found.system, Duration::from_millis(750));
        assert_eq!(found.threads, 9);
        assert_eq!(times("4242 (gildhall) S 1"), None);
        assert_eq!(times(""), None);
    }

    #[test]
    fn sizes_are_bytes() {
        let status = "VmPeak:\t  900 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(bytes(status, "VmHWM:"), 2 << 20);
        assert_eq!(bytes(status, "VmRSS:"), 1 << 20);
        assert_eq!(bytes("State:\tZ (zombie)\n", "VmRSS:"), 0);
    }

    #[test]
    fn this_process_has_threads_and_memory() {
        let own = ProcessUse::own().expect("it lives");
        assert!(own.threads >= 1);
        assert!(own.resident_bytes > 1 << 20);
        assert!(own.peak_bytes >= own.resident_bytes / 2);
        assert_eq!(ProcessUse::of(u32::MAX), None);
    }
}
