//! A set of services and what can be made in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;

use crate::clamd::{self, Clamd};
use crate::error::DevstackError;
use crate::files;
use crate::fresh::{Fresh, S3Settings};
use crate::keeper::Keeper;
use crate::name;
use crate::options::{Options, Provision, RabbitMqUrls, Services};
use crate::postgres::{self, Admin, DatabaseServer, Postgres, Programs};
use crate::rabbitmq::{self, AmqpServer, Management, RabbitMq};
use crate::s3::{self, S3, S3Client};
use crate::secret;
use crate::service::Service;

/// Running services. They end with this value, or with the process, however that ends; a temporary folder goes with
/// them. Dropping it kills them; [`Stack::shut_down`] has them end in order.
///
/// It may be used from any number of threads.
pub struct Stack {
    rabbitmq: Service,
    postgres: Service,
    s3: Service,
    clamd: Service,
    broker: Option<Broker>,
    databases: Option<Admin>,
    objects: Option<Objects>,
    /// `tcp://host:port` of the scanner.
    scanner: Option<String>,
    /// None if no service is private. Declared last, so that nothing uses it when it ends.
    keeper: Option<Arc<Keeper>>,
}

struct Broker {
    server: AmqpServer,
    management: Management,
}

struct Objects {
    client: S3Client,
    /// Where the buckets of a private server are folders.
    folder: Option<PathBuf>,
}

/// What all private services share.
struct Ground {
    keeper: Arc<Keeper>,
    logs: PathBuf,
    secret: String,
}

impl Stack {
    /// Starts the private services side by side and returns when all serve requests: in about six seconds.
    ///
    /// # Errors
    /// If a program is missing, a setting is of no use, or a service does not come up; the error then carries the end
    /// of its log, and nothing stays running.
    pub fn start(options: Options) -> Result<Self, DevstackError> {
        let ground = Ground::prepare(&options)?;
        let Services {
            rabbitmq,
            postgres,
            s3,
            clamd,
        } = options.services;
        let (rabbitmq, broker) = provide_rabbitmq(rabbitmq, ground.as_ref())?;
        let (postgres, databases) = provide_postgres(postgres, ground.as_ref(), options.durable)?;
        let (s3, objects) = provide_s3(s3, ground.as_ref())?;
        let (clamd, scanner) = provide_clamd(clamd, ground.as_ref())?;
        let keeper = ground.map(|ground| ground.keeper);
        let stack = Self {
            rabbitmq,
            postgres,
            s3,
            clamd,
            broker,
            databases,
            objects,
            scanner,
            keeper,
        };
        stack.start_services()?;
        Ok(stack)
    }

    /// The one stack of this process, with [`Options::from_env`]: started by the first call, while others wait for it.
    /// It ends when the process does. Tests that stop or wipe a service should start a stack of their own.
    ///
    /// # Errors
    /// The error of the first call, again on every further one.
    pub fn shared() -> Result<&'static Self, &'static DevstackError> {
        static SHARED: OnceLock<Result<Stack, DevstackError>> = OnceLock::new();
        SHARED
            .get_or_init(|| Self::start(Options::from_env()?))
            .as_ref()
    }

    /// The message broker.
    #[must_use]
    pub fn rabbitmq(&self) -> &Service {
        &self.rabbitmq
    }

    /// The database server.
    #[must_use]
    pub fn postgres(&self) -> &Service {
        &self.postgres
    }

    /// The object store.
    #[must_use]
    pub fn s3(&self) -> &Service {
        &self.s3
    }

    /// The scanner of uploads.
    #[must_use]
    pub fn clamd(&self) -> &Service {
        &self.clamd
    }

