//! Faults on purpose, for tests and for drills of operators: what a crash or a failure after each step leads to can be seen.
//! Nothing happens unless a worker was started with one.

use super::error::AttemptError;
use crate::config::{Deed, Drill, Step};
use crate::courier::Courier;
use rustix::process::{Signal, getpid, kill_process};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// The drill of a worker, if it has one.
#[derive(Debug, Default)]
pub struct Drills {
    drill: Option<Drill>,
    failed: AtomicBool,
}

impl Drills {
    /// This drill.
    pub fn new(drill: Option<Drill>) -> Drills {
        Drills {
            drill,
            failed: AtomicBool::new(false),
        }
    }

    /// A step was taken.
    pub fn after(&self, step: Step) {
        if self.is(Deed::Kill, step) {
            tracing::warn!(?step, "drill: this worker is killed");
            // There is no after.
            let _ = kill_process(getpid(), Signal::KILL);
        }
    }

    /// A step of an attempt was taken.
    ///
    /// # Errors
    /// Once, where the drill wants the attempt to fail here.
    pub fn after_part(&self, step: Step) -> Result<(), AttemptError> {
        self.after(step);
        if self.is(Deed::Fail, step) && !self.failed.swap(true, Ordering::Relaxed) {
            return Err(io::Error::other("drill: this attempt fails").into());
        }
        Ok(())
    }

    /// The events of a job are on their way.
    pub async fn after_telling(&self, courier: &Courier) {
        if self.is(Deed::Kill, Step::Told) {
            courier.flush().await;
            self.after(Step::Told);
        }
    }

    fn is(&self, deed: Deed, step: Step) -> bool {
        self.drill == Some(Drill { deed, step })
    }
}
