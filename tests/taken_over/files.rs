//! Files that are not the render's.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gildhall::cli::Begun;
use rustix::fs::{CWD, FileType, Mode, XattrFlags, mknodat, setxattr};
use serde_json::Value;

use crate::tries::Tries;

/// Files and folders of the system and of other processes.
pub fn read(_: &Begun<'_>, tries: &mut Tries) {
    for file in [
        "/etc/passwd",
        "/etc/group",
        "/proc/self/environ",
        "/proc/self/maps",
        "/proc/self/exe",
        "/proc/1/cmdline",
        "/dev/zero",
    ] {
        tries.one(format!("opening {file}"), File::open(file));
    }
    for folder in ["/", "/tmp", "/etc", "/proc", "/proc/self/fd", "/dev"] {
        tries.one(format!("listing {folder}"), fs::read_dir(folder));
    }
}

/// What the worker keeps for other jobs and other tenants. The job names it (`"others": ["cache/2"]`, from the worker's folder
/// on): what is guessed and not there would be refused by nobody.
pub fn other_jobs(begun: &Begun<'_>, tries: &mut Tries) {
    let attempt = above(begun.job);
    let worker = above(&attempt);
    for folder in [&attempt, &worker, &above(&worker)] {
        folder_of_others(folder, tries);
    }
    let named = begun.spec.metadata.get("others").and_then(Value::as_array);
    let others = named.into_iter().flatten().filter_map(Value::as_str);
    let others: Vec<&str> = others.collect();
    if others.is_empty() {
        tries.showed_nothing("the job names nothing of others");
    }
    for name in others {
        let path = worker.join(name);
        // To see that something is there is not refused: no path is a secret.
        match path.is_dir() {
            true => folder_of_others(&path, tries),
            false => file_of_others(&path, &begun.output.with_extension("linked"), tries),
        }
    }
}

fn folder_of_others(folder: &Path, tries: &mut Tries) {
    let shown = folder.display();
    tries.one(format!("listing {shown}"), fs::read_dir(folder));
    let mine = folder.join("mine");
    tries.one(format!("making a file in {shown}"), fs::write(&mine, "x"));
    tries.one(
        format!("making a folder in {shown}"),
        fs::create_dir(folder.join("folder")),
    );
}

fn file_of_others(file: &Path, link: &Path, tries: &mut Tries) {
    let shown = file.display();
    tries.one(format!("reading {shown}"), File::open(file));
    let opened = OpenOptions::new().write(true).open(file);
    tries.one(format!("writing {shown}"), opened);
    tries.one(format!("linking {shown}"), fs::hard_link(file, link));
    tries.one(format!("removing {shown}"), fs::remove_file(file));
}

/// What the render may read but not change, and new things of other kinds than files.
pub fn write(begun: &Begun<'_>, tries: &mut Tries) {
    let input = input(begun);
    let outputs = above(begun.output);
    for file in [input.as_path(), begun.job] {
        let opened = OpenOptions::new().append(true).open(file);
        tries.one(format!("writing {}", file.display()), opened);
    }
    let new = begun.assets.join("new");
    tries.one("a new input", fs::write(new, "x"));
    tries.one("a file in /tmp", fs::write("/tmp/gildhall-escape", "x"));
    // Within its folder: older kernels answer a move to another one in words of their own (EXDEV).
    let renamed = input.with_extension("renamed");
    tries.one("renaming an input", fs::rename(&input, renamed));
    tries.one(
        "linking an input",
        fs::hard_link(&input, outputs.join("linked")),
    );
    tries.one("removing an input", fs::remove_file(&input));
    tries.one("a link", symlink("/etc/passwd", outputs.join("link")));
    tries.one("a folder", fs::create_dir(outputs.join("folder")));
    let pipe = mknodat(CWD, outputs.join("pipe"), FileType::Fifo, Mode::RUSR, 0);
    tries.one("a pipe with a name", pipe);
}

/// Owner, permissions and times of an input, which is a link of what the worker keeps for other jobs.
pub fn attributes(begun: &Begun<'_>, tries: &mut Tries) {
    let input = input(begun);
    tries.one(
        "permissions",
        fs::set_permissions(&input, Permissions::from_mode(0o777)),
    );
    tries.one("owner", chown(&input, Some(0), Some(0)));
    let attribute = setxattr(&input, "user.mine", b"x", XattrFlags::empty());
    tries.one("an attribute", attribute);
    let file = match File::open(&input) {
        Ok(file) => file,
        Err(error) => return tries.showed_nothing(format!("its own input: {error}")),
    };
    tries.one("times", file.set_modified(SystemTime::UNIX_EPOCH));
    tries.one(
        "permissions of an open file",
        file.set_permissions(Permissions::from_mode(0o0)),
    );
}

fn input(begun: &Begun<'_>) -> PathBuf {
    begun.assets.join(begun.spec.images[0].asset.as_str())
}

fn above(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_owned()
}
