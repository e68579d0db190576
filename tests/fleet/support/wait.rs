//! Waiting: for futures, and until something holds.

use std::future::Future;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

const POLL: Duration = Duration::from_millis(20);

/// The one runtime of this binary. Connections live on it, whichever test made them.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("threads can be started"))
}

/// Tests are plain functions: this is how they call what is asynchronous.
pub fn wait<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

/// Polls until there is something to see, and fails the test after `patience`.
#[track_caller]
pub fn until<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "{what}: not within {patience:?}");
        thread::sleep(POLL);
    }
}
