//! A private clamd: one process on 127.0.0.1 with signatures of its own, which know a test file and no malware. The
//! system's clamd, its settings and its signatures are neither used nor touched.

mod programs;
mod protocol;
mod signatures;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::ping;
pub use signatures::{EICAR_SIGNATURE, eicar};

use crate::error::DevstackError;
use crate::files;
use crate::keeper::Keeper;
use crate::keeper::protocol::{Launch, Sign};
use crate::ports::Port;
use crate::recipe::Recipe;

/// The service's name in errors.
pub(crate) const NAME: &str = "clamd";

/// How to run the scanner.
pub(crate) struct Clamd {
    program: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    port: Port,
}

impl Clamd {
    /// Finds the program and takes a port. `stack` is the stack's folder, `logs` the one for logs in it.
    pub(crate) fn new(stack: &Path, logs: &Path) -> Result<Self, DevstackError> {
        Ok(Self {
            program: programs::clamd()?,
            folder: stack.join(NAME),
            log: logs.join("clamd.log"),
            port: Port::claim()?,
        })
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port.number())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn write_settings(&self) -> Result<(), DevstackError> {
        let write = || {
            fs::create_dir_all(self.at("signatures"))?;
            fs::create_dir_all(self.at("temporary"))?;
            fs::write(self.at("signatures/gildhall.ndb"), signatures::file())?;
            fs::write(self.at("clamd.conf"), self.settings())
        };
        write().map_err(DevstackError::io(format!(
            "write {}",
            self.folder.display()
        )))
    }

    /// Without `User` it runs as whoever starts it. Nothing is read again while it runs. A file may have 100 MB; above
    /// `MaxFileSize` clamd would call one clean that it did not look at.
    fn settings(&self) -> String {
        let (port, folder) = (self.port.number(), self.folder.display());
        format!(
            "Foreground yes\n\
             LogTime yes\n\
             TCPAddr 127.0.0.1\n\
             TCPSocket {port}\n\
             DatabaseDirectory {folder}/signatures\n\
             TemporaryDirectory {folder}/temporary\n\
             StreamMaxLength 110M\n\
             MaxFileSize 110M\n\
             MaxScanSize 110M\n\
             SelfCheck 0\n\
             ConcurrentDatabaseReload no\n\
             MaxThreads 8\n"
        )
    }
}

impl Recipe for Clamd {
    fn name(&self) -> &'static str {
        NAME
    }

    fn port(&self) -> u16 {
        self.port.number()
    }

    fn log(&self) -> &Path {
        &self.log
    }

    /// With one signature it takes a tenth of a second.
    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn launch(&self, keeper: &Keeper) -> Result<(), DevstackError> {
        self.write_settings()?;
        let config = format!("--config-file={}", self.at("clamd.conf").display());
        let env = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LC_ALL", "C")];
        let launch = Launch {
            program: programs::unconfined(&self.program, &self.folder)?,
            args: vec![config],
            env: env
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            log: self.log.clone(),
            user: None,
            farewell: None,
        };
        keeper.spawn(NAME, launch)
    }

    fn is_ready(&self) -> bool {
        ping(self.port.number())
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
        files::remove_folder(&self.folder)
    }
}
