//! The system calls that no safe library offers.

use std::io;
use std::ptr;

/// `LANDLOCK_CREATE_RULESET_VERSION` of landlock_create_ruleset(2).
const VERSION: u32 = 1;

/// The version of Landlock's interface, if there is one.
pub fn landlock_abi() -> Option<u8> {
    // SAFETY: with this flag the kernel reads no attributes and answers a number.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            ptr::null::<libc::c_void>(),
            0_usize,
            VERSION,
        )
    };
    match answer {
        1.. => Some(u8::try_from(answer).unwrap_or(u8::MAX)),
        _ => None,
    }
}

/// Whether seccomp takes filters that end the process (Linux 4.14).
pub fn has_seccomp() -> bool {
    let action: u32 = libc::SECCOMP_RET_KILL_PROCESS;
    // SAFETY: the kernel reads the four bytes of the action, which live until the call is over.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_GET_ACTION_AVAIL,
            0_u32,
            ptr::from_ref(&action),
        )
    };
    answer == 0
}

/// Closes every descriptor from `first` on, whoever uses it.
pub fn close_from(first: u32) -> io::Result<()> {
    // SAFETY: the kernel reads no memory. Whoever owns one of the descriptors in this process finds it closed, which
    // `enter` demands to be nobody.
    match unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0_u32) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Closes one descriptor, whoever uses it; one that is not open does no harm.
pub fn close(descriptor: i32) {
    // SAFETY: as for `close_from`.
    let _ = unsafe { libc::close(descriptor) };
}
