//! What a stack consists of.

use std::env;
use std::path::PathBuf;

use crate::error::DevstackError;
use crate::fresh::S3Settings;

/// How to start a stack. The default: all services, private, in a temporary folder, not durable.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where data and logs lie. A named folder is made if absent, used again with its data if present, and stays; it
    /// serves one stack at a time. None: a temporary folder that goes with the stack. If PostgreSQL has to be started
    /// by root, other users must be able to enter the folder.
    pub folder: Option<PathBuf>,
    /// Whether PostgreSQL waits for the disk (`fsync`), as in production. Without it data still survives kill -9 of
    /// the server, but not a crash of the machine, and tests are faster. RabbitMQ has no such switch.
    pub durable: bool,
    /// Which services, and whose.
    pub services: Services,
}

/// Which services a stack has.
#[derive(Clone, Debug, Default)]
pub struct Services {
    /// RabbitMQ with its management plugin.
    pub rabbitmq: Provision<RabbitMqUrls>,
    /// PostgreSQL. An existing one: the URL of a user that may create databases and roles, as
    /// `postgres://user:password@host:port/database`.
    pub postgres: Provision<String>,
    /// An S3 server. Of an existing one's settings the bucket is ignored; its endpoint must be `http://`.
    pub s3: Provision<S3Settings>,
    /// A clamd that knows the test file [`eicar`](crate::eicar) and nothing else. An existing one, whatever it knows: its
    /// address as `tcp://host:port`.
    pub clamd: Provision<String>,
}

/// Whose service it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Provision<T> {
    /// Started for this stack and ended with it.
    #[default]
    Private,
    /// Runs already; databases, virtual hosts and buckets are made in it and left there.
    Existing(T),
    /// The stack does without.
    Without,
}

/// Where an existing RabbitMQ is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RabbitMqUrls {
    /// `amqp://user:password@host:port`; a virtual host in it is ignored.
    pub amqp: String,
    /// The management plugin, as `http://user:password@host:port`; the user must be an administrator.
    pub management: String,
}

impl Options {
    /// The default, with the services that these variables name in place of private ones:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `GILDHALL_TEST_DATABASE_URL` | see [`Services::postgres`] |
    /// | `GILDHALL_TEST_AMQP_URL`, `GILDHALL_TEST_MANAGEMENT_URL` | see [`RabbitMqUrls`]; both or none |
    /// | `GILDHALL_TEST_S3_ENDPOINT`, `…_S3_ACCESS_KEY`, `…_S3_SECRET_KEY` | `http://host:port` and a key pair that may create buckets; all or none |
    /// | `GILDHALL_TEST_S3_REGION` | `us-east-1` if left out |
    /// | `GILDHALL_TEST_S3_PATH_STYLE` | `true` (if left out) or `false`; only passed on to clients |
    /// | `GILDHALL_TEST_CLAMD` | see [`Services::clamd`] |
    ///
    /// # Errors
    /// [`DevstackError::BadSetting`] if only some variables of a service are set, or one has an unknown value.
    pub fn from_env() -> Result<Self, DevstackError> {
        let postgres =
            variable("GILDHALL_TEST_DATABASE_URL").map_or(Provision::Private, Provision::Existing);
        let services = Services {
            rabbitmq: rabbitmq()?,
            postgres,
            s3: s3()?,
            clamd: variable("GILDHALL_TEST_CLAMD").map_or(Provision::Private, Provision::Existing),
        };
        Ok(Self {
            services,
            ..Self::default()
        })
    }
}

fn rabbitmq() -> Result<Provision<RabbitMqUrls>, DevstackError> {
    if !any_set(&["GILDHALL_TEST_AMQP_URL", "GILDHALL_TEST_MANAGEMENT_URL"]) {
        return Ok(Provision::Private);
    }
    Ok(Provision::Existing(RabbitMqUrls {
        amqp: needed("GILDHALL_TEST_AMQP_URL")?,
        management: needed("GILDHALL_TEST_MANAGEMENT_URL")?,
    }))
}

fn s3() -> Result<Provision<S3Settings>, DevstackError> {
    if !any_set(&[
        "GILDHALL_TEST_S3_ENDPOINT",
        "GILDHALL_TEST_S3_ACCESS_KEY",
        "GILDHALL_TEST_S3_SECRET_KEY",
    ]) {
        return Ok(Provision::Private);
    }
    Ok(Provision::Existing(S3Settings {
        endpoint: needed("GILDHALL_TEST_S3_ENDPOINT")?,
        region: variable("GILDHALL_TEST_S3_REGION").unwrap_or_else(|| "us-east-1".to_owned()),
        bucket: String::new(),
        access_key: needed("GILDHALL_TEST_S3_ACCESS_KEY")?,
        secret_key: needed("GILDHALL_TEST_S3_SECRET_KEY")?,
        path_style: path_style()?,
    }))
}

fn path_style() -> Result<bool, DevstackError> {
    const NAME: &str = "GILDHALL_TEST_S3_PATH_STYLE";
    match variable(NAME).as_deref() {
        None | Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(other) => Err(DevstackError::BadSetting {
            setting: NAME,
            why: format!("{other:?} is not true or false"),
        }),
    }
}

/// An empty variable counts as unset, as in a compose file that passes on what it was not given.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn any_set(names: &[&str]) -> bool {
    names.iter().any(|name| variable(name).is_some())
}

fn needed(name: &'static str) -> Result<String, DevstackError> {
    let why = "is not set, though another variable of the same service is";
    variable(name).ok_or_else(|| DevstackError::BadSetting {
        setting: name,
        why: why.to_owned(),
    })
}
