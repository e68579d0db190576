//! A private S3 server: s3s-fs in a process of its own, so that it can be killed, with signatures (SigV4) required.

mod client;
mod sign;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use client::S3Client;

use crate::error::DevstackError;
use crate::files;
use crate::fresh::S3Settings;
use crate::keeper::Keeper;
use crate::keeper::protocol::{Launch, Sign};
use crate::ports::Port;
use crate::recipe::Recipe;
use crate::siblings;

/// The service's name in errors.
pub(crate) const NAME: &str = "s3";
const PROGRAM: &str = "gildhall-devstack-s3";
const ACCESS_KEY: &str = "gildhall";

/// How to run the server.
pub(crate) struct S3 {
    program: PathBuf,
    /// Buckets are folders in it.
    data: PathBuf,
    log: PathBuf,
    port: Port,
    client: S3Client,
}

impl S3 {
    /// Finds the program and takes a port. `stack` is the stack's folder, `logs` the one for logs in it.
    pub(crate) fn new(stack: &Path, logs: &Path, password: &str) -> Result<Self, DevstackError> {
        let port = Port::claim()?;
        let settings = S3Settings {
            endpoint: format!("http://127.0.0.1:{}", port.number()),
            region: "us-east-1".to_owned(),
            bucket: String::new(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: password.to_owned(),
            path_style: true,
        };
        Ok(Self {
            program: siblings::find(PROGRAM)?,
            data: stack.join(NAME),
            log: logs.join("s3.log"),
            port,
            client: S3Client::new(settings)?,
        })
    }

    /// A client of it.
    pub(crate) fn client(&self) -> S3Client {
        self.client.clone()
    }

    /// Where buckets are folders.
    pub(crate) fn data(&self) -> PathBuf {
        self.data.clone()
    }
}

impl Recipe for S3 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn port(&self) -> u16 {
        self.port.number()
    }

    fn log(&self) -> &Path {
        &self.log
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }

    /// Its settings are variables, because arguments can be read by every user of the machine.
    fn launch(&self, keeper: &Keeper) -> Result<(), DevstackError> {
        fs::create_dir_all(&self.data)
            .map_err(DevstackError::io(format!("make {}", self.data.display())))?;
        let settings = self.client.settings();
        let env = [
            ("GILDHALL_DEVSTACK_S3_ROOT", self.data.display().to_string()),
            ("GILDHALL_DEVSTACK_S3_PORT", self.port.number().to_string()),
            (
                "GILDHALL_DEVSTACK_S3_ACCESS_KEY",
                settings.access_key.clone(),
            ),
            (
                "GILDHALL_DEVSTACK_S3_SECRET_KEY",
                settings.secret_key.clone(),
            ),
        ];
        let launch = Launch {
            program: self.program.clone(),
            args: Vec::new(),
            env: env.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            log: self.log.clone(),
            user: None,
            farewell: None,
        };
        keeper.spawn(NAME, launch)
    }

    fn is_ready(&self) -> bool {
        self.client.answers()
    }

    fn settle(&self) -> Result<(), DevstackError> {
        Ok(())
    }

    fn stop_sign(&self) -> Sign {
        Sign::Terminate
    }

    fn discard_sign(&self) -> Sign {
        Sign::Kill
    }

    fn forget(&self) -> Result<(), DevstackError> {
        files::remove_folder(&self.data)
    }
}
