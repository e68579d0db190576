//! A fleet: an API with its relay, workers that pretend, one tenant.

use crate::Result;
use crate::process::{self, Process, Setting};
use crate::submission::Submission;
use gildhall_devstack::Fresh;
use serde_json::Value;
use std::error::Error;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use ureq::Agent;

/// The tenant's name.
pub const TENANT: &str = "bench";
/// Ports for the API: below those of the devstack, and below those that the system gives to outgoing connections.
const PORTS: std::ops::Range<u16> = 10_200..10_900;
/// How long the API may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// How long it may take to say so.
const ANSWER: Duration = Duration::from_secs(5);

/// Running processes. They end with the value.
pub struct Fleet {
    /// Where the API listens.
    pub address: SocketAddr,
    /// RabbitMQ, with the fleet's virtual host.
    pub amqp_url: String,
    api: Process,
    workers: Vec<Process>,
    settings: Vec<Setting>,
    folder: PathBuf,
    key: String,
}

impl Fleet {
    /// Migrates the database, adds the tenant and starts the API, all with the settings that they have by default.
    pub fn start(fresh: &Fresh, folder: PathBuf, max_concurrent: u32) -> Result<Fleet> {
        fs::create_dir_all(&folder)?;
        let settings = settings(fresh, &folder);
        process::run(&["migrate"], &settings)?;
        let key = tenant_key(&settings, max_concurrent)?;
        let address = free_address()?;
        let listen = address.to_string();
        let args = ["api", "--listen", listen.as_str()];
        let mut fleet = Fleet {
            address,
            amqp_url: fresh.amqp_url.clone(),
            api: Process::start("api", &args, &settings, &folder)?,
            workers: Vec::new(),
            settings,
            folder,
            key,
        };
        fleet.wait_until_ready()?;
        Ok(fleet)
    }

    /// Starts workers that sleep for so long instead of rendering, each with so many jobs at once.
    pub fn start_workers(&mut self, count: usize, pretend_ms: u32, concurrency: u32) -> Result<()> {
        let (nap, slots) = (pretend_ms.to_string(), concurrency.to_string());
        let args = [
            "worker",
            "--pretend-ms",
            nap.as_str(),
            "--concurrency",
            slots.as_str(),
        ];
        for _ in 0..count {
            let name = format!("worker-{}", self.workers.len() + 1);
            let worker = Process::start(&name, &args, &self.settings, &self.folder)?;
            self.workers.push(worker);
        }
        Ok(())
    }

    /// A request of the tenant.
    pub fn submission(&self) -> Submission {
        Submission::new(&self.key)
    }

    /// The API's process id.
    pub fn api_id(&self) -> u32 {
        self.api.id()
    }

    /// An error with what the processes had to say.
    pub fn explained(
        &mut self,
        error: Box<dyn Error + Send + Sync>,
    ) -> Box<dyn Error + Send + Sync> {
        let mut lines = vec![crate::with_causes(&*error)];
        // Of many workers all say the same.
        for process in std::iter::once(&mut self.api).chain(self.workers.iter_mut().take(2)) {
            if let Err(ended) = process.check() {
                lines.push(ended.to_string());
            }
            lines.push(process.last_words());
        }
        lines.join("\n").into()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let config = Agent::config_builder().proxy(None);
        let agent: Agent = config.timeout_global(Some(ANSWER)).build().into();
        let url = format!("http://{}/readyz", self.address);
        let deadline = Instant::now() + PATIENCE;
        while agent.get(&url).call().is_err() {
            let checked = self.api.check();
            checked.map_err(|error| self.explained(error))?;
            if Instant::now() > deadline {
                return Err(self.explained("the API does not become ready".into()));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

fn settings(fresh: &Fresh, folder: &Path) -> Vec<Setting> {
    let s3 = fresh.s3.clone();
    vec![
        ("GILDHALL_DATABASE_URL", fresh.database_url.clone()),
        ("GILDHALL_AMQP_URL", fresh.amqp_url.clone()),
        ("GILDHALL_S3_ENDPOINT", s3.endpoint),
        ("GILDHALL_S3_REGION", s3.region),
        ("GILDHALL_S3_BUCKET", s3.bucket),
        ("GILDHALL_S3_ACCESS_KEY", s3.access_key),
        ("GILDHALL_S3_SECRET_KEY", s3.secret_key),
        ("GILDHALL_S3_PATH_STYLE", s3.path_style.to_string()),
        ("GILDHALL_CLAMD", fresh.clamd_url.clone()),
        (
            "GILDHALL_WORK_DIR",
            folder.join("work").display().to_string(),
        ),
        ("GILDHALL_OPERATOR", "bench".to_owned()),
        // One address asks for everything, as fast as it can.
        ("GILDHALL_ADDRESS_RATE", "0".to_owned()),
        ("GILDHALL_ADDRESS_CONNECTIONS", "4096".to_owned()),
        // A killed API leaves its folder of uploads.
        ("TMPDIR", folder.display().to_string()),
    ]
}

/// A key of a new tenant who may submit as fast as the API can take it.
fn tenant_key(settings: &[Setting], max_concurrent: u32) -> Result<String> {
    let concurrent = max_concurrent.to_string();
    let limits = ["--max-concurrent", concurrent.as_str()];
    let rate = ["--requests-per-minute", "1000000"];
    let create = [&["tenant", "create", TENANT][..], &limits, &rate].concat();
    process::run(&create, settings)?;
    let create = ["key", "create", TENANT, "--label", "bench", "--json"];
    let printed: Value = serde_json::from_slice(&process::run(&create, settings)?)?;
    let key = printed["key"].as_str();
    Ok(key
        .ok_or("gildhall key create --json has no key")?
        .to_owned())
}

/// It is not held; should another program take it before the API does, the API ends and says so.
fn free_address() -> Result<SocketAddr> {
    let mut addresses = PORTS.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let free = addresses.find(|address| TcpListener::bind(address).is_ok());
    Ok(free.ok_or("no port is free for the API")?)
}
