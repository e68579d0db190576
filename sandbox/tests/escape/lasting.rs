//! What holds from outside: the process ends with its parent, tells what the parent asks of it and nothing else, has lost what it
//! inherited, and no sandbox is closed by halves.

use crate::inside::{address_space_bytes, enter};
use crate::layers::Layers;
use crate::world::{Place, World};
use gildhall_sandbox::{Devices, Mode, SandboxError, available};
use rustix::process::{Signal, set_parent_process_death_signal};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

/// After so long a process that should have been killed gives up waiting for it.
const PATIENCE: Duration = Duration::from_secs(20);
/// The number under which a descriptor is left to a child by mistake.
const FORGOTTEN: i32 = 20;

/// A check, with its name.
type Check = (&'static str, fn(&World) -> Result<(), String>);

const CHECKS: &[Check] = &[
    ("ends with its parent", ends_with_its_parent),
    ("shows its state and not its memory", shows_its_state),
    ("loses what it inherited", loses_what_it_inherited),
    ("is not closed by halves", is_not_closed_by_halves),
];

/// Makes all checks, and counts them.
pub fn run(world: &World, faults: &mut Vec<String>) -> usize {
    for (name, check) in CHECKS {
        let fault = check(world).err();
        faults.extend(fault.map(|fault| format!("{name}: {fault}")));
    }
    CHECKS.len()
}

/// The process between the test and the one inside: it starts that one, and is killed.
pub fn outer(root: &str) -> ExitCode {
    let program = std::env::current_exe().expect("it runs");
    let mut inner = std::process::Command::new(program)
        .args(["entering", "wait", root])
        .spawn()
        .expect("it starts");
    let _ = inner.wait();
    ExitCode::SUCCESS
}

/// The process inside, of which more is wanted than one attempt.
pub fn entering(what: &str, root: &str) -> ExitCode {
    let said = match what {
        "wait" => wait(root),
        "forgotten" => forgotten(root),
        what => refusal(what, root),
    };
    println!("{said}");
    ExitCode::SUCCESS
}

fn whole() -> Layers {
    Layers::whole(available().landlock_abi.expect("the test looked"))
}

fn wait(root: &str) -> String {
    set_parent_process_death_signal(Some(Signal::KILL)).expect("anybody may");
    enter(root, whole());
    println!("ready");
    thread::sleep(PATIENCE);
    "survived".to_owned()
}

fn forgotten(root: &str) -> String {
    let read = || {
        let mut byte = [0_u8; 1];
        let address = byte.as_mut_ptr() as usize;
        crate::calls::call(libc::SYS_read, &[FORGOTTEN as usize, address, 1])
    };
    let before = read().map_err(|error| error.raw_os_error());
    enter(root, whole());
    let after = read().map_err(|error| error.raw_os_error());
    let open = (3..100).filter(|number| {
        let get = libc::F_GETFD as usize;
        crate::calls::call(libc::SYS_fcntl, &[*number, get]).is_ok()
    });
    format!("{before:?} {after:?} {}", open.count())
}

fn refusal(what: &str, root: &str) -> String {
    let place = Place::at(Path::new(root), 0);
    let mut rules = place.rules(address_space_bytes());
    let mut mode = Mode::Required;
    match what {
        "missing" => rules.write.push(place.output("missing")),
        "devices" => rules.devices = Devices::Encoder,
        "drivers" => (rules.devices, mode) = (Devices::Encoder, Mode::BestEffort),
        _ => drop(thread::spawn(|| thread::sleep(PATIENCE))),
    }
    match gildhall_sandbox::enter(&rules, mode) {
        Ok(in_force) => in_force.to_string(),
        Err(SandboxError::Path { path, .. }) => format!("no {}", path.display()),
        Err(error) => error.to_string(),
    }
}

/// A process inside that waits, and what it says.
fn waiting(
    world: &World,
    role: &[&str],
) -> io::Result<(Child, BufReader<std::process::ChildStdout>)> {
    let mut command = world.command(role[0]);
    command.args(&role[1..]).arg(world.root());
    let mut child = command.stderr(Stdio::inherit()).spawn()?;
    let said = child.stdout.take().map(BufReader::new);
    let mut said = said.ok_or_else(|| io::Error::other("its output is piped"))?;
    let mut line = String::new();
    said.read_line(&mut line)?;
    match line.as_str() {
        "ready\n" => Ok((child, said)),
        other => Err(io::Error::other(format!("it said {other:?}"))),
    }
}

fn ends_with_its_parent(world: &World) -> Result<(), String> {
    let rest = || {
        let (mut outer, mut said) = waiting(world, &["outer"])?;
        outer.kill()?;
        outer.wait()?;
        // The process inside has the other end: this returns when it is gone, too.
        let mut rest = String::new();
        said.read_to_string(&mut rest)?;
        io::Result::Ok(rest)
    };
    match rest() {
        Ok(rest) if rest.is_empty() => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn shows_its_state(world: &World) -> Result<(), String> {
    let state = || {
        let (mut child, _said) = waiting(world, &["entering", "wait"])?;
        let status = fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        let memory = fs::metadata(format!("/proc/{}/mem", child.id()))?;
        child.kill()?;
        child.wait()?;
        io::Result::Ok((status, std::os::unix::fs::MetadataExt::uid(&memory)))
    };
    let (status, owner) = state().map_err(|error| error.to_string())?;
    for line in [
        "VmRSS:",
        "Threads:\t1\n",
        "CapPrm:\t0000000000000000\n",
        "CapEff:\t0000000000000000\n",
        "CapAmb:\t0000000000000000\n",
        "NoNewPrivs:\t1\n",
        "Seccomp:\t2\n",
    ] {
        if !status.contains(line) {
            return Err(format!("no {line:?} in {status}"));
        }
    }
    // What cannot be dumped is root's in /proc, whoever runs it (proc(5)).
    match owner {
        0 => Ok(()),
        owner => Err(format!("its memory is the user's ({owner})")),
    }
}

fn loses_what_it_inherited(world: &World) -> Result<(), String> {
    let secret = File::open(world.place().other("secret")).map_err(|error| error.to_string())?;
    let mut command = world.command("entering");
    command.arg("forgotten").arg(world.root());
    let number = secret.as_raw_fd();
    let leave_open = move || match duplicate(number, FORGOTTEN) {
        true => Ok(()),
        false => Err(io::Error::last_os_error()),
    };
    // SAFETY: the closure makes one system call between fork and exec, takes no lock and allocates nothing.
    unsafe { command.pre_exec(leave_open) };
    let output = command.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let expected = format!("Ok(1) Err(Some({})) 0", libc::EBADF);
    match said.trim_end() == expected {
        true => Ok(()),
        false => Err(format!(
            "{said:?} {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// dup2(2), which leaves the copy open for a program that is started.
fn duplicate(from: i32, to: i32) -> bool {
    // SAFETY: both numbers are descriptors of this process, and nothing owns the second one.
    unsafe { libc::dup2(from, to) == to }
}

fn is_not_closed_by_halves(world: &World) -> Result<(), String> {
    let missing = format!("no {}", world.place().output("missing").display());
    for (what, expected) in [
        ("missing", missing.as_str()),
        ("devices", "a required sandbox has no devices"),
        (
            "threads",
            "2 threads are running; a sandbox is entered by one",
        ),
        ("drivers", &available().to_string()),
    ] {
        let mut command = world.command("entering");
        let output = command.arg(what).arg(world.root()).output();
        let output = output.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout);
        if said.trim_end() != expected {
            let complaint = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{what}: {said:?} {complaint}"));
        }
    }
    Ok(())
}
