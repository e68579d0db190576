//! A fleet on resources of its own: what it consists of and where that is. Its processes are started in [`super::roles`],
//! what goes through it is in [`super::traffic`].

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

use gildhall::broker::Broker;
use gildhall::config;
use gildhall::ledger::{Actor, ActorKind, Ledger, TenantLimits, migrate};
use gildhall::objects::Objects;
use gildhall_devstack::{Fresh, Service};
use gildhall_proto::TenantId;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tempfile::TempDir;

use super::places::Place;
use super::ports::free_address;
use super::process::Process;
use super::tenant::Key;
use super::{Client, queues, wait};

/// A database, a virtual host and a bucket that nobody else uses, a tenant with a key, and the API once it was started. What
/// a test starts beside it should be declared after it, so that it ends before.
pub struct Fleet {
    pub(super) api: Option<Process>,
    pub(super) address: SocketAddr,
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
    pub(super) broker: Broker,
    pub(super) fresh: Fresh,
    /// How many processes it has started: each has a number of its own.
    pub(super) processes: AtomicUsize,
    /// For the processes' logs and files.
    pub(super) folder: TempDir,
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

    /// A number that the database gives, by the fleet's role.
    pub fn count(&self, sql: &'static str) -> i64 {
        wait(sqlx::query_scalar(sql).fetch_one(&self.sql)).expect("the database is there")
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
