//! Files that are none of the process' business, and what it must not do to its own.

use crate::attempt::{Attempt, CLOSED, DEADLY, End, MISSING, REFUSED, attempt};
use crate::calls::{at, attempt as call, here, path};
use crate::world::Place;
use std::ffi::{c_int, c_long};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

/// Refused by Landlock, which answers EXDEV where a file would change folders.
pub const MOVES: End = End::Errno(&[libc::EACCES, libc::EXDEV]);

pub const READING: &[Attempt] = &[
    attempt("read the system's files", CLOSED, |_| read("/etc/passwd")),
    attempt("read another job's file", CLOSED, |place| {
        read(place.other("secret"))
    }),
    attempt("climb out of the folder", CLOSED, |place| {
        read(place.output("../other/secret"))
    }),
    attempt("follow a link out of the folder", CLOSED, |place| {
        read(place.output("trap"))
    }),
    attempt("read the program itself", CLOSED, |place| {
        read(place.other("../program"))
    }),
    attempt("list the root", CLOSED, |_| fs::read_dir("/").map(drop)),
    attempt("list another job's folder", CLOSED, |place| {
        fs::read_dir(place.other("")).map(drop)
    }),
    attempt("list the folder above", CLOSED, |place| {
        fs::read_dir(place.other("..")).map(drop)
    }),
    attempt("open a device", CLOSED, |_| read("/dev/null")),
    attempt("open by openat2", MISSING, |place| {
        let secret = path(&place.other("secret"));
        let how = [0_u64; 3];
        call(
            libc::SYS_openat2,
            &[here(), at(&secret), how.as_ptr() as usize, 24],
        )
    }),
    attempt("open by a handle", DEADLY, |_| {
        call(libc::SYS_open_by_handle_at, &[here(), 0, 0])
    }),
    attempt("make a handle", DEADLY, |_| {
        call(libc::SYS_name_to_handle_at, &[here(), 0, 0, 0, 0])
    }),
    attempt("watch a folder", MISSING, |_| {
        call(libc::SYS_inotify_init1, &[0])
    }),
    attempt("change the folder", MISSING, |_| {
        std::env::set_current_dir("/etc")
    }),
];

pub const WRITING: &[Attempt] = &[
    attempt("write into another job's folder", CLOSED, |place| {
        fs::write(place.other("new"), "")
    }),
    attempt("write into the system's temporary folder", CLOSED, |_| {
        fs::write(format!("/tmp/gildhall-escape-{}", std::process::id()), "")
    }),
    attempt("write into shared memory", CLOSED, |_| {
        let name = format!("/dev/shm/gildhall-escape-{}", std::process::id());
        fs::write(name, "")
    }),
    attempt("write over an input", CLOSED, |place| {
        OpenOptions::new()
            .append(true)
            .open(place.input("photo"))
            .map(drop)
    }),
    attempt("write beside an input", CLOSED, |place| {
        fs::write(place.input("new"), "")
    }),
    attempt("remove an input", CLOSED, |place| {
        fs::remove_file(place.input("photo"))
    }),
    attempt("remove another job's file", CLOSED, |place| {
        fs::remove_file(place.other("secret"))
    }),
    attempt("remove another job's folder", MISSING, |place| {
        fs::remove_dir(place.other(""))
    }),
    attempt("make a folder", CLOSED, |place| {
        fs::create_dir(place.output("new"))
    }),
    attempt("make a symbolic link", REFUSED, |place| {
        std::os::unix::fs::symlink("/etc/passwd", place.output("link"))
    }),
    attempt("link an input into the outputs", REFUSED, |place| {
        fs::hard_link(place.input("photo"), place.output("link"))
    }),
    attempt("link another job's file", REFUSED, |place| {
        fs::hard_link(place.other("secret"), place.output("link"))
    }),
    attempt("move an output out", MOVES, |place| {
        fs::rename(place.output("kept"), place.other("kept"))
    }),
    attempt("move an input into the outputs", MOVES, |place| {
        fs::rename(place.input("photo"), place.output("photo"))
    }),
    attempt("swap an output for another job's file", MOVES, |place| {
        let (mine, other) = (path(&place.output("kept")), path(&place.other("secret")));
        let exchange = libc::RENAME_EXCHANGE as usize;
        call(
            libc::SYS_renameat2,
            &[here(), at(&mine), here(), at(&other), exchange],
        )
    }),
    attempt("make a pipe in the outputs", REFUSED, |place| {
        make_node(place, libc::S_IFIFO)
    }),
    attempt("make a device in the outputs", REFUSED, |place| {
        make_node(place, libc::S_IFCHR)
    }),
    attempt("use a file without a name elsewhere", CLOSED, |place| {
        open(&place.other(""), libc::O_TMPFILE | libc::O_RDWR)
    }),
];

fn make_node(place: &Place, kind: libc::mode_t) -> io::Result<()> {
    let node = path(&place.output("node"));
    let mode = (kind | 0o666) as usize;
    // The null device, for a device.
    call(libc::SYS_mknodat, &[here(), at(&node), mode, 0x0103])
}

