//! What each layer holds where the other one is missing: best-effort sandboxes, and proof that the layers overlap.

use crate::attempt::{Attempt, CLOSED, DEADLY, REFUSED, attempt};
use crate::calls::{at, attempt as call, path, signed};
use crate::files::MOVES;
use crate::layers::Layers;
use crate::world::World;
use std::fs::{self, File};
use std::net::TcpStream;
use std::path::Path;

/// With seccomp alone.
const NO_LANDLOCK: &[Attempt] = &[
    attempt("alone: connect", REFUSED, |_| {
        TcpStream::connect("127.0.0.1:80").map(drop)
    }),
    attempt("alone: become another program", DEADLY, |_| {
        call(libc::SYS_execve, &[0, 0, 0])
    }),
    attempt("alone: signal the parent", REFUSED, |place| {
        call(libc::SYS_kill, &[signed(place.parent), 0])
    }),
];

/// With any Landlock alone.
const NO_SECCOMP: &[Attempt] = &[
    attempt("bare: read the system's files", CLOSED, |_| {
        File::open("/etc/passwd").map(drop)
    }),
    attempt("bare: read another job's file", CLOSED, |place| {
        File::open(place.other("secret")).map(drop)
    }),
    attempt("bare: read the parent's environment", CLOSED, |place| {
        File::open(format!("/proc/{}/environ", place.parent)).map(drop)
    }),
    attempt("bare: make a symbolic link", CLOSED, |place| {
        std::os::unix::fs::symlink("/etc/passwd", place.output("link"))
    }),
    attempt("bare: link another job's file", MOVES, |place| {
        fs::hard_link(place.other("secret"), place.output("link"))
    }),
    attempt("bare: become another program", CLOSED, |_| {
        let program = path(Path::new("/bin/true"));
        call(libc::SYS_execve, &[at(&program), 0, 0])
    }),
    attempt("bare: trace the parent", REFUSED, |place| {
        let attach = libc::PTRACE_ATTACH as usize;
        call(libc::SYS_ptrace, &[attach, signed(place.parent), 0, 0])
    }),
    attempt("bare: mount", REFUSED, |place| {
        let (target, kind) = (path(&place.output("")), path(Path::new("tmpfs")));
        call(libc::SYS_mount, &[at(&kind), at(&target), at(&kind), 0, 0])
    }),
    attempt("bare: change the root", REFUSED, |place| {
        let root = path(&place.output(""));
        call(libc::SYS_chroot, &[at(&root)])
    }),
    attempt("bare: become another user", REFUSED, |_| {
        call(libc::SYS_setresuid, &[1, 1, 1])
    }),
];

/// What later versions of Landlock hold alone, and since when.
const LATER: &[(u8, Attempt)] = &[
    (
        3,
        attempt("bare: truncate another job's file", CLOSED, |place| {
            let secret = path(&place.other("secret"));
            call(libc::SYS_truncate, &[at(&secret), 0])
        }),
    ),
    (
        4,
        attempt("bare: connect", CLOSED, |_| {
            TcpStream::connect("127.0.0.1:80").map(drop)
        }),
    ),
    (
        6,
        attempt("bare: signal the parent", REFUSED, |place| {
            call(libc::SYS_kill, &[signed(place.parent), 0])
        }),
    ),
];

/// Every attempt of this file.
pub fn every() -> impl Iterator<Item = &'static Attempt> {
    let later = LATER.iter().map(|(_, attempt)| attempt);
    NO_LANDLOCK.iter().chain(NO_SECCOMP).chain(later)
}

/// Makes them all, and counts them.
pub fn run(world: &World, kernel: u8, filter: Option<&str>, faults: &mut Vec<String>) -> usize {
    let seccomp = Layers {
        landlock: 0,
        seccomp: true,
    };
    let landlock = |version| Layers {
        landlock: version,
        seccomp: false,
    };
    let mut made = world.try_all(NO_LANDLOCK.iter(), seccomp, filter, faults);
    made += world.try_all(NO_SECCOMP.iter(), landlock(1), filter, faults);
    for (since, attempt) in LATER.iter().filter(|(since, _)| *since <= kernel) {
        made += world.try_all([attempt].into_iter(), landlock(*since), filter, faults);
    }
    made
}
