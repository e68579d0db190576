//! Gives up what would let the process out again, also where it runs as root.

use crate::SandboxError;
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

/// Gives up all privileges, for good.
pub fn drop_all() -> Result<(), SandboxError> {
    let failed = |privilege| {
        move |source: rustix::io::Errno| SandboxError::Privileges {
            privilege,
            source: source.into(),
        }
    };
    // Landlock and seccomp ask for this: no program started later could gain any.
    set_no_new_privs(true).map_err(failed("gaining privileges"))?;
    // Its memory is nobody's to read: not a dump's, not another process' of the same user. `/proc/PID/status` stays readable.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed("memory dumps"))?;
    // The ambient set follows. Giving them up does not undo a parent-death signal (prctl(2)), gaining some would.
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, none).map_err(failed("capabilities"))
}
