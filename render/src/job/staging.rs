//! Files that get their names only when they are complete.
//!
//! A file is written under a temporary name in its own folder and renamed at the end. It is removed when the render ends
//! otherwise; what a killed process left behind is removed by the next render into the folder. A lock on each file tells
//! those that are still being written from leftovers: the system drops it with the process.

use super::RenderError;
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

const PREFIX: &str = ".gildhall-";
const SUFFIX: &str = ".part";

/// A file on its way.
#[derive(Debug)]
pub(super) struct Staged {
    file: NamedTempFile,
    target: PathBuf,
}

impl Staged {
    /// Creates the temporary file beside `target`.
    pub fn new(target: PathBuf) -> Result<Self, RenderError> {
        let failed = |source| RenderError::Output {
            path: target.clone(),
            source,
        };
        // A cleaner may take a file between its creation and its lock; then another one is made.
        loop {
            let file = tempfile::Builder::new()
                .prefix(PREFIX)
                .suffix(SUFFIX)
                .permissions(Permissions::from_mode(0o666))
                .tempfile_in(folder_of(&target))
                .map_err(failed)?;
            flock(file.as_file(), FlockOperation::LockExclusive).map_err(|e| failed(e.into()))?;
            if is_still(file.path(), file.as_file()) {
                return Ok(Self { file, target });
            }
        }
    }

    /// The temporary path, for writers that open files themselves.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// The temporary file.
    pub fn file_mut(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Brings the bytes to the disk and gives the file its name, replacing what has it; returns the name and the size.
    pub fn publish(self) -> Result<(PathBuf, u64), RenderError> {
        let failed = |source| RenderError::Output {
            path: self.target.clone(),
            source,
        };
        let bytes = self.file.as_file().metadata().map_err(failed)?.len();
        self.file.as_file().sync_all().map_err(failed)?;
        let target = self.target.clone();
        match self.file.persist(&target) {
            Ok(_) => Ok((target, bytes)),
            Err(error) => Err(RenderError::Output {
                path: target,
                source: error.error,
            }),
        }
    }
}

/// The folder a file lies in.
pub(super) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The name of a file that belongs to the main video: `name.kind` instead of its extension.
pub(super) fn beside(video: &Path, kind: &str) -> PathBuf {
    let stem = video.file_stem().unwrap_or_default().to_string_lossy();
    video.with_file_name(format!("{stem}.{kind}"))
}

/// Removes what killed renders left in a folder. What cannot be removed is left: it harms nobody.
pub(super) fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            let _ = remove_if_dead(&entry.path());
        }
    }
}

fn remove_if_dead(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    if is_still(path, &file) {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Whether the path still names this very file.
fn is_still(path: &Path, file: &File) -> bool {
    let identity = |m: fs::Metadata| (m.dev(), m.ino());
    match (fs::symlink_metadata(path), file.metadata()) {
        (Ok(named), Ok(open)) => identity(named) == identity(open),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_has_its_name_only_when_published() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("video.mp4");
        let mut staged = Staged::new(target.clone()).expect("staged");
        staged.file_mut().write_all(b"bytes").expect("written");
        assert!(!target.exists());
        assert_eq!(staged.publish().expect("published"), (target.clone(), 5));
        assert_eq!(fs::read(&target).expect("there"), b"bytes");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1);
    }

    #[test]
    fn a_dropped_file_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Staged::new(folder.path().join("video.mp4")).expect("staged"));
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 0);
    }

    #[test]
    fn leftovers_go_and_files_in_use_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let in_use = Staged::new(folder.path().join("video.mp4")).expect("staged");
        let dead = folder.path().join(".gildhall-abc.part");
        let other = folder.path().join("mine.part");
        fs::write(&dead, b"half").expect("written");
        fs::write(&other, b"mine").expect("written");
        remove_leftovers(folder.path());
        assert!(in_use.path().exists() && other.exists() && !dead.exists());
    }

    #[test]
    fn companions_are_named_after_the_video() {
        let video = Path::new("out/demo.final.mp4");
        assert_eq!(
            beside(video, "poster.jpg"),
            Path::new("out/demo.final.poster.jpg")
        );
        assert_eq!(folder_of(Path::new("video.mp4")), Path::new("."));
    }
}
