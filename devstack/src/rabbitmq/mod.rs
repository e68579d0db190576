//! A private RabbitMQ node: its own name daemon, cookie, data, and ports on 127.0.0.1 only.

mod management;
mod programs;
mod url;

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use management::Management;
pub(crate) use url::AmqpServer;

use crate::error::DevstackError;
use crate::files;
use crate::keeper::Keeper;
use crate::keeper::protocol::{Launch, Sign, State};
use crate::log;
use crate::ports::Port;
use crate::recipe::Recipe;
use crate::secret;

/// The service's name in errors.
pub(crate) const NAME: &str = "rabbitmq";
/// The name daemon (epmd) with the keeper. It outlives kills of the node, as on a server.
const EPMD: &str = "epmd";
const USER: &str = "gildhall";
/// epmd listens a few milliseconds after it was started.
const EPMD_PATIENCE: Duration = Duration::from_secs(10);
const ANSWER_PATIENCE: Duration = Duration::from_secs(1);
/// Schedulers that spin while idle would take the processors from what is tested. The node's own port must be on
/// loopback, and no second epmd may be started as a daemon.
const ERLANG_ARGUMENTS: &str = "+sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false \
                                -kernel inet_dist_use_interface {127,0,0,1}";

/// How to run the node.
pub(crate) struct RabbitMq {
    script: PathBuf,
    epmd: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    epmd_log: PathBuf,
    password: String,
    amqp: Port,
    http: Port,
    distribution: Port,
    names: Port,
    management: Management,
}

impl RabbitMq {
    /// Finds the programs and takes ports. `stack` is the stack's folder, `logs` the one for logs in it.
    pub(crate) fn new(stack: &Path, logs: &Path, password: &str) -> Result<Self, DevstackError> {
        let http = Port::claim()?;
        let management = Management::new(&format!(
            "http://{USER}:{password}@127.0.0.1:{}",
            http.number()
        ));
        Ok(Self {
            script: programs::server_script()?,
            epmd: programs::epmd()?,
            folder: stack.join(NAME),
            log: logs.join("rabbitmq.log"),
            epmd_log: logs.join("epmd.log"),
            password: password.to_owned(),
            amqp: Port::claim()?,
            http,
            distribution: Port::claim()?,
            names: Port::claim()?,
            management,
        })
    }

    /// Its management plugin.
    pub(crate) fn management(&self) -> Management {
        self.management.clone()
    }

    /// Where clients connect.
    pub(crate) fn server(&self) -> AmqpServer {
        AmqpServer::new(USER, &self.password, self.amqp.number())
    }

    fn write_settings(&self) -> Result<(), DevstackError> {
        let write = || {
            fs::create_dir_all(self.folder.join("home"))?;
            fs::create_dir_all(self.folder.join("data"))?;
            fs::write(
                self.folder.join("enabled_plugins"),
                "[rabbitmq_management].\n",
            )?;
            fs::write(self.folder.join("environment"), "")
        };
        write().map_err(DevstackError::io(format!(
            "write {}",
            self.folder.display()
        )))?;
        secret::write_private(&self.folder.join("rabbitmq.conf"), &self.settings())
    }

    /// The limits are absolute: the usual shares of the machine's memory and disk would block publishers on a small or
    /// full machine. What the management tells of queues is one second old at most, instead of five.
    fn settings(&self) -> String {
        let (amqp, http, password) = (self.amqp.number(), self.http.number(), &self.password);
        format!(
            "listeners.tcp.1 = 127.0.0.1:{amqp}\n\
             management.tcp.ip = 127.0.0.1\n\
             management.tcp.port = {http}\n\
             default_user = {USER}\n\
             default_pass = {password}\n\
             default_user_tags.administrator = true\n\
             collect_statistics_interval = 1000\n\
             vm_memory_high_watermark.absolute = 1GB\n\
             disk_free_limit.absolute = 32MB\n\
             log.console = true\n\
             log.console.level = info\n\
             log.file = false\n"
        )
    }

