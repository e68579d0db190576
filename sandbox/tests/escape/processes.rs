//! Other processes: reading, tracing and signalling them, and making new ones.

use crate::attempt::{Attempt, DEADLY, MISSING, REFUSED, attempt};
use crate::calls::{attempt as call, attempt_fork, signed};
use std::ffi::c_int;
use std::process::Command;

pub const OTHERS: &[Attempt] = &[
    attempt("trace the parent", DEADLY, |place| {
        let attach = libc::PTRACE_ATTACH as usize;
        call(libc::SYS_ptrace, &[attach, signed(place.parent), 0, 0])
    }),
    attempt("be traced", DEADLY, |_| {
        call(libc::SYS_ptrace, &[libc::PTRACE_TRACEME as usize, 0, 0, 0])
    }),
    attempt("read the parent's memory by a call", DEADLY, |place| {
        call(libc::SYS_process_vm_readv, &[signed(place.parent), 0, 0])
    }),
    attempt("write the parent's memory by a call", DEADLY, |place| {
        call(libc::SYS_process_vm_writev, &[signed(place.parent), 0, 0])
    }),
    attempt("get hold of the parent", REFUSED, |place| {
        call(libc::SYS_pidfd_open, &[signed(place.parent), 0])
    }),
    attempt("take the parent's descriptors", DEADLY, |_| {
        call(libc::SYS_pidfd_getfd, &[0, 0, 0])
    }),
    attempt("compare itself with the parent", DEADLY, |place| {
        call(libc::SYS_kcmp, &[signed(place.parent), 0, 0, 0, 0])
    }),
    // Signal 0 asks for permission and harms nobody, should it be given.
    attempt("signal the parent", REFUSED, |place| {
        call(libc::SYS_kill, &[signed(place.parent), 0])
    }),
    attempt("signal the parent's thread", REFUSED, |place| {
        let parent = signed(place.parent);
        call(libc::SYS_tgkill, &[parent, parent, 0])
    }),
    attempt("signal a thread by its number alone", REFUSED, |place| {
        call(libc::SYS_tkill, &[signed(place.parent), 0])
    }),
    attempt("signal its process group", REFUSED, |_| {
        call(libc::SYS_kill, &[0, 0])
    }),
    attempt("signal the parent's process group", REFUSED, |place| {
        call(libc::SYS_kill, &[signed(-place.parent), 0])
    }),
    attempt("signal everybody", REFUSED, |_| {
        call(libc::SYS_kill, &[signed(-1), 0])
    }),
    attempt("signal the first process", REFUSED, |_| {
        call(libc::SYS_kill, &[1, 0])
    }),
    attempt("queue a signal", REFUSED, |place| {
        call(libc::SYS_rt_sigqueueinfo, &[signed(place.parent), 0, 0])
    }),
    attempt("signal by a descriptor", REFUSED, |_| {
        call(libc::SYS_pidfd_send_signal, &[0, 0, 0, 0])
    }),
    attempt("have the kernel signal the parent", REFUSED, |place| {
        let parent = signed(place.parent);
        call(libc::SYS_fcntl, &[1, libc::F_SETOWN as usize, parent])
    }),
    attempt("choose that signal", REFUSED, |_| {
        // F_SETSIG of fcntl.h.
        call(libc::SYS_fcntl, &[1, 10, 9])
    }),
    attempt("leave its process group", REFUSED, |_| {
        call(libc::SYS_setpgid, &[0, 0])
    }),
    attempt("leave its session", REFUSED, |_| {
        call(libc::SYS_setsid, &[])
    }),
    attempt("outlive the parent", REFUSED, |_| {
        call(libc::SYS_prctl, &[libc::PR_SET_PDEATHSIG as usize, 0])
    }),
    attempt("read the parent's limits", REFUSED, |place| {
        call(libc::SYS_prlimit64, &[signed(place.parent), 0, 0, 0])
    }),
    attempt("slow the parent down", REFUSED, |place| {
        call(libc::SYS_setpriority, &[0, signed(place.parent), 19])
    }),
    attempt("keep the parent to a processor", MISSING, |place| {
        call(libc::SYS_sched_setaffinity, &[signed(place.parent), 0, 0])
    }),
];

pub const NEW: &[Attempt] = &[
    #[cfg(target_arch = "x86_64")]
    attempt("fork", REFUSED, |_| attempt_fork(libc::SYS_fork, &[])),
    #[cfg(target_arch = "x86_64")]
    attempt("vfork", REFUSED, |_| attempt_fork(libc::SYS_vfork, &[])),
    attempt("fork by clone", REFUSED, |_| clone(libc::SIGCHLD)),
    attempt("clone for the parent", REFUSED, |_| {
        clone(libc::CLONE_PARENT | libc::SIGCHLD)
    }),
    attempt("clone into a new user namespace", REFUSED, |_| {
        clone(libc::CLONE_NEWUSER | libc::SIGCHLD)
    }),
    attempt("clone into new namespaces", REFUSED, |_| {
        clone(libc::CLONE_NEWPID | libc::CLONE_NEWNET | libc::CLONE_NEWNS | libc::SIGCHLD)
    }),
    attempt("fork by clone3", MISSING, |_| {
        // `struct clone_args` of clone(2): the fifth number is the signal at the end.
        let mut arguments = [0_u64; 11];
        arguments[4] = libc::SIGCHLD as u64;
        let size = size_of_val(&arguments);
        attempt_fork(libc::SYS_clone3, &[arguments.as_ptr() as usize, size])
    }),
    attempt("start a program as libraries do", REFUSED, |_| {
        Command::new("/bin/true").spawn().map(drop)
    }),
];

fn clone(flags: c_int) -> std::io::Result<()> {
    attempt_fork(libc::SYS_clone, &[flags as usize])
}