    /// The folder with data and logs (`logs/`); none if no service is private.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.keeper.as_ref().map(|keeper| keeper.folder())
    }

    /// A database, virtual host and bucket for one test, under a new name that begins like `test`, and the scanner that all
    /// share.
    ///
    /// # Errors
    /// If one of the services was left out, is down, or refuses.
    pub fn fresh(&self, test: &str) -> Result<Fresh, DevstackError> {
        let name = name::unique(test)?;
        Ok(Fresh {
            database_url: self.database(&name)?,
            amqp_url: self.vhost(&name)?,
            management_url: self.management_url()?,
            s3: self.bucket(&name)?,
            clamd_url: self.clamd_url()?,
            name,
        })
    }

    /// Removes what [`Stack::fresh`] has made, for long runs; at the latest it goes with a private service. The bucket
    /// of an existing S3 server stays.
    ///
    /// # Errors
    /// If a service is down or refuses.
    pub fn discard(&self, fresh: &Fresh) -> Result<(), DevstackError> {
        let name = name::check(&fresh.name)?;
        self.databases()?.drop_database(name)?;
        self.broker()?.management.delete_vhost(name)?;
        match &self.objects()?.folder {
            Some(folder) => files::remove_folder(&folder.join(name)),
            None => Ok(()),
        }
    }

    /// Makes an empty database unless there is one of that name (3 to 63 lower-case letters, digits and inner hyphens)
    /// and returns its URL. Its owner is no superuser, and may create roles.
    ///
    /// # Errors
    /// If the name is unfit, or PostgreSQL was left out, is down, or refuses.
    pub fn database(&self, name: &str) -> Result<String, DevstackError> {
        self.databases()?.make_database(name::check(name)?, None)
    }

    /// Like [`Stack::database`], as a copy of the database `template`, for example one that is migrated already.
    /// Nobody may be connected to the template meanwhile.
    ///
    /// # Errors
    /// Those of [`Stack::database`].
    pub fn database_like(&self, name: &str, template: &str) -> Result<String, DevstackError> {
        self.databases()?
            .make_database(name::check(name)?, Some(name::check(template)?))
    }

    /// Makes a virtual host unless there is one of that name (as of a database) and returns its AMQP URL.
    ///
    /// # Errors
    /// If the name is unfit, or RabbitMQ was left out, is down, or refuses.
    pub fn vhost(&self, name: &str) -> Result<String, DevstackError> {
        let broker = self.broker()?;
        broker
            .management
            .make_vhost(name::check(name)?, broker.server.user())?;
        Ok(broker.server.url(name))
    }

    /// `http://user:password@host:port` of RabbitMQ's management plugin.
    ///
    /// # Errors
    /// If RabbitMQ was left out.
    pub fn management_url(&self) -> Result<String, DevstackError> {
        Ok(self.broker()?.management.url().to_owned())
    }

    /// Makes a bucket unless there is one of that name (as of a database) and returns how to use it.
    ///
    /// # Errors
    /// If the name is unfit, or the S3 server was left out, is down, or refuses.
    pub fn bucket(&self, name: &str) -> Result<S3Settings, DevstackError> {
        self.objects()?.client.make_bucket(name::check(name)?)
    }

    /// `tcp://host:port` of the scanner.
    ///
    /// # Errors
    /// If clamd was left out.
    pub fn clamd_url(&self) -> Result<String, DevstackError> {
        let url = self.scanner.clone();
        url.ok_or(DevstackError::LeftOut {
            service: clamd::NAME,
        })
    }

    /// Has the private services end in order, then as dropping does. For a named folder that will be used again.
    ///
    /// # Errors
    /// If a service does not end within a minute; it is killed then.
    pub fn shut_down(self) -> Result<(), DevstackError> {
        self.each_private(Service::stop)
    }

    fn start_services(&self) -> Result<(), DevstackError> {
        self.each_private(Service::start)
    }

    /// Side by side; of several errors the first service's is returned.
    fn each_private(
        &self,
        act: fn(&Service) -> Result<(), DevstackError>,
    ) -> Result<(), DevstackError> {
        let private = [&self.rabbitmq, &self.postgres, &self.s3, &self.clamd]
            .into_iter()
            .filter(|service| service.is_ours());
        thread::scope(|scope| {
            let acting: Vec<_> = private
                .map(|service| scope.spawn(move || act(service)))
                .collect();
            let mut outcome = Ok(());
            for thread in acting {
                let done = thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                outcome = outcome.and(done);
            }
            outcome
        })
    }

    fn broker(&self) -> Result<&Broker, DevstackError> {
        self.broker.as_ref().ok_or(DevstackError::LeftOut {
            service: rabbitmq::NAME,
        })
    }

    fn databases(&self) -> Result<&Admin, DevstackError> {
        self.databases.as_ref().ok_or(DevstackError::LeftOut {
            service: postgres::NAME,
        })
    }

    fn objects(&self) -> Result<&Objects, DevstackError> {
        self.objects
            .as_ref()
            .ok_or(DevstackError::LeftOut { service: s3::NAME })
    }
}

