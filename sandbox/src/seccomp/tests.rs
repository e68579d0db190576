//! What the filters answer, found by running them as the kernel does; `tests/escape` asks the kernel itself.

use super::*;
use Answer::{Allowed, Dies, Missing, Refused};
use std::ffi::c_int;

/// A process number for the filters.
const OWN: u64 = 4321;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Allowed,
    /// EPERM.
    Refused,
    /// ENOSYS.
    Missing,
    Dies,
}

/// The program's answer to a call: the classic BPF that these filters use (seccomp(2), `struct seccomp_data`).
fn run(program: &BpfProgram, call: i64, arguments: [u64; 6]) -> u32 {
    // AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h.
    let architecture = match ARCHITECTURE {
        TargetArch::x86_64 => 0xC000_003E_u32,
        _ => 0xC000_00B7,
    };
    let low = |value: u64| (value & 0xFFFF_FFFF) as u32;
    let load = |offset: u32| match offset {
        0 => u32::try_from(call).expect("calls are small numbers"),
        4 => architecture,
        16.. => {
            let (index, half) = ((offset - 16) / 8, offset % 8);
            let argument = arguments[index as usize];
            low(if half == 0 { argument } else { argument >> 32 })
        }
        _ => panic!("offset {offset}"),
    };
    let (mut at, mut accumulator) = (0, 0_u32);
    loop {
        let step = &program[at];
        at += 1;
        let jump = |holds: bool| usize::from(if holds { step.jt } else { step.jf });
        // The codes of linux/bpf_common.h: class, size or operation, mode or source.
        match step.code {
            0x20 => accumulator = load(step.k),
            0x54 => accumulator &= step.k,
            0x05 => at += step.k as usize,
            0x15 => at += jump(accumulator == step.k),
            0x25 => at += jump(accumulator > step.k),
            0x35 => at += jump(accumulator >= step.k),
            0x06 => return step.k,
            code => panic!("code {code:#x}"),
        }
    }
}

fn answer(devices: Devices, call: i64, arguments: [u64; 6]) -> Answer {
    let own = i32::try_from(OWN).expect("a small number");
    let filters = filters(devices, own).expect("the lists are sound");
    let answers = filters.iter().map(|filter| run(filter, call, arguments));
    // The strictest action is the lowest as a signed number; of equal ones, that of the filter that came last counts.
    let action = |answer: u32| (answer & libc::SECCOMP_RET_ACTION_FULL).cast_signed();
    let strictest = answers.rev().min_by_key(|answer| action(*answer));
    let errno = |errno: i32| libc::SECCOMP_RET_ERRNO | errno.unsigned_abs();
    match strictest.expect("there are filters") {
        libc::SECCOMP_RET_ALLOW => Allowed,
        libc::SECCOMP_RET_KILL_PROCESS => Dies,
        refused if refused == errno(libc::EPERM) => Refused,
        missing if missing == errno(libc::ENOSYS) => Missing,
        other => panic!("answer {other:#x}"),
    }
}

fn plain(call: i64, arguments: [u64; 6]) -> Answer {
    answer(Devices::None, call, arguments)
}

fn any(call: i64) -> Answer {
    plain(call, [0; 6])
}

/// Flags as arguments.
fn bits(flags: c_int) -> u64 {
    u64::from(flags.cast_unsigned())
}

#[test]
fn no_call_stands_on_two_lists() {
    let allowed = allowed::calls(Devices::None);
    let refused = refused::calls(Devices::None, 1).expect("the lists are sound");
    for (call, rules) in &refused {
        // Arguments are judged of calls that are allowed otherwise, and of no others.
        assert_eq!(allowed.contains_key(call), !rules.is_empty(), "{call}");
        assert!(!deadly::CALLS.contains(call), "{call}");
    }
    let both = deadly::CALLS
        .iter()
        .find(|call| allowed.contains_key(*call));
    assert_eq!(both, None);
}

#[test]
fn calls_are_allowed_refused_missing_or_deadly() {
    for call in [libc::SYS_read, libc::SYS_futex, libc::SYS_statx] {
        assert_eq!(any(call), Allowed, "{call}");
    }
    for call in [libc::SYS_socket, libc::SYS_fchmodat, libc::SYS_memfd_create] {
        assert_eq!(any(call), Refused, "{call}");
    }
    // The last one does not exist yet.
    for call in [libc::SYS_clone3, libc::SYS_openat2, libc::SYS_seccomp, 9999] {
        assert_eq!(any(call), Missing, "{call}");
    }
    for call in [libc::SYS_execve, libc::SYS_ptrace, libc::SYS_io_uring_setup] {
        assert_eq!(any(call), Dies, "{call}");
    }
}

/// The calls recorded with strace on x86-64 while every kind of input was rendered, on FFmpeg 5.1 and 7.1.
#[test]
fn calls_of_renders_are_allowed() {
    #[cfg(target_arch = "x86_64")]
    for call in [
        libc::SYS_access,
        libc::SYS_mkdir,
        libc::SYS_poll,
        libc::SYS_unlink,
    ] {
        assert_eq!(any(call), Allowed, "{call}");
    }
    for call in [
        libc::SYS_brk,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_flock,
        libc::SYS_fstat,
        libc::SYS_fsync,
        libc::SYS_futex,
        libc::SYS_getcwd,
        libc::SYS_getdents64,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_getrusage,
        libc::SYS_gettid,
        libc::SYS_lseek,
        libc::SYS_madvise,
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_newfstatat,
        libc::SYS_openat,
        libc::SYS_pread64,
        libc::SYS_pwrite64,
        libc::SYS_read,
        libc::SYS_renameat,
        libc::SYS_rseq,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_getaffinity,
        libc::SYS_set_robust_list,
        libc::SYS_sigaltstack,
        libc::SYS_statfs,
        libc::SYS_statx,
        libc::SYS_write,
    ] {
        assert_eq!(any(call), Allowed, "{call}");
    }
}

