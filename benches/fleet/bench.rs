//! What all parts share: the services, a runtime, and how much is to be measured.

use crate::Result;
use crate::args::Options;
use crate::ends::Ends;
use crate::fleet::Fleet;
use gildhall_devstack::{Fresh, Options as StackOptions, Stack};
use std::future::Future;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// How much is measured.
pub struct Amounts {
    /// How long each load of the API lasts, before it counts and while it does.
    pub warm_up: Duration,
    pub load: Duration,
    /// Jobs that go one at a time.
    pub rounds: u32,
    /// Jobs that wait for two workers.
    pub waiting: u32,
    /// Jobs for each worker that sleeps.
    pub naps: u32,
}

const FULL: Amounts = Amounts {
    warm_up: Duration::from_secs(3),
    load: Duration::from_secs(15),
    rounds: 300,
    waiting: 3000,
    naps: 15,
};
const QUICK: Amounts = Amounts {
    warm_up: Duration::from_secs(1),
    load: Duration::from_secs(3),
    rounds: 60,
    waiting: 600,
    naps: 4,
};

/// Running services.
pub struct Bench {
    pub amounts: Amounts,
    pub clients: usize,
    runtime: Runtime,
    stack: Stack,
    /// Logs and working folders of the processes.
    folder: TempDir,
}

impl Bench {
    /// Starts them. PostgreSQL waits for the disk as it would in earnest.
    pub fn start(options: &Options) -> Result<Self> {
        let stack = Stack::start(StackOptions {
            durable: true,
            ..StackOptions::from_env()?
        })?;
        // One thread sends and hears everything: the cores belong to what is measured.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        Ok(Self {
            amounts: if options.quick { QUICK } else { FULL },
            clients: options.clients,
            runtime,
            stack,
            folder: TempDir::new()?,
        })
    }

    /// Does something on the runtime's own thread, which also watches the sockets, so that no answer has to wake a
    /// second one.
    pub fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.runtime.block_on(self.runtime.spawn(work))?
    }

    /// Listens to the events of a fleet from now on. Whoever uses it takes it into [`Bench::wait`], where it can say
    /// goodbye to the broker when it is dropped.
    pub fn listen(&self, fleet: &Fleet) -> Result<Ends> {
        let url = fleet.amqp_url.clone();
        self.wait(async move { Ends::listen(&url).await })
    }

    /// A database, a virtual host and a bucket that nobody else uses.
    pub fn fresh(&self, name: &str) -> Result<Fresh> {
        Ok(self.stack.fresh(name)?)
    }

    /// Runs `work` with a fleet of its own, whose one tenant may run so many jobs at a time, and removes it then.
    /// A failure tells what the processes had to say.
    pub fn with_fleet<T>(
        &self,
        name: &str,
        max_concurrent: u32,
        work: impl FnOnce(&mut Fleet) -> Result<T>,
    ) -> Result<T> {
        let fresh = self.fresh(name)?;
        let folder = self.folder.path().join(name);
        let mut fleet = Fleet::start(&fresh, folder, max_concurrent)?;
        let done = work(&mut fleet).map_err(|error| fleet.explained(error));
        drop(fleet);
        // What waits in its queues would otherwise be tidied up at the next part's expense.
        done.and_then(|done| {
            self.stack.discard(&fresh)?;
            Ok(done)
        })
    }

    /// Where the services keep their data; nowhere on this machine where they were all running before.
    pub fn data(&self) -> Option<&Path> {
        self.stack.folder()
    }
}
