//! Which services a test runs on.

use std::ops::Deref;
use std::sync::{Condvar, Mutex, PoisonError};

use gildhall_devstack::{Options, Stack};

/// Sets of services that tests may have for themselves at a time: starting RabbitMQ alone keeps a core busy for seconds.
const OWN_STACKS: usize = 2;

static TAKEN: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// The services of a test.
pub struct Place {
    stack: Held,
    // Declared last, so that the services end before the next test has its turn.
    _turn: Option<Turn>,
}

enum Held {
    Shared(&'static Stack),
    Own(Box<Stack>),
}

impl Place {
    /// Those of all tests that stop none of them.
    pub fn shared() -> Place {
        let stack = Stack::shared().unwrap_or_else(|error| panic!("{error}"));
        Place {
            stack: Held::Shared(stack),
            _turn: None,
        }
    }

    /// New ones, once it is this test's turn.
    pub fn own() -> Place {
        let turn = Turn::take();
        let stack = Stack::start(Options::default()).unwrap_or_else(|error| panic!("{error}"));
        Place {
            stack: Held::Own(Box::new(stack)),
            _turn: Some(turn),
        }
    }
}

impl Deref for Place {
    type Target = Stack;

    fn deref(&self) -> &Stack {
        match &self.stack {
            Held::Shared(stack) => stack,
            Held::Own(stack) => stack,
        }
    }
}

/// The right to have a set of services; dropping it gives it to the next test.
struct Turn(());

impl Turn {
    fn take() -> Turn {
        // A number is whole whatever happened to its last holder.
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = FREED
            .wait_while(taken, |taken| *taken >= OWN_STACKS)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Turn(())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}
