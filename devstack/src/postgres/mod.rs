//! A private PostgreSQL server on 127.0.0.1 with passwords (SCRAM).

mod programs;
mod sql;
mod url;
mod user;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use programs::Programs;
pub(crate) use sql::{Admin, OWNER};
pub(crate) use url::DatabaseServer;

use crate::error::DevstackError;
use crate::files;
use crate::keeper::Keeper;
use crate::keeper::protocol::{Launch, Sign, State};
use crate::log;
use crate::ports::Port;
use crate::recipe::Recipe;
use crate::secret;

/// The service's name in errors.
pub(crate) const NAME: &str = "postgresql";
/// The program that makes a data folder, with the keeper.
const INITDB: &str = "initdb";
const SUPERUSER: &str = "postgres";
const INITDB_PATIENCE: Duration = Duration::from_secs(120);
/// The system's limit for the path of a socket is 108 bytes; the file name takes up to 17 of them.
const SOCKET_FOLDER_BYTES: usize = 90;

/// How to run the server.
pub(crate) struct Postgres {
    programs: Programs,
    user: Option<user::Account>,
    folder: PathBuf,
    log: PathBuf,
    initdb_log: PathBuf,
    password: String,
    port: Port,
    durable: bool,
}

impl Postgres {
    /// Finds the programs and takes a port. `stack` is the stack's folder, `logs` the one for logs in it.
    pub(crate) fn new(
        stack: &Path,
        logs: &Path,
        password: &str,
        durable: bool,
    ) -> Result<Self, DevstackError> {
        let user = user::to_run_as()?;
        if let Some(account) = &user {
            account.must_reach(stack)?;
        }
        Ok(Self {
            programs: Programs::find()?,
            user,
            folder: stack.join(NAME),
            log: logs.join("postgresql.log"),
            initdb_log: logs.join("initdb.log"),
            password: password.to_owned(),
            port: Port::claim()?,
            durable,
        })
    }

