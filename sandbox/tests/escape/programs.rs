//! Other programs, and code that was not there before.

use crate::attempt::{Attempt, DEADLY, MISSING, REFUSED, attempt};
use crate::calls::{at, attempt as call, call as answer, here, path};
use std::ffi::c_int;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

const WRITABLE: c_int = libc::PROT_READ | libc::PROT_WRITE;

pub const TABLE: &[Attempt] = &[
    attempt("become another program", DEADLY, |_| {
        let program = path(Path::new("/bin/true"));
        call(libc::SYS_execve, &[at(&program), 0, 0])
    }),
    attempt("become another program by a folder", DEADLY, |_| {
        let program = path(Path::new("/bin/true"));
        call(libc::SYS_execveat, &[here(), at(&program), 0, 0, 0])
    }),
    attempt("become a program as libraries do", DEADLY, |_| {
        Err(Command::new("/bin/true").exec())
    }),
    attempt("become a program that it wrote", DEADLY, |place| {
        let program = place.output("program");
        fs::write(&program, "#!/bin/sh\n")?;
        fs::remove_file(&program)?;
        call(libc::SYS_execve, &[at(&path(&program)), 0, 0])
    }),
    attempt("have a program in memory", REFUSED, |_| {
        let name = path(Path::new("program"));
        call(libc::SYS_memfd_create, &[at(&name), 0])
    }),
    attempt("have secret memory", MISSING, |_| {
        // memfd_secret of Linux 5.14.
        call(447, &[0])
    }),
    attempt("map memory to be executed", REFUSED, |_| {
        map(WRITABLE | libc::PROT_EXEC).map(drop)
    }),
    attempt("turn memory into code", REFUSED, |_| {
        let address = map(WRITABLE)?;
        let code = (libc::PROT_READ | libc::PROT_EXEC) as usize;
        call(libc::SYS_mprotect, &[address, 4096, code])
    }),
    attempt("turn memory into code by a key", MISSING, |_| {
        let address = map(WRITABLE)?;
        let code = (libc::PROT_READ | libc::PROT_EXEC) as usize;
        call(libc::SYS_pkey_mprotect, &[address, 4096, code, usize::MAX])
    }),
    attempt("make all that is read executable", MISSING, |_| {
        // READ_IMPLIES_EXEC of personality(2).
        call(libc::SYS_personality, &[0x0040_0000])
    }),
    #[cfg(target_arch = "x86_64")]
    attempt("call as a 32-bit program", DEADLY, |_| {
        call_as_32_bit();
        Ok(())
    }),
    #[cfg(target_arch = "x86_64")]
    attempt("call by the x32 interface", MISSING, |_| {
        call(0x4000_0000 | libc::SYS_getpid, &[])
    }),
];

/// A page of fresh memory.
fn map(protection: c_int) -> io::Result<usize> {
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as usize;
    let protection = protection as usize;
    answer(libc::SYS_mmap, &[0, 4096, protection, flags, usize::MAX, 0])
}

/// Asks for the process' number by the entry that 32-bit programs use.
#[cfg(target_arch = "x86_64")]
fn call_as_32_bit() {
    // SAFETY: `getpid` is number 20 there, takes no arguments and changes only the register of the answer; a kernel without
    // that entry sends a signal instead.
    unsafe { std::arch::asm!("int 0x80", inlateout("rax") 20_usize => _) };
}
