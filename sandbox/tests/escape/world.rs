//! The folders around the process that is held, and the user it runs as.

use crate::attempt::Attempt;
use crate::layers::Layers;
use gildhall_sandbox::{Devices, Limits, Rules};
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Most bytes of one file inside.
pub const FILE_BYTES: u64 = 1 << 20;
/// Most descriptors inside.
pub const OPEN_FILES: u64 = 32;
/// What a process may take beyond its start, in bytes.
pub const MEMORY_BYTES: u64 = 256 << 20;
/// What lies in the files that are none of the process' business.
pub const SECRET: &[u8] = b"another tenant's";
/// What the process may read.
pub const INPUT: &[u8] = b"a photo";
/// An ordinary user of every system: `nobody`.
const NOBODY: u32 = 65_534;

/// The users to try all as: the one who runs the test, and for root an ordinary one as well.
pub fn users() -> Vec<Option<u32>> {
    match rustix::process::geteuid().is_root() {
        true => vec![None, Some(NOBODY)],
        false => vec![None],
    }
}

/// Where things are, as both sides know it.
#[derive(Clone, Debug)]
pub struct Place {
    root: PathBuf,
    /// The process outside.
    pub parent: i32,
}

impl Place {
    pub fn at(root: &Path, parent: i32) -> Place {
        Place {
            root: root.to_owned(),
            parent,
        }
    }

    /// The folder to read: `photo`.
    pub fn input(&self, name: &str) -> PathBuf {
        self.root.join("in").join(name)
    }

    /// The folder to write into: `kept`, and the link `trap` to a secret.
    pub fn output(&self, name: &str) -> PathBuf {
        self.root.join("out").join(name)
    }

    /// A folder of the same user that is none of the process' business: `secret`.
    pub fn other(&self, name: &str) -> PathBuf {
        self.root.join("other").join(name)
    }

    /// What the process may do; `base_bytes` is the address space it has taken already.
    pub fn rules(&self, base_bytes: u64) -> Rules {
        Rules {
            read: vec![self.input(""), self.root.join("missing")],
            write: vec![self.output("")],
            limits: Limits {
                address_space_bytes: base_bytes + MEMORY_BYTES,
                cpu_s: 1,
                file_bytes: FILE_BYTES,
                open_files: OPEN_FILES,
            },
            devices: Devices::None,
        }
    }
}

/// The folders, and who owns them.
pub struct World {
    folder: TempDir,
    user: Option<u32>,
}

impl World {
    pub fn new(user: Option<u32>) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World { folder, user };
        let place = world.place();
        for inner in ["in", "out", "other"] {
            fs::create_dir(world.root().join(inner)).expect("new");
        }
        write(&place.input("photo"), INPUT);
        write(&place.output("kept"), INPUT);
        write(&place.other("secret"), SECRET);
        symlink("../other/secret", place.output("trap")).expect("new");
        // The test may lie where other users cannot go.
        let program = std::env::current_exe().expect("it runs");
        fs::copy(program, world.program()).expect("room");
        if let Some(user) = user {
            for path in [
                "",
                "in",
                "out",
                "other",
                "in/photo",
                "out/kept",
                "other/secret",
            ] {
                chown(world.root().join(path), Some(user), Some(user)).expect("root may");
            }
        }
        world
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn place(&self) -> Place {
        let own = rustix::process::getpid().as_raw_pid();
        Place::at(self.root(), own)
    }

    fn program(&self) -> PathBuf {
        self.root().join("program")
    }

    /// This program, as the user, with the environment of a render.
    pub fn command(&self, role: &str) -> Command {
        let mut command = Command::new(self.program());
        command
            .arg(role)
            .env_clear()
            .env("LANG", "C.UTF-8")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
    }

    /// Makes the attempts whose names contain the filter, and counts them.
    pub fn try_all<'a>(
        &self,
        attempts: impl Iterator<Item = &'a Attempt>,
        layers: Layers,
        filter: Option<&str>,
        faults: &mut Vec<String>,
    ) -> usize {
        let mut made = 0;
        for attempt in attempts.filter(|attempt| attempt.name.contains(filter.unwrap_or(""))) {
            made += 1;
            let mut command = self.command("inside");
            command.arg(attempt.name).arg(self.root());
            let output = command.arg(layers.to_string()).output().expect("it starts");
            let fault = attempt.fault(&output);
            faults.extend(fault.map(|fault| format!("{}: {fault}", self.label(attempt, layers))));
        }
        made
    }

    fn label(&self, attempt: &Attempt, layers: Layers) -> String {
        let user = self.user.map_or("the user".to_owned(), |id| id.to_string());
        format!("{} ({layers} as {user})", attempt.name)
    }

    /// What is not as it was outside the folder to write into.
    pub fn harm(&self) -> Vec<String> {
        let place = self.place();
        let mut harm = Vec::new();
        for (path, bytes) in [
            (place.input("photo"), INPUT),
            (place.other("secret"), SECRET),
        ] {
            let mode = fs::metadata(&path).map(|found| found.permissions().mode() & 0o7777);
            if fs::read(&path).ok().as_deref() != Some(bytes) || mode.ok() != Some(0o640) {
                harm.push(format!("{} was changed", path.display()));
            }
        }
        for folder in [place.input(""), place.other("")] {
            let entries = fs::read_dir(&folder).map(Iterator::count);
            if entries.ok() != Some(1) {
                harm.push(format!("something was made in {}", folder.display()));
            }
        }
        harm
    }
}

fn write(path: &Path, bytes: &[u8]) {
    let mut file = File::create(path).expect("a new file");
    file.write_all(bytes).expect("room");
    file.set_permissions(Permissions::from_mode(0o640))
        .expect("its owner may");
}
