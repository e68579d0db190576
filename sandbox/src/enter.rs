//! The order in which the layers close.

use crate::{
    Available, Devices, Mode, Rules, SandboxError, available, descriptors, landlock, privileges,
    seccomp,
};
use std::fmt;
use std::fs;

/// What holds this process from now on. The layers that every kernel has are always among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The version of Landlock's interface that the kernel has, if Landlock is in force.
    pub landlock_abi: Option<u8>,
    /// Whether seccomp is in force.
    pub seccomp: bool,
}

impl fmt::Display for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let InForce {
            landlock_abi,
            seccomp,
        } = *self;
        let layers = Available {
            landlock_abi,
            seccomp,
        };
        layers.fmt(f)
    }
}

/// Closes the sandbox around this process, for good.
///
/// To be called while the process has a single thread and owns no descriptor but the standard three: all others are closed,
/// whoever holds them. What needs the outside has to be done before: finding the number of processors, making folders to
/// write into.
///
/// # Errors
/// [`SandboxError`]; a part may be in force then, and the process should end.
pub fn enter(rules: &Rules, mode: Mode) -> Result<InForce, SandboxError> {
    enter_with(rules, mode, available())
}

/// As [`enter`], with what is known to be available: tests name an older version of Landlock here.
#[doc(hidden)]
pub fn enter_with(
    rules: &Rules,
    mode: Mode,
    available: Available,
) -> Result<InForce, SandboxError> {
    if mode == Mode::Required {
        demand(rules, available)?;
    }
    is_alone(mode)?;
    descriptors::close_inherited()?;
    privileges::drop_all()?;
    rules.limits.set()?;
    if let Some(abi) = available.landlock_abi {
        landlock::put_in_force(rules, abi)?;
    }
    // Last: it refuses the calls that the others need.
    if available.seccomp {
        seccomp::put_in_force(rules.devices)?;
    }
    Ok(InForce {
        landlock_abi: available.landlock_abi,
        seccomp: available.seccomp,
    })
}

fn demand(rules: &Rules, available: Available) -> Result<(), SandboxError> {
    if !available.is_whole() {
        return Err(SandboxError::Lacking { available });
    }
    match rules.devices {
        Devices::None => Ok(()),
        Devices::Encoder => Err(SandboxError::Devices),
    }
}

/// Landlock holds the calling thread and those that it starts, not those that run already.
fn is_alone(mode: Mode) -> Result<(), SandboxError> {
    match fs::read_dir("/proc/self/task").map(Iterator::count) {
        Ok(1) => Ok(()),
        Ok(count) => Err(SandboxError::Threads { count }),
        Err(error) if mode == Mode::Required => Err(SandboxError::Uncounted(error)),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    const WHOLE: Available = Available {
        landlock_abi: Some(1),
        seccomp: true,
    };

    fn rules(devices: Devices) -> Rules {
        Rules {
            read: Vec::new(),
            write: Vec::new(),
            limits: Limits {
                address_space_bytes: 1 << 30,
                cpu_s: 1,
                file_bytes: 1,
                open_files: 1,
            },
            devices,
        }
    }

    #[test]
    fn nothing_is_closed_where_a_required_layer_is_missing() {
        for lacking in [
            Available {
                landlock_abi: None,
                ..WHOLE
            },
            Available {
                seccomp: false,
                ..WHOLE
            },
        ] {
            let refused = enter_with(&rules(Devices::None), Mode::Required, lacking);
            assert!(
                matches!(refused, Err(SandboxError::Lacking { available }) if available == lacking)
            );
        }
    }

    #[test]
    fn a_required_sandbox_has_no_devices() {
        let refused = enter_with(&rules(Devices::Encoder), Mode::Required, WHOLE);
        assert!(matches!(refused, Err(SandboxError::Devices)));
    }

    #[test]
    fn other_threads_are_noticed() {
        let (ends, end) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || end.recv());
        for mode in [Mode::Required, Mode::BestEffort] {
            let refused = enter_with(&rules(Devices::None), mode, WHOLE);
            assert!(
                matches!(refused, Err(SandboxError::Threads { count: 2.. })),
                "{refused:?}"
            );
        }
        drop(ends);
        let _ = other.join();
    }

    #[test]
    fn what_is_in_force_reads_like_what_is_available() {
        let in_force = InForce {
            landlock_abi: Some(1),
            seccomp: true,
        };
        assert_eq!(in_force.to_string(), WHOLE.to_string());
    }
}
