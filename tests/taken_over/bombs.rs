//! More of everything than a render may have. None of these deeds is refused: whoever does one is ended for it, and has escaped
//! where that does not happen.

use std::fs::{self, File};
use std::thread;
use std::time::Duration;

use gildhall::cli::Begun;
use rustix::fs::{MemfdFlags, memfd_create};

use crate::tries::Tries;

const BLOCK_BYTES: usize = 64 << 20;
/// More address space than a render gets whose worker lets it have 1 GiB of memory.
const BLOCKS: usize = 96;
/// Twice as many as a child may have.
const THREADS: usize = 1024;
const FILES: usize = 3000;
/// Beyond what a render may write into one file.
const FILE_BYTES: u64 = 1 << 40;
/// Whoever watches needs a moment to notice.
const WATCHED_WITHIN: Duration = Duration::from_secs(20);

/// Memory that is really used: as much as can be had, for as long as that is let be.
pub fn memory(_: &Begun<'_>, tries: &mut Tries) {
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    while blocks.len() < BLOCKS {
        let mut block = Vec::new();
        if block.try_reserve_exact(BLOCK_BYTES).is_err() {
            break;
        }
        block.resize(BLOCK_BYTES, 1);
        blocks.push(block);
    }
    thread::sleep(WATCHED_WITHIN);
    tries.succeeded(format!("{} MiB", blocks.len() * (BLOCK_BYTES >> 20)));
}

/// Memory outside of the address space.
pub fn memory_file(_: &Begun<'_>, tries: &mut Tries) {
    let file = memfd_create("mine", MemfdFlags::CLOEXEC);
    tries.one("a file in memory", file);
}

/// Threads: as many as can be had, for as long as that is let be.
pub fn threads(_: &Begun<'_>, tries: &mut Tries) {
    let start = || {
        let thread = thread::Builder::new().stack_size(64 << 10);
        let started = thread.spawn(|| thread::sleep(2 * WATCHED_WITHIN));
        started.is_ok()
    };
    let started = (0..THREADS).take_while(|_| start()).count();
    thread::sleep(WATCHED_WITHIN);
    tries.succeeded(format!("{started} threads"));
}

/// One file that is too large.
pub fn large_file(begun: &Begun<'_>, tries: &mut Tries) {
    let path = begun.output.with_extension("large");
    let grown = File::create(path).and_then(|file| file.set_len(FILE_BYTES));
    tries.one("a file of a terabyte", grown);
}

/// Files that are nothing but many.
pub fn many_files(begun: &Begun<'_>, tries: &mut Tries) {
    let make = |number: &usize| {
        let path = begun.output.with_extension(number.to_string());
        fs::write(path, "").is_ok()
    };
    let made = (0..FILES).take_while(make).count();
    thread::sleep(WATCHED_WITHIN);
    tries.succeeded(format!("{made} files"));
}