impl Ground {
    /// None if no service is private.
    fn prepare(options: &Options) -> Result<Option<Self>, DevstackError> {
        let services = &options.services;
        let private = services.rabbitmq == Provision::Private
            || services.postgres == Provision::Private
            || services.s3 == Provision::Private
            || services.clamd == Provision::Private;
        if !private {
            return Ok(None);
        }
        let keeper = Arc::new(Keeper::start(options.folder.as_deref())?);
        let logs = keeper.folder().join("logs");
        fs::create_dir_all(&logs).map_err(DevstackError::io(format!("make {}", logs.display())))?;
        let secret = secret::of_stack(keeper.folder())?;
        Ok(Some(Self {
            keeper,
            logs,
            secret,
        }))
    }
}

/// The service, and what is needed to make virtual hosts in it.
fn provide_rabbitmq(
    provision: Provision<RabbitMqUrls>,
    ground: Option<&Ground>,
) -> Result<(Service, Option<Broker>), DevstackError> {
    match (provision, ground) {
        (Provision::Private, Some(ground)) => {
            let recipe = RabbitMq::new(ground.keeper.folder(), &ground.logs, &ground.secret)?;
            let broker = Broker {
                server: recipe.server(),
                management: recipe.management(),
            };
            Ok((
                Service::ours(Box::new(recipe), ground.keeper.clone()),
                Some(broker),
            ))
        }
        (Provision::Existing(urls), _) => {
            let broker = Broker {
                server: AmqpServer::parse(&urls.amqp)?,
                management: Management::new(&urls.management),
            };
            Ok((Service::existing(rabbitmq::NAME), Some(broker)))
        }
        // There is a ground wherever a service is private.
        (Provision::Without | Provision::Private, _) => {
            Ok((Service::left_out(rabbitmq::NAME), None))
        }
    }
}

/// The service, and what is needed to make databases in it.
fn provide_postgres(
    provision: Provision<String>,
    ground: Option<&Ground>,
    durable: bool,
) -> Result<(Service, Option<Admin>), DevstackError> {
    match (provision, ground) {
        (Provision::Private, Some(ground)) => {
            let recipe = Postgres::new(
                ground.keeper.folder(),
                &ground.logs,
                &ground.secret,
                durable,
            )?;
            let admin = recipe.admin();
            Ok((
                Service::ours(Box::new(recipe), ground.keeper.clone()),
                Some(admin),
            ))
        }
        (Provision::Existing(url), _) => {
            let admin = Admin::new(Programs::any_psql(), DatabaseServer::parse(&url)?, None);
            Ok((Service::existing(postgres::NAME), Some(admin)))
        }
        // There is a ground wherever a service is private.
        (Provision::Without | Provision::Private, _) => {
            Ok((Service::left_out(postgres::NAME), None))
        }
    }
}

/// The service, and what is needed to make buckets in it.
fn provide_s3(
    provision: Provision<S3Settings>,
    ground: Option<&Ground>,
) -> Result<(Service, Option<Objects>), DevstackError> {
    match (provision, ground) {
        (Provision::Private, Some(ground)) => {
            let recipe = S3::new(ground.keeper.folder(), &ground.logs, &ground.secret)?;
            let objects = Objects {
                client: recipe.client(),
                folder: Some(recipe.data()),
            };
            Ok((
                Service::ours(Box::new(recipe), ground.keeper.clone()),
                Some(objects),
            ))
        }
        (Provision::Existing(settings), _) => {
            let objects = Objects {
                client: S3Client::new(settings)?,
                folder: None,
            };
            Ok((Service::existing(s3::NAME), Some(objects)))
        }
        // There is a ground wherever a service is private.
        (Provision::Without | Provision::Private, _) => Ok((Service::left_out(s3::NAME), None)),
    }
}

/// The service, and where clients connect.
fn provide_clamd(
    provision: Provision<String>,
    ground: Option<&Ground>,
) -> Result<(Service, Option<String>), DevstackError> {
    match (provision, ground) {
        (Provision::Private, Some(ground)) => {
            let recipe = Clamd::new(ground.keeper.folder(), &ground.logs)?;
            let url = recipe.url();
            Ok((
                Service::ours(Box::new(recipe), ground.keeper.clone()),
                Some(url),
            ))
        }
        (Provision::Existing(url), _) => Ok((Service::existing(clamd::NAME), Some(url))),
        // There is a ground wherever a service is private.
        (Provision::Without | Provision::Private, _) => Ok((Service::left_out(clamd::NAME), None)),
    }
}
