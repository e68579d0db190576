//! The handle of one service.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::DevstackError;
use crate::keeper::Keeper;
use crate::keeper::protocol::{Sign, State};
use crate::log;
use crate::recipe::Recipe;

const POLL: Duration = Duration::from_millis(25);
/// How long a service may take to end in order.
const STOP_PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take before it is killed when its data is thrown away anyway.
const DISCARD_PATIENCE: Duration = Duration::from_secs(5);

/// One service of a stack. All calls return when what they ask for has happened; calls from several threads take turns.
///
/// On a service that the stack did not start they fail with [`DevstackError::NotOurs`], on one that it does without
/// with [`DevstackError::LeftOut`].
pub struct Service {
    name: &'static str,
    whose: Whose,
}

enum Whose {
    Ours(Ours),
    Existing,
    LeftOut,
}

struct Ours {
    recipe: Box<dyn Recipe>,
    keeper: Arc<Keeper>,
    turn: Mutex<()>,
}

impl Service {
    pub(crate) fn ours(recipe: Box<dyn Recipe>, keeper: Arc<Keeper>) -> Self {
        let name = recipe.name();
        Self {
            name,
            whose: Whose::Ours(Ours {
                recipe,
                keeper,
                turn: Mutex::new(()),
            }),
        }
    }

    pub(crate) fn existing(name: &'static str) -> Self {
        Self {
            name,
            whose: Whose::Existing,
        }
    }

    pub(crate) fn left_out(name: &'static str) -> Self {
        Self {
            name,
            whose: Whose::LeftOut,
        }
    }

    /// Whether the stack started it, so that the calls below can succeed.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self.whose, Whose::Ours(_))
    }

    /// Its port on 127.0.0.1 (of RabbitMQ: the one for AMQP). It stays the same through all restarts.
    ///
    /// # Errors
    /// If it is not ours.
    pub fn port(&self) -> Result<u16, DevstackError> {
        self.mine().map(|ours| ours.recipe.port())
    }

    /// Whether it is running and serves requests. A paused service does not; asking it takes up to two seconds.
    ///
    /// # Errors
    /// If it is not ours, or the keeper is gone.
    pub fn is_up(&self) -> Result<bool, DevstackError> {
        let ours = self.mine()?;
        Ok(ours.is_running()? && ours.recipe.is_ready())
    }

    /// Starts it unless it is running, and returns when it serves requests.
    ///
    /// # Errors
    /// If it is not ours, its programs are missing, or it is not ready in time.
    pub fn start(&self) -> Result<(), DevstackError> {
        let ours = self.mine()?;
        let _turn = ours.turn();
        ours.start()
    }

    /// Has it end in order and returns when it has. Without effect when it is not running.
    ///
    /// # Errors
    /// If it is not ours, or runs on for a minute.
    pub fn stop(&self) -> Result<(), DevstackError> {
        let ours = self.mine()?;
        let _turn = ours.turn();
        ours.stop()
    }

    /// [`stop`](Self::stop), then [`start`](Self::start).
    ///
    /// # Errors
    /// Those of both.
    pub fn restart(&self) -> Result<(), DevstackError> {
        let ours = self.mine()?;
        let _turn = ours.turn();
        ours.stop()?;
        ours.start()
    }

    /// Kills all its processes with SIGKILL, paused ones too, and returns when they are gone. Its data stays.
    ///
    /// # Errors
    /// If it is not ours.
    pub fn kill9(&self) -> Result<(), DevstackError> {
        let ours = self.mine()?;
        let _turn = ours.turn();
        ours.signal(Sign::Kill)
    }

    /// Stops it abruptly, throws away all it has stored, and starts it empty: databases, virtual hosts and buckets are
    /// gone, and have to be made anew with the calls of [`Stack`](crate::Stack), under the same names if wanted.
    ///
    /// # Errors
    /// If it is not ours, its data cannot be removed, or it does not start.
    pub fn wipe(&self) -> Result<(), DevstackError> {
        let ours = self.mine()?;
        let _turn = ours.turn();
        ours.discard()?;
        ours.recipe.forget()?;
        ours.start()
    }

    /// Halts all its processes with SIGSTOP: connections stay open, and nobody answers.
    ///
    /// # Errors
    /// If it is not ours.
    pub fn pause(&self) -> Result<(), DevstackError> {
        let ours = self.mine()?;
        let _turn = ours.turn();
        ours.signal(Sign::Freeze)
    }

    /// Lets it go on after [`pause`](Self::pause).
    ///
    /// # Errors
    /// If it is not ours.
    pub fn resume(&self) -> Result<(), DevstackError> {
        let ours = self.mine()?;
        let _turn = ours.turn();
        ours.signal(Sign::Thaw)
    }

    fn mine(&self) -> Result<&Ours, DevstackError> {
        match &self.whose {
            Whose::Ours(ours) => Ok(ours),
            Whose::Existing => Err(DevstackError::NotOurs { service: self.name }),
            Whose::LeftOut => Err(DevstackError::LeftOut { service: self.name }),
        }
    }
}

impl Ours {
    fn turn(&self) -> MutexGuard<'_, ()> {
        // It guards no data, so a panic of another holder has broken nothing.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signal(&self, sign: Sign) -> Result<(), DevstackError> {
        self.keeper.signal(self.recipe.name(), sign)
    }

    fn is_running(&self) -> Result<bool, DevstackError> {
        Ok(self.keeper.state(self.recipe.name())? == State::Running)
    }

    fn start(&self) -> Result<(), DevstackError> {
        if self.is_running()? {
            return Ok(());
        }
        self.recipe.launch(&self.keeper)?;
        self.wait_until_ready()?;
        self.recipe.settle()
    }

    fn wait_until_ready(&self) -> Result<(), DevstackError> {
        let deadline = Instant::now() + self.recipe.patience();
        loop {
            if let State::Ended { how, .. } = self.keeper.state(self.recipe.name())? {
                return Err(self.not_started(how));
            }
            if self.recipe.is_ready() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                self.signal(Sign::Kill)?;
                return Err(self.not_started(format!(
                    "not ready after {} s",
                    self.recipe.patience().as_secs()
                )));
            }
            thread::sleep(POLL);
        }
    }

    fn not_started(&self, why: String) -> DevstackError {
        DevstackError::NotStarted {
            service: self.recipe.name(),
            why,
            log: log::tail(self.recipe.log()),
        }
    }

    fn stop(&self) -> Result<(), DevstackError> {
        self.signal(Sign::Thaw)?;
        self.signal(self.recipe.stop_sign())?;
        if self.has_ended_within(STOP_PATIENCE)? {
            return Ok(());
        }
        Err(DevstackError::NotStopped {
            service: self.recipe.name(),
            waited_s: STOP_PATIENCE.as_secs(),
        })
    }

    fn discard(&self) -> Result<(), DevstackError> {
        self.signal(Sign::Thaw)?;
        self.signal(self.recipe.discard_sign())?;
        if self.has_ended_within(DISCARD_PATIENCE)? {
            return Ok(());
        }
        self.signal(Sign::Kill)
    }

    fn has_ended_within(&self, patience: Duration) -> Result<bool, DevstackError> {
        let deadline = Instant::now() + patience;
        while self.is_running()? {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            thread::sleep(POLL);
        }
        Ok(true)
    }
}
