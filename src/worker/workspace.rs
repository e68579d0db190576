//! The private folder of one attempt.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PREFIX: &str = "attempt-";
const LOCK: &str = ".lock";

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
        fs::DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(&folder)?;
        let lock = fs::File::create(lock_file(&folder))?;
        lock.try_lock()?;
        Ok(WorkerFolder {
            folder,
            _lock: lock,
        })
    }
}

impl WorkerFolder {
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
        let abandoned = fs::File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
        if abandoned {
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
