//! A fleet on resources of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gildhall::broker::{Broker, DeadLetter};
use gildhall::config;
use gildhall::ledger::{
    Actor, ActorKind, HistoryEntry, JobRecord, Ledger, LedgerError, TenantLimits, migrate,
};
use gildhall::objects::Objects;
use gildhall_devstack::{Fresh, Service};
use gildhall_proto::{JobId, JobStatus, TenantId};
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tempfile::TempDir;

use super::amqp::{self, Message};
use super::events::Events;
use super::places::Place;
use super::ports::free_address;
use super::process::Process;
use super::tenant::Key;
use super::{Client, WorkerOptions, jobs, queues, until, wait};

/// How long a job may take to get where a test wants it, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a process may take to be ready.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A database, a virtual host and a bucket that nobody else uses, a tenant with a key, and the API once it was started. What
/// a test starts beside it should be declared after it, so that it ends before.
pub struct Fleet {
    api: Option<Process>,
    address: SocketAddr,
    /// The tenant's own caller of the API.
    pub http: Client,
    /// Variables that every process is started with from now on, beside its own.
    pub env: Vec<(&'static str, String)>,
    /// The first tenant; two of its jobs run at a time.
    pub tenant: TenantId,
    pub ledger: Ledger,
    /// The database, seen with the fleet's role.
    pub sql: PgPool,
    pub objects: Objects,
    broker: Broker,
    fresh: Fresh,
    processes: AtomicUsize,
    folder: TempDir,
    // Last: a test's own services end when nobody uses them any more.
    place: Place,
}

/// Who the tests are in the audit log.
pub fn actor() -> Actor {
    Actor {
        kind: ActorKind::Operator,
        name: "tests".to_owned(),
        address: None,
    }
}

/// Limits that are in no test's way, save this one.
pub fn at_once(max_concurrent: u32) -> TenantLimits {
    TenantLimits {
        max_concurrent,
        requests_per_minute: 1_000_000,
        monthly_jobs: None,
    }
}

impl Fleet {
    /// On the services that tests share. Nothing runs yet.
    pub fn shared(test: &str) -> Fleet {
        Fleet::prepare(Place::shared(), test)
    }

    /// On services of its own, which the test may stop. Nothing runs yet.
    pub fn own(test: &str) -> Fleet {
        Fleet::prepare(Place::own(), test)
    }

    fn prepare(place: Place, test: &str) -> Fleet {
        let fresh = place.fresh(test).unwrap_or_else(|error| panic!("{error}"));
        let database = database(&fresh.database_url);
        wait(migrate(&database)).expect("the database is new");
        let address = free_address();
        let tenant = TenantId::parse("acme").expect("a name");
        let fleet = Fleet {
            api: None,
            address,
            http: Client::new(&format!("http://{address}")),
            ledger: wait(Ledger::connect(&database, "tests")).expect("it was migrated"),
            sql: wait(pool(&fresh.database_url, "gildhall_fleet")),
            objects: objects(&fresh),
            broker: broker(&fresh),
            env: Vec::new(),
            processes: AtomicUsize::new(0),
            folder: TempDir::new().expect("a folder"),
            tenant,
            fresh,
            place,
        };
        wait(fleet.broker.declare()).expect("the virtual host is new");
        let http = fleet.add_tenant(fleet.tenant.as_str(), at_once(2));
        Fleet { http, ..fleet }
    }

    /// Adds a tenant and gives a caller with a key for everything.
    pub fn add_tenant(&self, name: &str, limits: TenantLimits) -> Client {
        let tenant = TenantId::parse(name).expect("a name");
        let made = wait(self.ledger.create_tenant(&tenant, &limits, &actor()));
        assert!(
            made.expect("the ledger is there"),
            "{name} is there already"
        );
        self.http.with_token(&Key::of(&tenant).add(&self.ledger))
    }

    /// Changes how many jobs the first tenant may run at a time.
    pub fn limit(&self, max_concurrent: u32) {
        let limits = at_once(max_concurrent);
        let changed = wait(self.ledger.set_limits(&self.tenant, &limits, &actor()));
        assert!(changed.expect("the ledger is there"));
    }

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

    /// Submits a job of the first tenant.
    #[track_caller]
    pub fn submit(&self, job: &Value) -> JobId {
        let answer = self.http.submit(job, &[]);
        assert_eq!(answer.status, 202, "{}", answer.json());
        answer.job()
    }

    /// Submits so many jobs for workers that pretend.
    #[track_caller]
    pub fn submit_many(&self, count: usize) -> Vec<JobId> {
        (0..count).map(|_| self.submit(&jobs::any())).collect()
    }

    /// Uploads the image that jobs are made of.
    #[track_caller]
    pub fn upload_ring(&self) {
        let path = "/api/v1/video/assets?kind=products&name=ring.jpg";
        let kind = [("content-type", "application/octet-stream")];
        let answer = self.http.post(path, &jobs::ring(), &kind);
        assert_eq!(answer.status, 201, "{}", answer.json());
        assert_eq!(answer.json()["key"], "products/ring.jpg");
    }

    /// The job as the ledger has it; a ledger that is away is waited for.
    #[track_caller]
    pub fn job(&self, job: JobId) -> JobRecord {
        until("the ledger answers", PATIENCE, || {
            match wait(self.ledger.job(job)) {
                Ok(found) => Some(found.expect("it was accepted")),
                Err(error) => passes(error),
            }
        })
    }

