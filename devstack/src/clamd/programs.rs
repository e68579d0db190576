//! Where clamd is installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::DevstackError;

/// Folders that a user's PATH may lack: Debian puts daemons into the first.
const PLACES: [&str; 4] = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

/// The program, or the one that `GILDHALL_DEVSTACK_CLAMD` names.
pub(super) fn clamd() -> Result<PathBuf, DevstackError> {
    if let Some(named) = env::var_os("GILDHALL_DEVSTACK_CLAMD") {
        return Ok(named.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(PLACES.map(PathBuf::from))
        .map(|folder| folder.join("clamd"))
        .find(|program| program.is_file())
        .ok_or_else(|| DevstackError::NotInstalled {
            program: "clamd",
            package: "clamav-daemon",
            looked: format!("clamd on the PATH and in {}", PLACES.join(", ")),
        })
}

/// A program of the same content that may read what lies in `folder`. Where AppArmor is on, distributions let
/// `/usr/sbin/clamd` read the system's settings only; the rule goes by the program's path, so a copy in `folder` is
/// free of it.
pub(super) fn unconfined(program: &Path, folder: &Path) -> Result<PathBuf, DevstackError> {
    let switch = fs::read_to_string("/sys/module/apparmor/parameters/enabled");
    if !switch.is_ok_and(|switch| switch.trim() == "Y") {
        return Ok(program.to_owned());
    }
    let copy = folder.join("clamd");
    // One that ran before may still be mapped, and then cannot be overwritten.
    let _ = fs::remove_file(&copy);
    fs::copy(program, &copy).map_err(DevstackError::io(format!("write {}", copy.display())))?;
    Ok(copy)
}
