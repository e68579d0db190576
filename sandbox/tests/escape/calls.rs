//! System calls as somebody makes them who has taken a process over: past every library.

use std::ffi::{CString, c_long};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Makes a call with up to six arguments.
pub fn call(number: c_long, arguments: &[usize]) -> io::Result<usize> {
    let mut all = [0; 6];
    all[..arguments.len()].copy_from_slice(arguments);
    let [a, b, c, d, e, f] = all;
    // SAFETY: the tables give pointers only to what lives until the call is over and is as long as the call assumes, or null.
    let answer = unsafe { libc::syscall(number, a, b, c, d, e, f) };
    match usize::try_from(answer) {
        Ok(answer) => Ok(answer),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

/// As [`call`], where the answer is of no interest.
pub fn attempt(number: c_long, arguments: &[usize]) -> io::Result<()> {
    call(number, arguments).map(drop)
}

/// As [`attempt`], for calls that return in a new process as well: that one ends at once.
pub fn attempt_fork(number: c_long, arguments: &[usize]) -> io::Result<()> {
    if call(number, arguments)? == 0 {
        // SAFETY: ends the new process without touching what it shares with the old one.
        unsafe { libc::_exit(0) };
    }
    Ok(())
}

/// A path for the kernel.
pub fn path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("paths of the test have no zeros")
}

/// The address of a path.
pub fn at(path: &CString) -> usize {
    path.as_ptr() as usize
}

/// A number with a sign, as an argument.
pub fn signed(number: i32) -> usize {
    number as isize as usize
}

/// `AT_FDCWD`: paths are absolute or start at the current folder.
pub fn here() -> usize {
    signed(libc::AT_FDCWD)
}
