//! The folder that the keeper holds for its owner.

use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder for as long as this value lives: a temporary one is then removed, a named one unlocked.
pub(super) struct Home {
    path: PathBuf,
    _temporary: Option<TempDir>,
    _lock: Option<File>,
}

impl Home {
    pub(super) fn open(named: Option<&Path>) -> io::Result<Self> {
        named.map_or_else(Self::temporary, Self::named)
    }

    /// Others may pass through, since PostgreSQL may run as another user, and may not list it.
    fn temporary() -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("gildhall-devstack-")
            .tempdir()?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
        let path = folder.path().canonicalize()?;
        Ok(Self {
            path,
            _temporary: Some(folder),
            _lock: None,
        })
    }

    fn named(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.canonicalize()?;
        let lock = File::create(path.join("devstack.lock"))?;
        lock.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => io::Error::other("another stack uses this folder"),
            TryLockError::Error(e) => e,
        })?;
        Ok(Self {
            path,
            _temporary: None,
            _lock: Some(lock),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
