//! Databases and users, through `psql`.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::url::DatabaseServer;
use crate::error::DevstackError;

/// Owns the databases of a private server. No superuser, since one would not be held by row-level security.
pub(crate) const OWNER: &str = "gildhall";

/// Makes and drops databases.
pub(crate) struct Admin {
    psql: PathBuf,
    /// May create databases.
    server: DatabaseServer,
    /// Gets them; none: they stay with the user that makes them.
    owner: Option<DatabaseServer>,
}

impl Admin {
    pub(crate) fn new(
        psql: PathBuf,
        server: DatabaseServer,
        owner: Option<DatabaseServer>,
    ) -> Self {
        Self {
            psql,
            server,
            owner,
        }
    }

    /// Makes the owner of all databases unless it is there. It may create roles, as migrations do.
    pub(super) fn make_owner(&self, password: &str) -> Result<(), DevstackError> {
        self.run(&format!(
            "SELECT 'CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD ''{password}'''\n\
             WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec\n"
        ))
    }

    /// Makes a database unless it is there, empty or as a copy of another one, and returns its owner's URL. Names are
    /// checked by the caller. Nobody may be connected to the other one.
    pub(crate) fn make_database(
        &self,
        name: &str,
        template: Option<&str>,
    ) -> Result<String, DevstackError> {
        let owner = if self.owner.is_some() {
            format!(" OWNER {OWNER}")
        } else {
            String::new()
        };
        let template = template
            .map(|template| format!(" TEMPLATE \"{template}\""))
            .unwrap_or_default();
        self.run(&format!(
            "SELECT 'CREATE DATABASE \"{name}\"{owner}{template}'\n\
             WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec\n"
        ))?;
        Ok(self.owner.as_ref().unwrap_or(&self.server).url(name))
    }

    /// Drops a database with all connections to it. One that is gone is no error.
    pub(crate) fn drop_database(&self, name: &str) -> Result<(), DevstackError> {
        self.run(&format!(
            "DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE);\n"
        ))
    }

    /// Runs a script of psql through its input: `--command` does not know `\gexec`.
    fn run(&self, script: &str) -> Result<(), DevstackError> {
        let failed = || DevstackError::io(format!("run {}", self.psql.display()));
        let mut psql = Command::new(&self.psql)
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--file=-",
                "--dbname",
            ])
            .arg(self.server.maintenance_url())
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed())?;
        let mut input = psql
            .stdin
            .take()
            .expect("it was asked for with Stdio::piped");
        // psql may end before it has read, for example where nobody listens; its own message says more.
        let _ = input.write_all(script.as_bytes());
        drop(input);
        let output = psql.wait_with_output().map_err(failed())?;
        if output.status.success() {
            return Ok(());
        }
        Err(DevstackError::Sql {
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}
