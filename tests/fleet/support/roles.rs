//! The processes of a [`Fleet`], and the variables that they are started with.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::ports::free_address;
use super::process::Process;
use super::{Client, Fleet, WorkerOptions, queues, until};

/// How long a process may take to be ready.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

impl Fleet {
    /// Starts the API, on the same address each time, and waits until it is ready.
    pub fn start_api(&mut self) {
        let api = self.start_replica(self.address);
        self.api = Some(api);
    }

    /// Starts another replica of the API, which ends with the value; gives a caller of it as well.
    pub fn start_another_api(&self) -> (Process, Client) {
        let address = free_address();
        let api = self.start_replica(address);
        (api, self.http.at(&format!("http://{address}")))
    }

    /// Kills the API with SIGKILL.
    pub fn kill_api(&mut self) {
        self.api.as_mut().expect("it was started").kill9();
    }

    /// Starts an API of another release, which ends with the value; gives a caller of it as well.
    pub fn start_api_of(&self, program: &Path) -> (Process, Client) {
        let address = free_address();
        let api = self.start_of(program, "api", replica_env(address));
        let caller = self.http.at(&format!("http://{address}"));
        (until_ready(api, &caller), caller)
    }

    fn start_replica(&self, address: SocketAddr) -> Process {
        let api = self.start("api", replica_env(address));
        until_ready(api, &self.http.at(&format!("http://{address}")))
    }

    /// Starts a worker. It takes jobs as soon as it has connected; nobody waits for that.
    pub fn start_worker(&self, options: WorkerOptions) -> Process {
        let mut env = options.env(&self.work_folder());
        env.push(("GILDHALL_LISTEN", "127.0.0.1:0".to_owned()));
        self.start("worker", env)
    }

    /// Starts several of the same kind.
    pub fn start_workers(&self, count: usize, options: WorkerOptions) -> Vec<Process> {
        (0..count).map(|_| self.start_worker(options)).collect()
    }

    /// Starts a role with these variables beside those that every process is started with.
    pub fn start(&self, role: &str, env: Vec<(&'static str, String)>) -> Process {
        let (name, env) = self.settings(role, env);
        Process::start(&name, &[role], &env, self.folder.path())
    }

    /// The same, where nobody reads what it says: both of its streams are broken pipes.
    pub fn start_unheard(&self, role: &str, env: Vec<(&'static str, String)>) -> Process {
        let (name, env) = self.settings(role, env);
        Process::start_unheard(&name, &[role], &env, self.folder.path())
    }

    /// The same, of another release's program.
    pub fn start_of(
        &self,
        program: &Path,
        role: &str,
        env: Vec<(&'static str, String)>,
    ) -> Process {
        let (name, env) = self.settings(role, env);
        Process::start_program(program, &name, &[role], &env, self.folder.path())
    }

    /// The same, by a program that becomes what its arguments name, after it has changed what that sees of the machine.
    pub fn start_by(
        &self,
        program: &Path,
        role: &str,
        env: Vec<(&'static str, String)>,
    ) -> Process {
        let (name, env) = self.settings(role, env);
        let args = [env!("CARGO_BIN_EXE_gildhall"), role];
        Process::start_program(program, &name, &args, &env, self.folder.path())
    }

    /// Starts the API so, on the address that the tenant calls, and waits until it is ready. It ends with the value.
    pub fn start_api_by(&self, program: &Path) -> Process {
        let api = self.start_by(program, "api", replica_env(self.address));
        until_ready(api, &self.http)
    }

    /// Starts a command with arguments, and the variables of every process.
    pub fn run(&self, args: &[&str]) -> Process {
        let (name, env) = self.settings(args[0], Vec::new());
        Process::start(&name, args, &env, self.folder.path())
    }

    /// The name of a process that is about to be started, and all its variables.
    fn settings(
        &self,
        role: &str,
        mut env: Vec<(&'static str, String)>,
    ) -> (String, Vec<(&'static str, String)>) {
        let number = self.processes.fetch_add(1, Ordering::Relaxed);
        let s3 = self.fresh.s3.clone();
        env.extend([
            ("GILDHALL_DATABASE_URL", self.fresh.database_url.clone()),
            ("GILDHALL_AMQP_URL", self.fresh.amqp_url.clone()),
            queues::env(),
            ("GILDHALL_S3_ENDPOINT", s3.endpoint),
            ("GILDHALL_S3_REGION", s3.region),
            ("GILDHALL_S3_BUCKET", s3.bucket),
            ("GILDHALL_S3_ACCESS_KEY", s3.access_key),
            ("GILDHALL_S3_SECRET_KEY", s3.secret_key),
            ("GILDHALL_S3_PATH_STYLE", s3.path_style.to_string()),
            ("GILDHALL_CLAMD", self.fresh.clamd_url.clone()),
            ("GILDHALL_LOG", "info,gildhall=debug".to_owned()),
        ]);
        env.extend(self.env.iter().cloned());
        (format!("{role}-{number}"), env)
    }
}

/// Variables of an API for tests.
fn replica_env(address: SocketAddr) -> Vec<(&'static str, String)> {
    vec![
        ("GILDHALL_LISTEN", address.to_string()),
        // All tests come from one address. What limits one has tests of its own.
        ("GILDHALL_ADDRESS_RATE", "0".to_owned()),
        ("GILDHALL_ADDRESS_FAILURES", "0".to_owned()),
        ("GILDHALL_ADDRESS_CONNECTIONS", "4096".to_owned()),
        ("GILDHALL_RELAY_POLL_MS", "100".to_owned()),
        ("GILDHALL_RELAY_REDISPATCH_AFTER_MS", "2000".to_owned()),
    ]
}

#[track_caller]
fn until_ready(mut api: Process, caller: &Client) -> Process {
    until("the API is ready", STARTS_WITHIN, || {
        assert!(api.ended().is_none(), "{}", api.log_tail());
        let answer = caller.try_get("/readyz", &[]).ok()?;
        (answer.status == 200).then_some(())
    });
    api
}
