//! The process that is held.

use crate::attempt::{Attempt, report};
use crate::layers::Layers;
use crate::world::Place;
use crate::{TABLES, partial};
use gildhall_sandbox::enter_with;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// After so many seconds an attempt that hangs ends by SIGALRM.
const PATIENCE_S: u32 = 60;

/// Closes the sandbox, makes one attempt and tells how it went.
pub fn run(name: &str, root: &str, layers: &str) -> ExitCode {
    let layers = Layers::parse(layers).expect("written by the test");
    let attempts = TABLES.iter().copied().flatten().chain(partial::every());
    let attempt: &Attempt = attempts
        .into_iter()
        .find(|attempt| attempt.name == name)
        .expect("written by the test");
    let place = enter(root, layers);
    println!("{}", report((attempt.act)(&place)));
    ExitCode::SUCCESS
}

/// Closes the sandbox around this process.
pub fn enter(root: &str, layers: Layers) -> Place {
    let parent = rustix::process::getppid().expect("somebody started it");
    let place = Place::at(Path::new(root), parent.as_raw_pid());
    let rules = place.rules(address_space_bytes());
    // SAFETY: the call reads no memory, and nothing in here handles the signal.
    unsafe { libc::alarm(PATIENCE_S) };
    enter_with(&rules, layers.mode(), layers.available()).expect("the sandbox closes");
    place
}

/// The address space of this process, in bytes (proc(5), `VmSize`).
pub fn address_space_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("proc is there");
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kib = size.and_then(|size| size.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.expect("every process has a size") * 1024
}
