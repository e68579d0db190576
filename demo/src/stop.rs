//! Ctrl-C.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::error::DemoError;

/// Whether somebody wants the demo to end. Whatever waits looks at it several times a second.
#[derive(Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// The first signal asks the demo to stop in order; a second one ends it at once, and then the kernel and the
    /// services' keeper see to it that nothing stays.
    pub fn listen() -> io::Result<Stop> {
        let wanted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&wanted))?;
            signal_hook::flag::register(signal, Arc::clone(&wanted))?;
        }
        Ok(Stop(wanted))
    }

    /// Fails when the demo is to end.
    pub fn check(&self) -> Result<(), DemoError> {
        match self.0.load(Ordering::Relaxed) {
            true => Err(DemoError::Interrupted),
            false => Ok(()),
        }
    }

    /// A rest between two looks at something.
    pub fn pause(&self, rest: Duration) -> Result<(), DemoError> {
        self.check()?;
        thread::sleep(rest);
        self.check()
    }
}