pub const METADATA: &[Attempt] = &[
    attempt("truncate another job's file", REFUSED, |place| {
        call(libc::SYS_truncate, &[at(&path(&place.other("secret"))), 0])
    }),
    attempt("truncate by opening to read", REFUSED, |place| {
        open(&place.input("photo"), libc::O_RDONLY | libc::O_TRUNC)
    }),
    attempt("truncate by opening to do nothing", REFUSED, |place| {
        open(&place.other("secret"), libc::O_ACCMODE | libc::O_TRUNC)
    }),
    attempt("truncate by opening to write", CLOSED, |place| {
        open(&place.other("secret"), libc::O_WRONLY | libc::O_TRUNC)
    }),
    attempt(
        "truncate an open input",
        End::Errno(&[libc::EINVAL]),
        |place| File::open(place.input("photo"))?.set_len(0),
    ),
    attempt("change the mode of another job's file", REFUSED, |place| {
        let secret = path(&place.other("secret"));
        call(libc::SYS_fchmodat, &[here(), at(&secret), 0o777])
    }),
    attempt("change the mode by a newer call", MISSING, |place| {
        let secret = path(&place.other("secret"));
        // fchmodat2 of Linux 6.6.
        call(452, &[here(), at(&secret), 0o777, 0])
    }),
    attempt("change the mode of an open input", REFUSED, |place| {
        on_input(place, libc::SYS_fchmod, &[0o777])
    }),
    attempt("make an output run as its owner", REFUSED, |place| {
        let kept = path(&place.output("kept"));
        call(libc::SYS_fchmodat, &[here(), at(&kept), 0o4755])
    }),
    attempt("give an output away", REFUSED, |place| {
        std::os::unix::fs::chown(place.output("kept"), Some(1), None)
    }),
    attempt("change the times of an open input", REFUSED, |place| {
        let file = File::open(place.input("photo"))?;
        file.set_modified(std::time::SystemTime::UNIX_EPOCH)
    }),
    attempt("set an attribute of an open input", REFUSED, |place| {
        on_input(place, libc::SYS_fsetxattr, &[])
    }),
    attempt("set a flag of an open input", REFUSED, |place| {
        on_input(place, libc::SYS_ioctl, &[])
    }),
];

/// A call on an input that was opened to be read.
fn on_input(place: &Place, number: c_long, more: &[usize]) -> io::Result<()> {
    let file = File::open(place.input("photo"))?;
    let mut arguments = vec![file.as_raw_fd() as usize];
    arguments.extend_from_slice(more);
    call(number, &arguments)
}

pub const PROC: &[Attempt] = &[
    attempt("read its own environment in /proc", CLOSED, |_| {
        read("/proc/self/environ")
    }),
    attempt("read its own memory in /proc", CLOSED, |_| {
        read("/proc/self/mem")
    }),
    attempt("write its own memory in /proc", CLOSED, |_| {
        open(Path::new("/proc/self/mem"), libc::O_RDWR)
    }),
    attempt("go through its own root in /proc", CLOSED, |_| {
        read("/proc/self/root/etc/passwd")
    }),
    attempt("list its own descriptors", CLOSED, |_| {
        fs::read_dir("/proc/self/fd").map(drop)
    }),
    attempt("read the first process' environment", CLOSED, |_| {
        read("/proc/1/environ")
    }),
    attempt("read the parent's environment", CLOSED, |place| {
        read(of_parent(place, "environ"))
    }),
    attempt("read the parent's memory", CLOSED, |place| {
        read(of_parent(place, "mem"))
    }),
    attempt("go through the parent's root", CLOSED, |place| {
        read(of_parent(place, "root/etc/passwd"))
    }),
    attempt("go through the parent's descriptors", CLOSED, |place| {
        read(of_parent(place, "fd/0"))
    }),
    attempt("see which program the parent is", CLOSED, |place| {
        fs::read_link(of_parent(place, "exe")).map(drop)
    }),
    attempt("list the processes", CLOSED, |_| {
        fs::read_dir("/proc").map(drop)
    }),
    attempt("set the system's settings", CLOSED, |_| {
        open(Path::new("/proc/sys/kernel/core_pattern"), libc::O_WRONLY)
    }),
    attempt("make itself hard to kill", CLOSED, |_| {
        open(Path::new("/proc/self/oom_score_adj"), libc::O_WRONLY)
    }),
];

fn of_parent(place: &Place, name: &str) -> String {
    format!("/proc/{}/{name}", place.parent)
}

fn read(path: impl AsRef<Path>) -> io::Result<()> {
    File::open(path).map(drop)
}

fn open(file: &Path, flags: c_int) -> io::Result<()> {
    let file = path(file);
    call(
        libc::SYS_openat,
        &[here(), at(&file), flags as usize, 0o666],
    )
}
