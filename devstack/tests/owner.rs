//! Nothing outlives its owner.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use gildhall_devstack::{Options, Provision, Services, Stack};
use rustix::process::{Pid, Signal, kill_process};
use support::{nothing, psql, start, until};

const ROLE: &str = "GILDHALL_DEVSTACK_TEST_ROLE";
const READY: &str = "the stack is in ";
const PATIENCE: Duration = Duration::from_secs(60);

/// Not a test by itself: the process that the tests below kill.
#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn plays_the_owner() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let stack = Stack::start(Options::default()).unwrap_or_else(|e| panic!("{e}"));
    println!(
        "{READY}{}",
        stack.folder().expect("it is private").display()
    );
    loop {
        thread::park();
    }
}

/// A running owner; killed when a test fails.
struct Owner {
    process: Child,
    folder: PathBuf,
    /// Everything below it: the keeper, the services, their children.
    below: Vec<u32>,
}

impl Owner {
    fn start() -> Self {
        let program = std::env::current_exe().expect("a test knows its own program");
        let mut process = Command::new(program)
            .args(["--ignored", "--exact", "plays_the_owner", "--nocapture"])
            .env(ROLE, "owner")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it is this program");
        let output = BufReader::new(process.stdout.take().expect("it was asked for"));
        let mut lines = output.lines().map_while(Result::ok);
        let ready = lines.find_map(|line| Some(line.split_once(READY)?.1.to_owned()));
        let folder = PathBuf::from(ready.expect("the owner ended before its stack was up"));
        let below = descendants(process.id());
        Self {
            process,
            folder,
            below,
        }
    }

    fn commands(&self) -> Vec<String> {
        self.below
            .iter()
            .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/comm")).ok())
            .collect()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_killed_owner_leaves_no_process_and_no_folder() {
    let mut owner = Owner::start();
    let commands = owner.commands();
    // The kernel keeps the first 15 letters of a name.
    for wanted in [
        "gildhall-devsta",
        "epmd",
        "beam.smp",
        "postgres",
        "erl_child_setup",
        "clamd",
    ] {
        assert!(
            commands.iter().any(|command| command.trim() == wanted),
            "no {wanted} in {commands:?}"
        );
    }
    owner.process.kill().expect("it is ours");
    owner.process.wait().expect("it is ours");
    until("all processes are gone", PATIENCE, || {
        !owner.below.iter().any(|&pid| is_alive(pid))
    });
    until("the folder is gone", PATIENCE, || !owner.folder.exists());
}

#[test]
fn a_killed_keeper_takes_the_services_with_it() {
    let owner = Owner::start();
    let keeper = owner
        .below
        .iter()
        .find(|&&pid| parent(pid) == Some(owner.process.id()))
        .expect("there is one");
    let keeper = i32::try_from(*keeper)
        .ok()
        .and_then(Pid::from_raw)
        .expect("it is a process id");
    kill_process(keeper, Signal::KILL).expect("it is below us");
    until("all processes are gone", PATIENCE, || {
        !owner.below.iter().any(|&pid| is_alive(pid))
    });
    fs::remove_dir_all(&owner.folder).expect("nobody is left to remove it");
}

#[test]
fn dropping_a_stack_returns_when_all_is_gone() {
    let stack = start(Services {
        postgres: Provision::Private,
        ..nothing()
    });
    let folder = stack.folder().expect("it is private").to_owned();
    let server =
        fs::read_to_string(folder.join("postgresql/data/postmaster.pid")).expect("it is running");
    let server = server
        .lines()
        .next()
        .and_then(|line| line.parse().ok())
        .expect("the first line is its process id");
    assert!(is_alive(server));
    drop(stack);
    assert!(!is_alive(server) && !folder.exists());
}

#[test]
fn a_named_folder_serves_one_stack_at_a_time_and_keeps_its_data() {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(
        home.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o711),
    )
    .expect("it is ours");
    let options = |folder: &Path| Options {
        folder: Some(folder.join("kept")),
        durable: true,
        services: Services {
            postgres: Provision::Private,
            ..nothing()
        },
    };
    let first = Stack::start(options(home.path())).unwrap_or_else(|e| panic!("{e}"));
    let url = first.database("kept").expect("PostgreSQL is up");
    psql(&url, "CREATE TABLE notes AS SELECT 'kept' AS note").expect("it is ours");
    let Err(refusal) = Stack::start(options(home.path())) else {
        panic!("two stacks in one folder")
    };
    assert!(
        refusal
            .to_string()
            .contains("another stack uses this folder"),
        "{refusal}"
    );
    first.shut_down().expect("it ends in order");

    let second = Stack::start(options(home.path())).unwrap_or_else(|e| panic!("{e}"));
    let url = second.database("kept").expect("PostgreSQL is up");
    assert_eq!(psql(&url, "SELECT note FROM notes"), Ok("kept".to_owned()));
}

fn descendants(root: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("this is Linux");
    let all: Vec<u32> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&above) = found.get(next) {
        found.extend(
            all.iter()
                .copied()
                .filter(|&pid| parent(pid) == Some(above)),
        );
        next += 1;
    }
    found.split_off(1)
}

fn parent(pid: u32) -> Option<u32> {
    state_and_parent(pid).map(|(_, parent)| parent)
}

fn is_alive(pid: u32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| state != "Z")
}

fn state_and_parent(pid: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
