//! Privileges, namespaces, and the machine.

use crate::attempt::{Attempt, DEADLY, End, MISSING, REFUSED, attempt};
use crate::calls::{attempt as call, signed};
use crate::works::enough;
use std::ffi::c_long;

/// A call of which the number is enough.
macro_rules! plain {
    ($name:literal, $end:expr, $call:expr) => {
        attempt($name, $end, |_| call($call, &[]))
    };
}

pub const TABLE: &[Attempt] = &[
    plain!("change the root", DEADLY, libc::SYS_chroot),
    plain!("turn the root round", DEADLY, libc::SYS_pivot_root),
    plain!("mount", DEADLY, libc::SYS_mount),
    plain!("mount by the newer calls", DEADLY, libc::SYS_fsopen),
    plain!("copy a mount", DEADLY, libc::SYS_open_tree),
    plain!("unmount", DEADLY, libc::SYS_umount2),
    plain!("leave the namespaces", DEADLY, libc::SYS_unshare),
    attempt("join a namespace", DEADLY, |_| {
        call(libc::SYS_setns, &[signed(-1), 0])
    }),
    plain!("become another user", REFUSED, libc::SYS_setuid),
    attempt("become another user in all ways", REFUSED, |_| {
        call(libc::SYS_setresuid, &[1, 1, 1])
    }),
    plain!("become another group", REFUSED, libc::SYS_setgid),
    plain!("leave its groups", REFUSED, libc::SYS_setgroups),
    plain!("get capabilities", REFUSED, libc::SYS_capset),
    attempt("be readable to others", REFUSED, |_| {
        call(libc::SYS_prctl, &[libc::PR_SET_DUMPABLE as usize, 1])
    }),
    attempt("let anybody trace it", REFUSED, |_| {
        let anybody = usize::MAX;
        call(libc::SYS_prctl, &[libc::PR_SET_PTRACER as usize, anybody])
    }),
    attempt("change its memory map", REFUSED, |_| {
        call(libc::SYS_prctl, &[libc::PR_SET_MM as usize, 1])
    }),
    plain!("add a filter", MISSING, libc::SYS_seccomp),
    attempt("add a filter by prctl", REFUSED, |_| {
        call(libc::SYS_prctl, &[libc::PR_SET_SECCOMP as usize, 2, 0])
    }),
    plain!("add rules", MISSING, libc::SYS_landlock_restrict_self),
    plain!("load a program into the kernel", DEADLY, libc::SYS_bpf),
    plain!("load a module", DEADLY, libc::SYS_init_module),
    plain!("measure the kernel", DEADLY, libc::SYS_perf_event_open),
    plain!("handle page faults", DEADLY, libc::SYS_userfaultfd),
    plain!("read the kernel's keys", DEADLY, libc::SYS_keyctl),
    plain!("add a key", DEADLY, libc::SYS_add_key),
    plain!("restart the machine", DEADLY, libc::SYS_reboot),
    plain!("swap", DEADLY, libc::SYS_swapon),
    plain!("set the clock", MISSING, libc::SYS_clock_settime),
    plain!("rename the machine", MISSING, libc::SYS_sethostname),
    plain!("read the kernel's log", MISSING, libc::SYS_syslog),
    #[cfg(target_arch = "x86_64")]
    plain!("reach the ports", DEADLY, libc::SYS_iopl),
    attempt("write to the terminal as its user", REFUSED, |_| {
        call(libc::SYS_ioctl, &[0, libc::TIOCSTI as usize, 0])
    }),
    attempt("call what does not exist yet", MISSING, |_| {
        const FUTURE: c_long = 4000;
        call(FUTURE, &[])
    }),
    attempt("see only its own environment", End::Works, |_| {
        let mut variables = std::env::vars();
        let only = variables.next() == Some(("LANG".into(), "C.UTF-8".into()));
        enough(only && variables.next().is_none())
    }),
];
