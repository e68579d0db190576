//! Which system calls there are at all, and with which arguments (seccomp(2)).
//!
//! Filters are asked one by one, and of their answers the kernel takes the strictest:
//!
//! - [`deadly`]: calls that nobody makes in good faith in here. They end the process (SIGSYS).
//! - [`refused`]: calls, and arguments of allowed calls, that are known and not permitted (EPERM).
//! - [`allowed`]: the calls that renders make. Any other one does not exist (ENOSYS), which is what libraries expect of a call
//!   that the kernel is too old for; glibc then starts threads by `clone`, whose arguments can be judged, and not by `clone3`.
//!
//! A call by another interface (32 bits) ends the process as well. A filter sees numbers only: what a pointer points to, such
//! as a path, is Landlock's business.

mod allowed;
mod deadly;
mod refused;
#[cfg(test)]
mod tests;

use crate::{Devices, SandboxError};
use rustix::process::getpid;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch,
    apply_filter_all_threads,
};
use std::collections::BTreeMap;
use std::ffi::c_long;

/// Calls, each with the arguments that are meant; with any arguments where it has no rules.
type Calls = BTreeMap<i64, Vec<SeccompRule>>;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

/// Puts all filters in force, for good.
pub fn put_in_force(devices: Devices) -> Result<(), SandboxError> {
    for filter in filters(devices, getpid().as_raw_pid())? {
        apply_filter_all_threads(&filter)?;
    }
    Ok(())
}

/// The filters of the process `pid`, the one that knows all permitted calls last: adding filters is not among them.
fn filters(devices: Devices, pid: i32) -> Result<Vec<BpfProgram>, BackendError> {
    let refused = refused::calls(devices, pid)?;
    // Of two refusals the later filter's counts, so it lets pass what the other one refuses.
    let mut known = allowed::calls(devices);
    known.extend(refused.keys().map(|call| (*call, Vec::new())));
    let mut filters = vec![
        filter(refused, refusal(libc::EPERM), SeccompAction::Allow)?,
        filter(known, SeccompAction::Allow, refusal(libc::ENOSYS))?,
    ];
    // Drivers try many things, and have ways to do without.
    if devices == Devices::None {
        let calls = every(deadly::CALLS);
        filters.insert(
            0,
            filter(calls, SeccompAction::KillProcess, SeccompAction::Allow)?,
        );
    }
    Ok(filters)
}

fn filter(
    calls: Calls,
    answer: SeccompAction,
    otherwise: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(calls, otherwise, answer, ARCHITECTURE)?.try_into()
}

fn refusal(errno: i32) -> SeccompAction {
    SeccompAction::Errno(errno.unsigned_abs())
}

/// These calls, whatever their arguments.
fn every(calls: &[c_long]) -> Calls {
    calls.iter().map(|call| (*call, Vec::new())).collect()
}
