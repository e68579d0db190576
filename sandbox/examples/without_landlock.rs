//! Becomes another program, on what looks to that program like a kernel without Landlock: how the fleet's tests see what the
//! API, workers and `gildhall doctor` do there.
//!
//! Usage: `without_landlock PROGRAM [ARGUMENT...]`

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
use std::env;
use std::error::Error;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Every call of landlock(7).
const CALLS: [i64; 3] = [
    libc::SYS_landlock_create_ruleset,
    libc::SYS_landlock_add_rule,
    libc::SYS_landlock_restrict_self,
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().ok_or("which program?")?;
    forget_landlock()?;
    // The filter stays, and so does the process: it only comes back from here where the program cannot be run.
    Err(Command::new(program).args(arguments).exec().into())
}

/// Has the kernel answer as one that was built without it.
fn forget_landlock() -> Result<(), Box<dyn Error>> {
    let calls = CALLS.map(|call| (call, Vec::new())).into_iter().collect();
    let missing = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let filter = SeccompFilter::new(
        calls,
        SeccompAction::Allow,
        missing,
        env::consts::ARCH.try_into()?,
    )?;
    apply_filter(&BpfProgram::try_from(filter)?)?;
    Ok(())
}