#[test]
fn a_clone_is_a_thread_or_nothing() {
    let clone = |flags: u64| plain(libc::SYS_clone, [flags, 0, 0, 0, 0, 0]);
    // As strace shows it of glibc and of musl.
    let thread = 0x003d_0f00;
    assert_eq!(clone(thread), Allowed);
    assert_eq!(clone(0x007d_0f00), Allowed);
    let fork = bits(libc::SIGCHLD);
    let spawn = bits(libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD);
    let fresh = thread | bits(libc::CLONE_NEWNS);
    let unshared = thread & !bits(libc::CLONE_FS);
    for flags in [0, fork, spawn, fresh, unshared, thread | 1 << 32, !0] {
        assert_eq!(clone(flags), Refused, "{flags:#x}");
    }
}

#[test]
fn signals_go_to_the_process_itself() {
    let group = (-1_i32).cast_unsigned();
    for call in [libc::SYS_kill, libc::SYS_tgkill] {
        let to = |pid: u64| plain(call, [pid, OWN, 9, 0, 0, 0]);
        assert_eq!(to(OWN), Allowed);
        for other in [
            0,
            1,
            OWN + 1,
            u64::from(group),
            u64::MAX,
            (!OWN).wrapping_add(1),
        ] {
            assert_eq!(to(other), Refused, "{other:#x}");
        }
    }
    assert_eq!(any(libc::SYS_tkill), Refused);
}

#[test]
fn limits_are_read_and_not_set() {
    let prlimit = |pid, new| plain(libc::SYS_prlimit64, [pid, 7, new, 0x7fff_0000, 0, 0]);
    assert_eq!(prlimit(0, 0), Allowed);
    assert_eq!(prlimit(OWN, 0), Allowed);
    assert_eq!(prlimit(1, 0), Refused);
    assert_eq!(prlimit(0, 0x7fff_0000), Refused);
    assert_eq!(prlimit(0, 1 << 32), Refused);
}

#[test]
fn descriptors_and_names_have_a_few_requests() {
    let fcntl = |request: c_int| plain(libc::SYS_fcntl, [5, bits(request), 0, 0, 0, 0]);
    for request in [libc::F_GETFD, libc::F_SETFD, libc::F_DUPFD_CLOEXEC] {
        assert_eq!(fcntl(request), Allowed, "{request}");
    }
    // F_SETSIG of fcntl.h is not among libc's constants.
    for request in [
        libc::F_SETOWN,
        10,
        libc::F_SETPIPE_SZ,
        libc::F_SETLEASE,
        libc::F_NOTIFY,
    ] {
        assert_eq!(fcntl(request), Refused, "{request}");
    }
    let prctl = |option: c_int| plain(libc::SYS_prctl, [bits(option), 0, 0, 0, 0, 0]);
    assert_eq!(prctl(libc::PR_SET_NAME), Allowed);
    for option in [
        libc::PR_SET_DUMPABLE,
        libc::PR_SET_PDEATHSIG,
        libc::PR_SET_SECCOMP,
        libc::PR_SET_MM,
        libc::PR_SET_PTRACER,
    ] {
        assert_eq!(prctl(option), Refused, "{option}");
    }
}

#[test]
fn files_are_truncated_where_they_may_be_written() {
    let open = |flags: c_int| plain(libc::SYS_openat, [0, 0, bits(flags), 0o666, 0, 0]);
    for flags in [
        libc::O_RDONLY,
        libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NONBLOCK,
        libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC,
        libc::O_RDWR | libc::O_TRUNC,
        libc::O_RDWR | libc::O_TMPFILE,
    ] {
        assert_eq!(open(flags), Allowed, "{flags:#o}");
    }
    for flags in [
        libc::O_TRUNC,
        libc::O_TRUNC | libc::O_CREAT,
        libc::O_TRUNC | 3,
    ] {
        assert_eq!(open(flags), Refused, "{flags:#o}");
    }
}

#[test]
fn no_memory_becomes_code() {
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        let with = |protection: c_int| plain(call, [0, 4096, bits(protection), 0x22, 0, 0]);
        assert_eq!(with(libc::PROT_NONE), Allowed);
        assert_eq!(with(libc::PROT_READ | libc::PROT_WRITE), Allowed);
        assert_eq!(with(libc::PROT_READ | libc::PROT_EXEC), Refused);
    }
}

#[test]
fn drivers_of_encoders_may_do_more_and_start_nothing() {
    let with = |call| {
        answer(
            Devices::Encoder,
            call,
            [0, 0, bits(libc::PROT_EXEC), 0, 0, 0],
        )
    };
    for call in [libc::SYS_ioctl, libc::SYS_mmap, libc::SYS_memfd_create] {
        assert_eq!(with(call), Allowed, "{call}");
        assert_eq!(
            plain(call, [0, 0, bits(libc::PROT_EXEC), 0, 0, 0]),
            Refused,
            "{call}"
        );
    }
    for call in [libc::SYS_execve, libc::SYS_ptrace, libc::SYS_clone3] {
        assert_eq!(with(call), Missing, "{call}");
    }
    for call in [libc::SYS_socket, libc::SYS_clone, libc::SYS_fchmodat] {
        assert_eq!(with(call), Refused, "{call}");
    }
}
