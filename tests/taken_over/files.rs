//! Files that are not the render's.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gildhall::cli::Begun;
use rustix::fs::{CWD, FileType, Mode, XattrFlags, mknodat, setxattr};

use crate::tries::Tries;

/// Files and folders of the system and of other processes.
pub fn read(_: &Begun<'_>, tries: &mut Tries) {
    for file in [
        "/etc/passwd",
        "/etc/hostname",
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

/// What the worker keeps for other jobs and other tenants.
pub fn other_jobs(begun: &Begun<'_>, tries: &mut Tries) {
    let attempt = above(begun.job);
    let worker = above(&attempt);
    let cache = worker.join("cache");
    let others = cache.join("analyses/zenith");
    for folder in [&attempt, &worker, &above(&worker), &cache, &others] {
        tries.one(
            format!("listing {}", folder.display()),
            fs::read_dir(folder),
        );
        let hers = folder.join("mine");
        tries.one(format!("making {}", hers.display()), fs::write(&hers, "x"));
    }
    // Cached assets are numbered.
    for number in 1..=20 {
        let asset = cache.join(number.to_string());
        tries.one(format!("reading {}", asset.display()), File::open(&asset));
        let opened = OpenOptions::new().write(true).open(&asset);
        tries.one(format!("writing {}", asset.display()), opened);
    }
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
    tries.one("moving an input", fs::rename(&input, outputs.join("moved")));
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
    if let Ok(file) = File::open(&input) {
        tries.one("times", file.set_modified(SystemTime::UNIX_EPOCH));
        tries.one(
            "permissions of an open file",
            file.set_permissions(Permissions::from_mode(0o0)),
        );
    }
}

fn input(begun: &Begun<'_>) -> PathBuf {
    begun.assets.join(begun.spec.images[0].asset.as_str())
}

fn above(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_owned()
}
