//! The services, and the settings by which `gildhall` finds them.

use std::fs;
use std::path::{Path, PathBuf};

use gildhall_devstack::{Options as StackOptions, Stack};

use crate::error::DemoError;

/// The name of database, virtual host and bucket.
pub const NAME: &str = "gildhall-demo";
/// A worker that is told to stop gives its job back after this, in milliseconds.
const GRACE_MS: &str = "3000";

/// Running services.
pub struct Services {
    stack: Stack,
    /// `http://user:password@host:port` of RabbitMQ's management plugin.
    pub management_url: String,
    /// What `gildhall` has to be told, as variables.
    pub settings: Vec<(&'static str, String)>,
}

impl Services {
    /// Starts them, and makes a database, a virtual host and a bucket unless the folder has them from an earlier time.
    pub fn start(folder: Option<&Path>, out: &Path) -> Result<Services, DemoError> {
        let options = StackOptions {
            folder: folder.map(PathBuf::from),
            ..StackOptions::from_env()?
        };
        let stack = Stack::start(options)?;
        let settings = settings(&stack, out)?;
        Ok(Services {
            management_url: stack.management_url()?,
            settings,
            stack,
        })
    }

    /// The value of a setting.
    pub fn setting(&self, name: &str) -> &str {
        let found = self.settings.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Puts the services' own logs beside those of the roles. They are a courtesy: what cannot be read stays away.
    pub fn keep_logs(&self, logs: &Path) {
        let Some(folder) = self.stack.folder() else {
            return;
        };
        let Ok(entries) = fs::read_dir(folder.join("logs")) else {
            return;
        };
        for entry in entries.flatten() {
            if entry.path().is_file() {
                let _ = fs::copy(entry.path(), logs.join(entry.file_name()));
            }
        }
    }

    /// Ends the services. Those of a named folder end in order, since it will be used again.
    pub fn end(self, in_order: bool) -> Result<(), DemoError> {
        if in_order {
            self.stack.shut_down()?;
        }
        Ok(())
    }
}

fn settings(stack: &Stack, out: &Path) -> Result<Vec<(&'static str, String)>, DemoError> {
    let bucket = stack.bucket(NAME)?;
    // Where all services run elsewhere, there is no folder of theirs.
    let folder = stack.folder().unwrap_or(out);
    Ok(vec![
        ("GILDHALL_DATABASE_URL", stack.database(NAME)?),
        ("GILDHALL_AMQP_URL", stack.vhost(NAME)?),
        ("GILDHALL_S3_ENDPOINT", bucket.endpoint),
        ("GILDHALL_S3_REGION", bucket.region),
        ("GILDHALL_S3_BUCKET", bucket.bucket),
        ("GILDHALL_S3_ACCESS_KEY", bucket.access_key),
        ("GILDHALL_S3_SECRET_KEY", bucket.secret_key),
        ("GILDHALL_S3_PATH_STYLE", bucket.path_style.to_string()),
        ("GILDHALL_CLAMD", stack.clamd_url()?),
        (
            "GILDHALL_WORK_DIR",
            folder.join("work").display().to_string(),
        ),
        ("GILDHALL_GRACE_MS", GRACE_MS.to_owned()),
        ("GILDHALL_OPERATOR", "demo".to_owned()),
    ])
}
