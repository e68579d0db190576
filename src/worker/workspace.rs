//! The private folder of one attempt.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

const PREFIX: &str = "attempt-";
const LOCK: &str = ".lock";
/// What has to fit in before further jobs are taken, once it was too little.
const PROBE_BYTES: usize = 64 << 10;
/// How often a lock is tried that others hold for a moment only.
const LOCK_TRIES: u32 = 100;

/// A folder that one attempt has to itself. It goes away with this value; what a killed worker left behind goes away with
/// [`sweep`] at the next start.
#[derive(Debug)]
pub struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// Makes an empty one in the folder of this worker.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn create(worker: &WorkerFolder) -> io::Result<Workspace> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&worker.folder)?;
        let workspace = Workspace { folder };
        for part in [workspace.inputs(), workspace.outputs()] {
            fs::DirBuilder::new().mode(0o700).create(part)?;
        }
        Ok(workspace)
    }

    /// Where the job's assets are put, under their keys.
    pub fn inputs(&self) -> PathBuf {
        self.folder.path().join("inputs")
    }

    /// Where the render puts what it makes.
    pub fn outputs(&self) -> PathBuf {
        self.folder.path().join("outputs")
    }

    /// The job file.
    pub fn job_file(&self) -> PathBuf {
        self.folder.path().join("job.json")
    }
}

/// The folder of one worker process, locked as long as it lives, so that no other takes it for abandoned.
#[derive(Debug)]
pub struct WorkerFolder {
    folder: PathBuf,
    _lock: fs::File,
}

impl WorkerFolder {
    /// Takes a new folder in `work_dir` and removes those that ended workers left there.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn take(work_dir: &Path, worker: &str) -> io::Result<WorkerFolder> {
        fs::create_dir_all(work_dir)?;
        sweep(work_dir);
        let folder = work_dir.join(worker);
        let lock = take_lock(&lock_file(&folder))?;
        fs::DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(&folder)?;
        Ok(WorkerFolder {
            folder,
            _lock: lock,
        })
    }
}

impl WorkerFolder {
    /// Whether an attempt would find room here.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn probe(&self) -> io::Result<()> {
        let workspace = Workspace::create(self)?;
        fs::write(workspace.job_file(), [0; PROBE_BYTES])
    }

    /// All of it.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Where the worker keeps what many jobs share.
    pub fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }
}

impl Drop for WorkerFolder {
    fn drop(&mut self) {
        // The next worker that starts here removes what could not be removed now.
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(lock_file(&self.folder));
    }
}

/// Takes the lock before there is a folder. Another worker that starts may have taken the new file for an abandoned one: it
/// holds the lock while it removes it, so whoever has the lock of a file that is still there has it for good.
fn take_lock(path: &Path) -> io::Result<fs::File> {
    for _ in 0..LOCK_TRIES {
        let lock = fs::File::create(path)?;
        let is_ours = lock.try_lock().is_ok()
            && fs::metadata(path).is_ok_and(|there| {
                lock.metadata()
                    .is_ok_and(|held| (there.dev(), there.ino()) == (held.dev(), held.ino()))
            });
        if is_ours {
            return Ok(lock);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(io::Error::other("the folder is another worker's"))
}

fn lock_file(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(LOCK);
    name.into()
}

/// Removes the folders of workers that no longer live: those whose lock can be taken.
fn sweep(work_dir: &Path) {
    let Ok(entries) = fs::read_dir(work_dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(folder) = path.to_str().and_then(|name| name.strip_suffix(LOCK)) else {
            continue;
        };
        let Ok(lock) = fs::File::open(&path) else {
            continue;
        };
        if lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(folder);
            let _ = fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_leaves_nothing_behind() {
        let root = tempfile::tempdir().expect("a folder");
        let worker = WorkerFolder::take(root.path(), "w1.host.example-7").expect("free");
        let workspace = Workspace::create(&worker).expect("room");
        fs::write(workspace.inputs().join("a"), b"x").expect("writable");
        drop(workspace);
        worker.probe().expect("room");
        let left = fs::read_dir(root.path().join("w1.host.example-7"))
            .expect("there")
            .count();
        assert_eq!(left, 0);
        drop(worker);
        assert_eq!(fs::read_dir(root.path()).expect("there").count(), 0);
    }

    #[test]
    fn the_next_start_removes_what_a_killed_worker_left_and_nothing_else() {
        let root = tempfile::tempdir().expect("a folder");
        let living = WorkerFolder::take(root.path(), "living").expect("free");
        let killed = WorkerFolder::take(root.path(), "killed").expect("free");
        let work = Workspace::create(&killed).expect("room");
        // A killed process runs no destructor, but the system takes its locks.
        std::mem::forget(work);
        let WorkerFolder { folder, .. } = &killed;
        let folder = folder.clone();
        killed._lock.unlock().expect("locked");
        std::mem::forget(killed);
        let next = WorkerFolder::take(root.path(), "next").expect("free");
        assert!(!folder.exists());
        assert!(living.folder.exists() && next.folder.exists());
    }
}