    /// Waits until the job stands there; fails the test at once where it has ended otherwise.
    #[track_caller]
    pub fn wait_for(&self, job: JobId, wanted: JobStatus) -> JobRecord {
        until(&format!("{job} is {wanted}"), PATIENCE, || {
            let found = self.job(job);
            let status = found.status;
            assert!(
                status == wanted || !status.is_terminal(),
                "{job} is {status} instead of {wanted}: {:?}",
                found.failure
            );
            (status == wanted).then_some(found)
        })
    }

    /// Waits until all these jobs are completed.
    #[track_caller]
    pub fn wait_for_all(&self, jobs: &[JobId]) -> Vec<JobRecord> {
        jobs.iter()
            .map(|&job| self.wait_for(job, JobStatus::Completed))
            .collect()
    }

    /// Everything that happened to a job; a ledger that is away is waited for.
    #[track_caller]
    pub fn history(&self, job: JobId) -> Vec<HistoryEntry> {
        until("the ledger answers", PATIENCE, || {
            wait(self.ledger.history(job)).map_or_else(passes, Some)
        })
    }

    /// How often a job went into this status.
    pub fn times(&self, job: JobId, status: JobStatus) -> usize {
        let history = self.history(job);
        history.iter().filter(|entry| entry.to == status).count()
    }

    /// A number that the database gives, by the fleet's role.
    pub fn count(&self, sql: &'static str) -> i64 {
        wait(sqlx::query_scalar(sql).fetch_one(&self.sql)).expect("the database is there")
    }

    /// Waits until everything that is to be told was told.
    #[track_caller]
    pub fn wait_until_told(&self) {
        until("the outbox is empty", PATIENCE, || {
            (self.count("SELECT count(*) FROM outbox") == 0).then_some(())
        });
    }

    /// Listens to all events from now on.
    pub fn listen(&self) -> Events {
        Events::listen(&self.fresh.amqp_url)
    }

    /// Publishes to the exchange of jobs what nobody asked for.
    pub fn publish(&self, messages: &[Message<'_>]) {
        amqp::publish(&self.fresh.amqp_url, messages);
    }

    /// All dead letters; they are put back.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        wait(async {
            let mut letters = self.broker.dead_letters().await?;
            let taken = letters.take(1000).await?;
            letters.put_back().await?;
            Ok::<_, gildhall::broker::BrokerError>(taken)
        })
        .expect("the broker is there")
    }

    /// Waits until there are so many dead letters.
    #[track_caller]
    pub fn wait_for_dead_letters(&self, count: usize) -> Vec<DeadLetter> {
        until("the dead letters are there", PATIENCE, || {
            let letters = self.dead_letters();
            assert!(letters.len() <= count, "{letters:?}");
            (letters.len() == count).then_some(letters)
        })
    }

    /// Where workers have their folders.
    pub fn work_folder(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Where the API listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the database is.
    pub fn database_url(&self) -> &str {
        &self.fresh.database_url
    }

    /// Where the virtual host is.
    pub fn amqp_url(&self) -> &str {
        &self.fresh.amqp_url
    }

    /// The management of the broker, as `http://user:password@host:port`, and the virtual host's name.
    pub fn management(&self) -> (&str, &str) {
        (&self.fresh.management_url, &self.fresh.name)
    }

    /// What nobody may read in a log.
    pub fn secrets(&self) -> Vec<String> {
        let password = |url: &str| {
            let (login, _) = url.rsplit_once('@').expect("a login");
            let (_, password) = login.rsplit_once(':').expect("a password");
            password.to_owned()
        };
        vec![
            password(self.database_url()),
            password(self.amqp_url()),
            self.fresh.s3.secret_key.clone(),
        ]
    }

    pub fn rabbitmq(&self) -> &Service {
        self.place.rabbitmq()
    }

    pub fn postgres(&self) -> &Service {
        self.place.postgres()
    }

    pub fn s3(&self) -> &Service {
        self.place.s3()
    }

    /// Throws away everything that RabbitMQ has stored, and makes the virtual host anew, which is empty then.
    pub fn wipe_rabbitmq(&self) {
        self.rabbitmq().wipe().expect("it is ours");
        let made = self.place.vhost(&self.fresh.name);
        assert_eq!(made.as_ref().ok(), Some(&self.fresh.amqp_url), "{made:?}");
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

/// An outage is waited for.
fn passes<T>(error: LedgerError) -> Option<T> {
    assert!(error.is_outage(), "{error:?}");
    None
}

/// Settings for a database.
pub fn database(url: &str) -> config::Database {
    config::Database {
        url: url.parse().expect("it is not empty"),
        max_connections: 16,
    }
}

/// Connections that work as this role.
pub async fn pool(url: &str, role: &str) -> PgPool {
    let options: PgConnectOptions = url.parse().expect("the devstack gives good URLs");
    PgPoolOptions::new()
        .max_connections(4)
        .connect_with(options.options([("role", role)]))
        .await
        .expect("the database is there, and migrated")
}

fn broker(fresh: &Fresh) -> Broker {
    let config = config::Broker {
        url: fresh.amqp_url.parse().expect("it is not empty"),
        mode: queues::mode(),
        confirm_timeout_ms: 5000,
    };
    Broker::lazy(&config, "tests").expect("the devstack gives good URLs")
}

fn objects(fresh: &Fresh) -> Objects {
    let s3 = fresh.s3.clone();
    let config = config::Objects {
        endpoint: Some(s3.endpoint),
        region: s3.region,
        bucket: s3.bucket,
        access_key: s3.access_key.parse().expect("it is not empty"),
        secret_key: s3.secret_key.parse().expect("it is not empty"),
        path_style: s3.path_style,
        public_endpoint: None,
    };
    Objects::connect(&config).expect("plain HTTP needs no certificates")
}
