//! Who descends from whom, read from /proc.

use std::collections::HashMap;
use std::fs;

use rustix::process::{Pid, Signal};

/// Signals a process; one that has ended meanwhile is no error.
pub(super) fn send(pid: Pid, signal: Signal) {
    let _ = rustix::process::kill_process(pid, signal);
}

/// Stops `root` and all its descendants, and returns the descendants. Stopped processes start no others, so the
/// rounds end when one finds nothing new.
pub(super) fn freeze(root: Pid) -> Vec<Pid> {
    send(root, Signal::STOP);
    freeze_below(root)
}

/// Like [`freeze`], sparing `root` itself.
pub(super) fn freeze_below(root: Pid) -> Vec<Pid> {
    let mut frozen: Vec<Pid> = Vec::new();
    loop {
        let fresh: Vec<Pid> = descendants(root)
            .into_iter()
            .filter(|pid| !frozen.contains(pid))
            .collect();
        if fresh.is_empty() {
            return frozen;
        }
        for pid in fresh {
            send(pid, Signal::STOP);
            frozen.push(pid);
        }
    }
}

/// All living processes below `root`, without it. Zombies are not alive.
pub(super) fn descendants(root: Pid) -> Vec<Pid> {
    let mut children_of: HashMap<Pid, Vec<Pid>> = HashMap::new();
    for (pid, parent) in living() {
        children_of.entry(parent).or_default().push(pid);
    }
    let mut found = Vec::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        let children = children_of.remove(&parent).unwrap_or_default();
        parents.extend(&children);
        found.extend(children);
    }
    found
}

/// Whether the process exists and is no zombie.
pub(super) fn is_alive(pid: Pid) -> bool {
    stat(&pid.as_raw_nonzero().to_string()).is_some()
}

/// Every living process with its parent. One that ends while the list is read is left out.
fn living() -> Vec<(Pid, Pid)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let name = name.to_str()?;
            let pid = Pid::from_raw(name.parse().ok()?)?;
            Some((pid, stat(name)?))
        })
        .collect()
}

/// The parent of a living process.
fn stat(pid: &str) -> Option<Pid> {
    parent_of(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// `pid (name) state parent …`; the name may hold spaces and brackets, so the last bracket counts.
fn parent_of(stat: &str) -> Option<Pid> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = Pid::from_raw(fields.next()?.parse().ok()?)?;
    (state != "Z" && state != "X").then_some(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_of_a_process_is_read_over() {
        assert_eq!(parent_of("7 (a) b) (c) S 42 7 7 0"), Pid::from_raw(42));
        assert_eq!(parent_of("7 (sh) Z 42 7 7 0"), None);
        assert_eq!(parent_of("7 (kthread) S 0 0"), None);
        assert_eq!(parent_of(""), None);
    }

    #[test]
    fn a_child_is_a_living_descendant_until_it_ends() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .expect("sleep is everywhere");
        let pid = Pid::from_child(&child);
        assert!(is_alive(pid) && descendants(rustix::process::getpid()).contains(&pid));
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
        assert!(!is_alive(pid) && !descendants(rustix::process::getpid()).contains(&pid));
    }
}
