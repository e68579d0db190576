//! Finds this crate's own programs.

use std::env;
use std::path::PathBuf;

use crate::error::DevstackError;

/// How far up from the running program Cargo's profile folder can be: tests lie in `deps/`, examples in `examples/`.
const LEVELS: usize = 6;

/// The path of a program of this crate: in the folder that `GILDHALL_DEVSTACK_BIN` names, or else in the nearest
/// folder above the running program that has it, or has it in its `debug` or `release` (a benchmark is content with a
/// development build).
pub(crate) fn find(program: &'static str) -> Result<PathBuf, DevstackError> {
    let named = env::var_os("GILDHALL_DEVSTACK_BIN").map(PathBuf::from);
    let running = env::current_exe().ok();
    let above = running
        .iter()
        .flat_map(|path| path.ancestors().skip(1).take(LEVELS))
        .map(PathBuf::from);
    named
        .into_iter()
        .chain(
            above.flat_map(|folder| [folder.clone(), folder.join("debug"), folder.join("release")]),
        )
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .ok_or(DevstackError::NotBuilt { program })
}
