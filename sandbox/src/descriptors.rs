//! Leaves standard input, output and error open, and nothing else.

use crate::SandboxError;
use crate::calls::{close, close_from};
use std::fs;
use std::io;

/// The first descriptor beyond the standard ones.
const FIRST: u32 = 3;

/// Closes whatever was inherited or opened before.
pub fn close_inherited() -> Result<(), SandboxError> {
    match close_from(FIRST) {
        // Linux before 5.9, or a sandbox around this process that does not know the call.
        Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => close_listed(),
        outcome => outcome,
    }
    .map_err(SandboxError::Descriptors)
}

/// Closes what `/proc` lists.
fn close_listed() -> io::Result<()> {
    let mut open = Vec::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.parse::<i32>().ok());
        open.extend(number.filter(|number| *number >= FIRST as i32));
    }
    // That of the folder itself is among them, and closed by now.
    open.into_iter().for_each(close);
    Ok(())
}
