//! Everything that is no file: environment, network, other programs and other processes.

use std::env;
use std::fs::{self, File};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::process::Command;

use gildhall::cli::Begun;
use rustix::process::{
    Signal, getppid, kill_process, kill_process_group, test_kill_process, test_kill_process_group,
};

use crate::tries::Tries;

/// Variables that every child is given.
const GIVEN: [&str; 3] = ["LANG", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"];

const NO_PARENT: &str = "the parent is not to be seen";

/// Secrets in variables.
pub fn environment(_: &Begun<'_>, tries: &mut Tries) {
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if !GIVEN.contains(&name.as_str()) {
            tries.succeeded(format!("seeing ${name}"));
        }
    }
}

/// Sockets of every kind.
pub fn network(begun: &Begun<'_>, tries: &mut Tries) {
    tries.one("UDP", UdpSocket::bind("127.0.0.1:0"));
    tries.one("TCP", TcpListener::bind("127.0.0.1:0"));
    tries.one("a pair of sockets", UnixStream::pair());
    tries.one("a socket without a name", UnixDatagram::unbound());
    let path = begun.output.with_extension("socket");
    tries.one("a socket in a folder", UnixListener::bind(path));
}

/// Another program.
pub fn program(_: &Begun<'_>, tries: &mut Tries) {
    tries.one("/bin/true", Command::new("/bin/true").status());
}

/// This very program, anew.
pub fn itself(_: &Begun<'_>, tries: &mut Tries) {
    let again = Command::new("/proc/self/exe").arg("--version").status();
    tries.one("starting itself", again);
}

/// The worker's memory, environment and open files.
pub fn spy_on_parent(_: &Begun<'_>, tries: &mut Tries) {
    let Some(parent) = getppid() else {
        return tries.showed_nothing(NO_PARENT);
    };
    let parent = parent.as_raw_nonzero();
    for file in ["environ", "cmdline", "maps", "mem", "status", "auxv"] {
        let path = format!("/proc/{parent}/{file}");
        tries.one(format!("opening {path}"), File::open(&path));
    }
    for folder in ["fd", "cwd", "root", "task"] {
        let path = format!("/proc/{parent}/{folder}");
        tries.one(format!("listing {path}"), fs::read_dir(&path));
    }
}

/// Signals to the worker. Those that arrive would do no harm.
pub fn signal_parent(_: &Begun<'_>, tries: &mut Tries) {
    let Some(parent) = getppid() else {
        return tries.showed_nothing(NO_PARENT);
    };
    tries.one("asking for the parent", test_kill_process(parent));
    tries.one("asking for its group", test_kill_process_group(parent));
    tries.one("continuing the parent", kill_process(parent, Signal::CONT));
    tries.one(
        "continuing its group",
        kill_process_group(parent, Signal::CONT),
    );
}