    fn start_epmd(&self, keeper: &Keeper) -> Result<(), DevstackError> {
        if keeper.state(EPMD)? == State::Running {
            return Ok(());
        }
        let program = self.epmd.clone();
        let (log, env) = (self.epmd_log.clone(), self.shared_environment());
        keeper.spawn(
            EPMD,
            Launch {
                program,
                args: Vec::new(),
                env,
                log,
                user: None,
                farewell: None,
            },
        )?;
        let deadline = Instant::now() + EPMD_PATIENCE;
        while connect(&self.names).is_none() {
            let why = match keeper.state(EPMD)? {
                State::Ended { how, .. } => how,
                _ if Instant::now() >= deadline => {
                    format!("not ready after {} s", EPMD_PATIENCE.as_secs())
                }
                _ => {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                }
            };
            return Err(DevstackError::NotStarted {
                service: EPMD,
                why,
                log: log::tail(&self.epmd_log),
            });
        }
        Ok(())
    }

    fn shared_environment(&self) -> Vec<(String, String)> {
        let home = self.folder.join("home").display().to_string();
        let names = self.names.number().to_string();
        [
            (
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ),
            ("LANG", "C.UTF-8"),
            ("HOME", home.as_str()),
            ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            ("ERL_EPMD_PORT", names.as_str()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Every path that the start script would otherwise take from the system's installation.
    fn environment(&self) -> Vec<(String, String)> {
        let at = |name: &str| self.folder.join(name).display().to_string();
        let mut environment = self.shared_environment();
        environment.extend(
            [
                ("ERL_CRASH_DUMP_SECONDS", "0".to_owned()),
                // Its own epmd makes the node's name unique; a constant one finds its data again.
                ("RABBITMQ_NODENAME", "gildhall@localhost".to_owned()),
                ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".to_owned()),
                ("RABBITMQ_NODE_PORT", self.amqp.number().to_string()),
                ("RABBITMQ_DIST_PORT", self.distribution.number().to_string()),
                ("RABBITMQ_MNESIA_BASE", at("data")),
                ("RABBITMQ_LOG_BASE", at("data")),
                ("RABBITMQ_LOGS", "-".to_owned()),
                ("RABBITMQ_PID_FILE", at("pid")),
                ("RABBITMQ_CONFIG_FILE", at("rabbitmq.conf")),
                ("RABBITMQ_ADVANCED_CONFIG_FILE", at("advanced.config")),
                ("RABBITMQ_CONF_ENV_FILE", at("environment")),
                ("RABBITMQ_ENABLED_PLUGINS_FILE", at("enabled_plugins")),
                (
                    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                    ERLANG_ARGUMENTS.to_owned(),
                ),
                // The script then becomes the node instead of waiting for it, so that signals reach the node.
                ("RUNNING_UNDER_SYSTEMD", "true".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        environment
    }
}

impl Recipe for RabbitMq {
    fn name(&self) -> &'static str {
        NAME
    }

    fn port(&self) -> u16 {
        self.amqp.number()
    }

    fn log(&self) -> &Path {
        &self.log
    }

    /// It takes 5 s on an idle machine, most of it computing.
    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn launch(&self, keeper: &Keeper) -> Result<(), DevstackError> {
        self.write_settings()?;
        self.start_epmd(keeper)?;
        let launch = Launch {
            program: self.script.clone(),
            args: Vec::new(),
            env: self.environment(),
            log: self.log.clone(),
            user: None,
            farewell: None,
        };
        keeper.spawn(NAME, launch)
    }

    /// The management plugin answers before the listener for AMQP is open, so both are asked.
    fn is_ready(&self) -> bool {
        self.management.answers() && speaks_amqp(&self.amqp)
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
        files::remove_folder(&self.folder.join("data"))
    }
}

fn connect(port: &Port) -> Option<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.number()));
    TcpStream::connect_timeout(&address, ANSWER_PATIENCE).ok()
}

/// Whether the protocol header is answered by a method frame: `connection.start`.
fn speaks_amqp(port: &Port) -> bool {
    let greet = || {
        let mut stream = connect(port)?;
        stream.set_read_timeout(Some(ANSWER_PATIENCE)).ok()?;
        stream.write_all(b"AMQP\x00\x00\x09\x01").ok()?;
        let mut kind = [0];
        stream.read_exact(&mut kind).ok()?;
        Some(kind == [1])
    };
    greet() == Some(true)
}
