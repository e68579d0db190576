//! Where PostgreSQL is installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::DevstackError;

/// Folders that hold `VERSION/bin`; Debian puts the server's programs nowhere else.
const PLACES: &[&str] = &["/usr/lib/postgresql", "/usr/local/lib/postgresql"];

/// The folder of one version's programs.
pub(crate) struct Programs {
    bin: PathBuf,
}

impl Programs {
    /// The newest version below [`PLACES`], else the one on the PATH; before both, the folder that
    /// `GILDHALL_DEVSTACK_POSTGRES` names.
    pub(super) fn find() -> Result<Self, DevstackError> {
        if let Some(named) = env::var_os("GILDHALL_DEVSTACK_POSTGRES") {
            return Ok(Self { bin: named.into() });
        }
        let newest = PLACES
            .iter()
            .flat_map(|place| versions(Path::new(place)))
            .max_by_key(|(version, _)| *version);
        let path = env::var_os("PATH").unwrap_or_default();
        let bin = newest
            .map(|(_, bin)| bin)
            .or_else(|| env::split_paths(&path).find(|bin| is_complete(bin)));
        bin.map(|bin| Self { bin })
            .ok_or_else(|| DevstackError::NotInstalled {
                program: "initdb",
                package: "postgresql",
                looked: format!("*/bin/initdb below {}, and on the PATH", PLACES.join(", ")),
            })
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.bin.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.bin.join("postgres")
    }

    pub(super) fn pg_isready(&self) -> PathBuf {
        self.bin.join("pg_isready")
    }

    pub(super) fn psql(&self) -> PathBuf {
        self.bin.join("psql")
    }

    /// The client for an existing server: any will do.
    pub(crate) fn any_psql() -> PathBuf {
        Self::find().map_or_else(|_| PathBuf::from("psql"), |programs| programs.psql())
    }
}

fn versions(place: &Path) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(place).into_iter().flatten();
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            is_complete(&bin).then_some((version, bin))
        })
        .collect()
}

/// A folder may hold the client's programs alone.
fn is_complete(bin: &Path) -> bool {
    ["initdb", "postgres", "psql", "pg_isready"]
        .iter()
        .all(|program| bin.join(program).is_file())
}
