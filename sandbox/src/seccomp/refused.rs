//! What is refused with EPERM: calls that a library may try in good faith, and arguments of calls that are allowed.

use super::{Calls, every};
use crate::Devices;
use SeccompCmpArgLen::{Dword, Qword};
use SeccompCmpOp::{MaskedEq, Ne};
use seccompiler::{BackendError, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};
use std::ffi::{c_int, c_long};

/// Refused whatever the arguments. Any call that stands nowhere is refused as well, as one that does not exist.
const CALLS: &[c_long] = &[
    // The network, and other processes by way of sockets.
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_listen,
    libc::SYS_socket,
    libc::SYS_socketpair,
    // Other processes.
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_setpgid,
    libc::SYS_setsid,
    libc::SYS_tkill,
    // Owners, modes and times of files: Landlock does not know of them, so they would reach every file of the user.
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_fsetxattr,
    libc::SYS_lsetxattr,
    libc::SYS_setxattr,
    libc::SYS_utimensat,
    // By path; older versions of Landlock do not know of it. `ftruncate` asks for a file that was opened for writing.
    libc::SYS_truncate,
    // A link or pipe in the output would be a trap for whoever reads it outside.
    libc::SYS_linkat,
    libc::SYS_mknodat,
    libc::SYS_symlinkat,
    // Memory that no limit of the process counts.
    libc::SYS_mq_open,
    libc::SYS_shmget,
    // Privileges, limits and priorities.
    libc::SYS_capset,
    libc::SYS_setgid,
    libc::SYS_setgroups,
    libc::SYS_setpriority,
    libc::SYS_setregid,
    libc::SYS_setresgid,
    libc::SYS_setresuid,
    libc::SYS_setreuid,
    libc::SYS_setrlimit,
    libc::SYS_setuid,
];

#[cfg(target_arch = "x86_64")]
const OLDER: &[c_long] = &[
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_fork,
    libc::SYS_futimesat,
    libc::SYS_lchown,
    libc::SYS_link,
    libc::SYS_mknod,
    libc::SYS_symlink,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_vfork,
];
#[cfg(target_arch = "aarch64")]
const OLDER: &[c_long] = &[];

/// What only drivers of hardware encoders do.
const DRIVERS: &[c_long] = &[libc::SYS_ioctl, libc::SYS_memfd_create];

/// How threads are started by glibc (`pthread_create`, since 2.3) and by musl, which adds a flag that means nothing any more.
const THREAD: c_int = libc::CLONE_VM
    | libc::CLONE_FS
    | libc::CLONE_FILES
    | libc::CLONE_SIGHAND
    | libc::CLONE_THREAD
    | libc::CLONE_SYSVSEM
    | libc::CLONE_SETTLS
    | libc::CLONE_PARENT_SETTID
    | libc::CLONE_CHILD_CLEARTID;
const MUSLS_THREAD: c_int = THREAD | libc::CLONE_DETACHED;

/// Names of threads and of memory: what prctl(2) may be asked for. And what was done already: the library does it again before
/// it adds the last filter.
const PRCTL: &[c_int] = &[
    libc::PR_SET_NAME,
    libc::PR_GET_NAME,
    libc::PR_SET_VMA,
    libc::PR_SET_NO_NEW_PRIVS,
];

/// What fcntl(2) may be asked for. Not the owner of a file's signals (`F_SETOWN`), who would get them wherever he is, nor the
/// size of a pipe.
const FCNTL: &[c_int] = &[
    libc::F_DUPFD,
    libc::F_DUPFD_CLOEXEC,
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    libc::F_SETFL,
];

/// The calls, with the arguments, that the process `pid` is refused.
pub(super) fn calls(devices: Devices, pid: i32) -> Result<Calls, BackendError> {
    let mut calls = every(CALLS);
    calls.extend(every(OLDER));
    calls.extend(threads_and_signals(pid)?);
    calls.extend(files()?);
    if devices == Devices::None {
        calls.extend(every(DRIVERS));
        calls.extend(code()?);
    }
    Ok(calls)
}

/// New processes, signals to others, others' limits and new ones of its own.
fn threads_and_signals(pid: i32) -> Result<[(i64, Vec<SeccompRule>); 5], BackendError> {
    let pid = u64::from(pid.unsigned_abs());
    Ok([
        (
            libc::SYS_clone,
            vec![rule([
                is(0, Qword, Ne, bits(THREAD)),
                is(0, Qword, Ne, bits(MUSLS_THREAD)),
            ])?],
        ),
        (libc::SYS_kill, vec![rule([is(0, Dword, Ne, pid)])?]),
        (libc::SYS_tgkill, vec![rule([is(0, Dword, Ne, pid)])?]),
        (libc::SYS_prctl, vec![none_of(0, PRCTL)?]),
        (
            libc::SYS_prlimit64,
            vec![
                rule([is(0, Dword, Ne, 0), is(0, Dword, Ne, pid)])?,
                rule([is(2, Qword, Ne, 0)])?,
            ],
        ),
    ])
}

/// Truncation by opening a file that is not opened for writing: older versions of Landlock let it pass. (Access mode 3 is
/// neither reading nor writing, open(2).)
fn files() -> Result<Vec<(i64, Vec<SeccompRule>)>, BackendError> {
    let truncates = |flags: u8| {
        let mask = MaskedEq(bits(libc::O_TRUNC | libc::O_ACCMODE));
        Ok(vec![
            rule([is(
                flags,
                Dword,
                mask.clone(),
                bits(libc::O_TRUNC | libc::O_RDONLY),
            )])?,
            rule([is(
                flags,
                Dword,
                mask,
                bits(libc::O_TRUNC | libc::O_ACCMODE),
            )])?,
        ])
    };
    Ok(vec![
        (libc::SYS_fcntl, vec![none_of(1, FCNTL)?]),
        (libc::SYS_openat, truncates(2)?),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_open, truncates(1)?),
    ])
}

/// Memory that can be executed: all code there is was loaded before.
fn code() -> Result<[(i64, Vec<SeccompRule>); 2], BackendError> {
    let executable = || {
        let exec = bits(libc::PROT_EXEC);
        Ok::<_, BackendError>(vec![rule([is(2, Qword, MaskedEq(exec), exec)])?])
    };
    Ok([
        (libc::SYS_mmap, executable()?),
        (libc::SYS_mprotect, executable()?),
    ])
}

/// Arguments that are not on a list.
fn none_of(argument: u8, list: &[c_int]) -> Result<SeccompRule, BackendError> {
    rule(
        list.iter()
            .map(|value| is(argument, Dword, Ne, bits(*value))),
    )
}

fn rule(
    conditions: impl IntoIterator<Item = Result<SeccompCondition, BackendError>>,
) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(conditions.into_iter().collect::<Result<_, _>>()?)
}

fn is(
    argument: u8,
    length: SeccompCmpArgLen,
    compare: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, length, compare, value)
}

/// Flags as the kernel gets them: numbers of 32 bits without a sign.
fn bits(flags: c_int) -> u64 {
    u64::from(flags.cast_unsigned())
}
