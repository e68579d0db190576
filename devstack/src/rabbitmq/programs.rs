//! Where RabbitMQ and Erlang are installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::DevstackError;

/// Folders that hold `rabbitmq_server-VERSION/sbin/rabbitmq-server`, or that are such a version themselves. Scripts in
/// `/usr/sbin` are no use: Debian's switch to its own user and to the system's node.
const PLACES: &[&str] = &[
    "/usr/lib/rabbitmq/lib",
    "/opt/rabbitmq",
    "/usr/local/lib/rabbitmq/lib",
    "/usr/local/rabbitmq",
];

/// The start script of the newest version, or the one that `GILDHALL_DEVSTACK_RABBITMQ` names.
pub(super) fn server_script() -> Result<PathBuf, DevstackError> {
    if let Some(named) = env::var_os("GILDHALL_DEVSTACK_RABBITMQ") {
        return Ok(named.into());
    }
    PLACES
        .iter()
        .flat_map(|place| scripts(Path::new(place)))
        .max_by_key(|path| version(path))
        .ok_or_else(|| DevstackError::NotInstalled {
            program: "rabbitmq-server",
            package: "rabbitmq-server",
            looked: format!("sbin/rabbitmq-server below {}", PLACES.join(", ")),
        })
}

fn scripts(place: &Path) -> Vec<PathBuf> {
    let versions = fs::read_dir(place)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    versions
        .chain([place.to_owned()])
        .map(|folder| folder.join("sbin/rabbitmq-server"))
        .filter(|script| script.is_file())
        .collect()
}

/// The numbers in the path, so that 3.13 is newer than 3.9.
fn version(path: &Path) -> Vec<u32> {
    let text = path.to_string_lossy();
    text.split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect()
}

/// Erlang's name daemon: on the PATH, or in the runtime's own folder.
pub(super) fn epmd() -> Result<PathBuf, DevstackError> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path).collect();
    let usual = [
        "/usr/bin",
        "/usr/local/bin",
        "/usr/lib/erlang/bin",
        "/usr/local/lib/erlang/bin",
        "/opt/erlang/bin",
    ];
    on_path
        .into_iter()
        .chain(usual.map(PathBuf::from))
        .chain(runtimes("/usr/lib/erlang"))
        .map(|folder| folder.join("epmd"))
        .find(|program| program.is_file())
        .ok_or_else(|| DevstackError::NotInstalled {
            program: "epmd",
            package: "erlang-base",
            looked: format!(
                "epmd on the PATH, in {} and /usr/lib/erlang/erts-*/bin",
                usual.join(", ")
            ),
        })
}

/// `erts-VERSION/bin` folders.
fn runtimes(erlang: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(erlang)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    entries.map(|folder| folder.join("bin")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        let at = |v: &str| {
            version(&PathBuf::from(format!(
                "/usr/lib/rabbitmq/lib/rabbitmq_server-{v}/sbin/rabbitmq-server"
            )))
        };
        assert!(at("3.13.1") > at("3.9.28") && at("4.0.2") > at("3.13.1"));
    }
}