    /// Makes databases as the superuser, for the user [`OWNER`].
    pub(crate) fn admin(&self) -> Admin {
        let server = |user| DatabaseServer::new(user, &self.password, self.port.number());
        Admin::new(self.programs.psql(), server(SUPERUSER), Some(server(OWNER)))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn socket_folder(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// Makes a folder that belongs to the user that the server runs as.
    fn make_folder(&self, path: &Path) -> Result<(), DevstackError> {
        let make = || {
            fs::create_dir_all(path)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
            self.user.as_ref().map_or(Ok(()), |account| {
                chown(path, Some(account.uid), Some(account.gid))
            })
        };
        make().map_err(DevstackError::io(format!("make {}", path.display())))
    }

    /// Makes the data under another name first: what an interrupted run has left is then never taken for whole.
    fn make_data(&self, keeper: &Keeper) -> Result<(), DevstackError> {
        let (half, password_file) = (self.folder.join("data.new"), self.folder.join("password"));
        files::remove_folder(&half)?;
        secret::write_private(&password_file, &self.password)?;
        if let Some(account) = &self.user {
            chown(&password_file, Some(account.uid), Some(account.gid)).map_err(
                DevstackError::io(format!("give away {}", password_file.display())),
            )?;
        }
        keeper.spawn(INITDB, self.initdb(&half, &password_file))?;
        self.wait_for_initdb(keeper)?;
        let finish = || {
            fs::remove_file(&password_file)?;
            fs::rename(&half, self.data())
        };
        finish().map_err(DevstackError::io(format!(
            "finish {}",
            self.data().display()
        )))
    }

    fn initdb(&self, data: &Path, password_file: &Path) -> Launch {
        let args = [
            format!("--pgdata={}", data.display()),
            format!("--pwfile={}", password_file.display()),
            format!("--username={SUPERUSER}"),
            "--auth=scram-sha-256".to_owned(),
            "--encoding=UTF8".to_owned(),
            "--locale=C".to_owned(),
            "--no-sync".to_owned(),
            "--no-instructions".to_owned(),
        ];
        self.process(
            self.programs.initdb(),
            args.to_vec(),
            &self.initdb_log,
            None,
        )
    }

    fn wait_for_initdb(&self, keeper: &Keeper) -> Result<(), DevstackError> {
        let deadline = Instant::now() + INITDB_PATIENCE;
        let failed = |why: String| DevstackError::NotStarted {
            service: INITDB,
            why,
            log: log::tail(&self.initdb_log),
        };
        loop {
            match keeper.state(INITDB)? {
                State::Ended { success: true, .. } => return Ok(()),
                State::Ended { how, .. } => return Err(failed(how)),
                State::Unknown | State::Running if Instant::now() >= deadline => {
                    keeper.signal(INITDB, Sign::Kill)?;
                    return Err(failed(format!(
                        "not done after {} s",
                        INITDB_PATIENCE.as_secs()
                    )));
                }
                State::Unknown | State::Running => thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    fn server(&self) -> Launch {
        let socket_folder = self.socket_folder().display().to_string();
        let socket_folder = if socket_folder.len() <= SOCKET_FOLDER_BYTES {
            socket_folder
        } else {
            String::new()
        };
        let sync = if self.durable { "on" } else { "off" };
        let settings = [
            format!("port={}", self.port.number()),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={socket_folder}"),
            format!("fsync={sync}"),
            // Without fsync it costs nothing, and what was committed survives a kill of the processes.
            "synchronous_commit=on".to_owned(),
            format!("full_page_writes={sync}"),
            // Dozens of workers with a pool each.
            "max_connections=400".to_owned(),
            // In files of the data folder: segments of the system's shared memory would survive kill -9.
            "dynamic_shared_memory_type=mmap".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
        ];
        let mut args = vec!["-D".to_owned(), self.data().display().to_string()];
        args.extend(
            settings
                .into_iter()
                .flat_map(|setting| ["-c".to_owned(), setting]),
        );
        // An immediate shutdown frees the one segment of System V memory that the server holds; kill -9 does not.
        self.process(self.programs.postgres(), args, &self.log, Some(Sign::Quit))
    }

    fn process(
        &self,
        program: PathBuf,
        args: Vec<String>,
        log: &Path,
        farewell: Option<Sign>,
    ) -> Launch {
        let env = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("LC_ALL", "C"),
            ("TZ", "UTC"),
        ];
        Launch {
            program,
            args,
            env: env
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            log: log.to_owned(),
            user: self.user.as_ref().map(user::Account::numbers),
            farewell,
        }
    }
}

impl Recipe for Postgres {
    fn name(&self) -> &'static str {
        NAME
    }

    fn port(&self) -> u16 {
        self.port.number()
    }

    fn log(&self) -> &Path {
        &self.log
    }

    /// It takes 0.2 s, or as long as the log since the last checkpoint needs after a crash.
    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn launch(&self, keeper: &Keeper) -> Result<(), DevstackError> {
        self.make_folder(&self.folder)?;
        self.make_folder(&self.socket_folder())?;
        if !self.data().exists() {
            self.make_data(keeper)?;
        }
        keeper.spawn(NAME, self.server())
    }

    fn is_ready(&self) -> bool {
        let port = self.port.number().to_string();
        Command::new(self.programs.pg_isready())
            .args([
                "--quiet",
                "--timeout=1",
                "--host=127.0.0.1",
                "--port",
                &port,
            ])
            .stdin(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn settle(&self) -> Result<(), DevstackError> {
        self.admin().make_owner(&self.password)
    }

    fn stop_sign(&self) -> Sign {
        Sign::Interrupt
    }

    fn discard_sign(&self) -> Sign {
        Sign::Quit
    }

    fn forget(&self) -> Result<(), DevstackError> {
        files::remove_folder(&self.data())
    }
}
