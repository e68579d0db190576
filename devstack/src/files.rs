//! Removing data.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::error::DevstackError;

/// Removes a folder with all it holds. One that is not there is no error.
pub(crate) fn remove_folder(path: &Path) -> Result<(), DevstackError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(DevstackError::Io {
            what: format!("remove {}", path.display()),
            source,
        }),
        _ => Ok(()),
    }
}
